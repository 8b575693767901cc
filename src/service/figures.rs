//! Fresh figures of an instance's database, issues and pages.

use super::Service;
use crate::domain::config::AtlassianKind;
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Kind, Result};
use crate::job::counts;
use crate::job::steps::figures;
use crate::job::world::World;
use crate::sandbox::{self, FetchConsent};

impl Service {
    /// Reads an instance's figures from its database and keeps them. A sandbox that is asleep
    /// isn't woken up for it.
    pub async fn refresh_figures(&self, name: &InstanceName) -> Result<()> {
        let world = self.world(FetchConsent::No)?;
        let config = self.workspace.instance(name)?.supabase_config()?;
        if config.project_ref.is_none() {
            return self.refresh_counts(name, &world).await;
        }
        if config.kind == ProviderKind::Sandbox
            && !sandbox::status(self.workspace.root()).await?.running
        {
            return Err(Error::new(
                Kind::Network,
                "The sandbox is asleep; the figures are the last ones seen.",
            )
            .hint("matriz sandbox start wakes it up."));
        }
        let before = self.registry.instance_figures_of(name.as_str())?;
        let mut fresh = figures::read(&world, name).await?;
        // reading isn't using: the idle time only restarts where something changed
        if let Some(before) = before
            && (
                before.database_bytes,
                before.rows,
                before.issues,
                before.pages,
            ) == (fresh.database_bytes, fresh.rows, fresh.issues, fresh.pages)
        {
            fresh.last_activity = before.last_activity;
        }
        self.registry.save_instance_figures(&fresh)
    }

    /// An instance without a database may have issues and pages all the same.
    async fn refresh_counts(&self, name: &InstanceName, world: &World) -> Result<()> {
        let config = self.workspace.instance(name)?.atlassian_config()?;
        let linked = [&config.jira_project_key, &config.confluence_space_key];
        let asleep = config.kind == AtlassianKind::Sandbox
            && !sandbox::status(self.workspace.root()).await?.running;
        if asleep || linked.into_iter().flatten().all(String::is_empty) {
            return Ok(());
        }
        let counts = counts::of(world, name).await;
        let before = self.registry.instance_figures_of(name.as_str())?;
        let mut figures = before.unwrap_or_default();
        if (figures.issues, figures.pages) != (counts.issues, counts.pages) {
            figures.last_activity = Some(jiff::Timestamp::now());
        }
        figures.name = name.to_string();
        (figures.issues, figures.pages) = (counts.issues, counts.pages);
        figures.observed = Some(jiff::Timestamp::now());
        self.registry.save_instance_figures(&figures)
    }
}
