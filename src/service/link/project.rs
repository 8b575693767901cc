//! The Supabase project and its database.

use super::{Changes, LinkRequest};
use crate::error::{Error, Kind, Result};
use crate::job::steps::keys::connection_values;
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::url::DatabaseUrl;
use crate::provider::supabase::{ProjectRef, Supabase};
use crate::workspace::InstanceDir;

/// Looks at the project, and signs in to its database.
pub async fn check(
    world: &World,
    dir: &InstanceDir,
    project: &str,
    request: &LinkRequest,
    account: Option<Supabase>,
    changes: &mut Changes,
) -> Result<()> {
    let name = dir.name();
    let project: ProjectRef = project.parse()?;
    let database_url = request.database_url.as_deref();
    let mut config = match changes.supabase.take() {
        Some(config) => config,
        None => dir.supabase_config()?,
    };
    if let Some(there) = config.project_ref.as_deref()
        && !there.is_empty()
        && there != project.as_str()
    {
        return Err(Error::refused(format!(
            "{name} is connected to the project {there} already."
        ))
        .hint("Remove projectRef from its supabase.config.json first."));
    }
    let taken = world.sharers(project.as_str())?;
    if let Some(other) = taken.iter().find(|n| *n != name) {
        return Err(Error::refused(format!(
            "The project {project} is connected to {other} already."
        ))
        .hint("Two instances share a project only with the strategy schema."));
    }
    let supabase = match account {
        Some(account) => account,
        None => world.supabase(name).await?,
    };
    let found = supabase.project(&project).await?;
    let (env, _) = dir.read_env()?;
    let password = match &request.db_password {
        Some(given) => {
            let key = config.db_password_key.clone();
            changes.env.push((key, given.clone()));
            given.clone()
        }
        None => {
            let there = env.get(&config.db_password_key);
            there.unwrap_or_default().to_owned()
        }
    };
    if password.is_empty() && database_url.is_none() {
        return Err(Error::new(
            Kind::NotFound,
            format!(
                "{} isn't set: the database of {project} can't be reached.",
                config.db_password_key
            ),
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
    config.project_ref = Some(project.to_string());
    config.organization = found.organization_slug;
    config.region = found.region;
    changes.env.extend(values);
    changes.supabase = Some(config);
    changes.links.project = Some(project.to_string());
    Ok(())
}
