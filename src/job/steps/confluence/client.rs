//! An instance's Confluence: the client for its site, and the key of its space.

use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::provider::confluence::{Confluence, Space};

/// The provider's name in the journal.
pub const PROVIDER: &str = "confluence";

/// Calls and waits end when the step is to stop.
pub async fn of(world: &World, ctx: &StepContext, name: &InstanceName) -> Result<Confluence> {
    match world.atlassian(name).await? {
        Some(site) => Ok(Confluence::new(site.with_cancel(ctx.cancel.clone()))),
        None => Err(Error::not_found(format!(
            "{name} has no Atlassian site, so it has no Confluence space."
        ))
        .hint(format!(
            "Set kind in instances/{name}/atlassian.config.json."
        ))),
    }
}

/// The key in the instance's config; an empty one counts as none.
pub fn key_of(world: &World, name: &InstanceName) -> Result<Option<String>> {
    let config = world.instance(name)?.atlassian_config()?;
    Ok(config.confluence_space_key.filter(|key| !key.is_empty()))
}

/// The instance's space, which must be there.
pub async fn space_of(world: &World, client: &Confluence, name: &InstanceName) -> Result<Space> {
    let key = key_of(world, name)?
        .ok_or_else(|| Error::not_found(format!("{name} names no Confluence space.")))?;
    client
        .find_space(&key)
        .await?
        .ok_or_else(|| gone(name, &key))
}

/// The config names a space that isn't there.
pub fn gone(name: &InstanceName, key: &str) -> Error {
    Error::not_found(format!(
        "instances/{name}/atlassian.config.json names the space {key}, but the site has none that this account may see."
    ))
    .hint("If it was deleted, remove confluenceSpaceKey from that file and try again.")
}

/// Which other instances' configs name this space.
pub fn sharers(world: &World, name: &InstanceName, key: &str) -> Result<Vec<InstanceName>> {
    let site = |name: &InstanceName| -> Result<_> {
        let config = world.instance(name)?.atlassian_config()?;
        let named = config.confluence_space_key.unwrap_or_default();
        Ok((named.eq_ignore_ascii_case(key), config.kind, config.site))
    };
    let (_, kind, own) = site(name)?;
    let mut found = Vec::new();
    for other in world.workspace().instances()? {
        // a broken config of another instance must not stop this one
        if other != *name && site(&other).is_ok_and(|(named, k, s)| named && k == kind && s == own)
        {
            found.push(other);
        }
    }
    Ok(found)
}
