//! Fresh figures of an instance's database.

use super::Service;
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Kind, Result};
use crate::job::steps::figures;
use crate::sandbox::{self, FetchConsent};

impl Service {
    /// Reads an instance's figures from its database and keeps them. A sandbox that is asleep
    /// isn't woken up for it.
    pub async fn refresh_figures(&self, name: &InstanceName) -> Result<()> {
        let world = self.world(FetchConsent::No)?;
        let config = self.workspace.instance(name)?.supabase_config()?;
        if config.project_ref.is_none() {
            return Ok(());
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
}
