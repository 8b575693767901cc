//! `link`: an existing project is checked and connected; nothing is created.

use super::Service;
use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};
use crate::job::env::set_env;
use crate::job::steps::keys::connection_values;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::url::DatabaseUrl;
use crate::provider::supabase::ProjectRef;
use crate::sandbox::FetchConsent;

impl Service {
    /// Connects `name` to a project. Everything is tried before anything is written.
    pub async fn link(
        &self,
        name: &InstanceName,
        project: &str,
        database_url: Option<&str>,
    ) -> Result<InstanceView> {
        let project: ProjectRef = project.parse()?;
        self.refuse_busy(name)?;
        let dir = self.workspace.instance(name)?;
        dir.ensure_env()?;
        let mut config = dir.supabase_config()?;
        if let Some(there) = config.project_ref.as_deref()
            && !there.is_empty()
            && there != project.as_str()
        {
            return Err(Error::refused(format!(
                "{name} is connected to the project {there} already."
            ))
            .hint("Remove projectRef from its supabase.config.json first."));
        }
        let world = self.world(FetchConsent::No)?;
        let taken = world.sharers(project.as_str())?;
        if let Some(other) = taken.iter().find(|n| *n != name) {
            return Err(Error::refused(format!(
                "The project {project} is connected to {other} already."
            ))
            .hint("Two instances share a project only with the strategy schema."));
        }
        let supabase = world.supabase(name).await?;
        let found = supabase.project(&project).await?;
        let (env, _) = dir.read_env()?;
        let password = env
            .get(&config.db_password_key)
            .unwrap_or_default()
            .to_owned();
        if password.is_empty() && database_url.is_none() {
            return Err(Error::new(
                Kind::NotFound,
                format!("{} isn't set: the database of {project} can't be reached.", config.db_password_key),
            )
            .hint(format!(
                "Set it with: matriz env -i {name} set {} - (it reads the password from standard input), or give --database-url -",
                config.db_password_key
            )));
        }
        let mut values = connection_values(&supabase, &project, &password).await?;
        if let Some(given) = database_url {
            for (_, value) in values.iter_mut().filter(|(k, _)| k == "DATABASE_URL") {
                *value = DatabaseUrl::parse(given)?.reveal();
            }
        }
        for (_, value) in values.iter().filter(|(k, _)| k == "DATABASE_URL") {
            let url = DatabaseUrl::parse(value)?;
            connect(&url, &ConnectOptions::named("matriz link"))
                .await?
                .close()
                .await;
        }
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        set_env(&dir, &pairs)?;
        config.project_ref = Some(project.to_string());
        config.organization = found.organization_slug;
        config.region = found.region;
        dir.save_supabase_config(&config)?;
        self.audit("link", name.as_str(), project.as_str())?;
        self.refresh_figures(name).await.ok();
        self.instance(name)
    }
}
