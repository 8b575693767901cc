//! Who else lives there. With every strategy an instance has a Jira project and a space of its own.

use crate::domain::config::{AtlassianConfig, AtlassianKind};
use crate::domain::name::InstanceName;
use crate::domain::strategy::Strategy;
use crate::error::{Error, Result};
use crate::job::world::World;
use crate::provider::atlassian::SiteAddress;
use crate::workspace::InstanceDir;

pub fn refuse_project(
    world: &World,
    dir: &InstanceDir,
    config: &AtlassianConfig,
    key: &str,
) -> Result<()> {
    refuse(world, dir, config, "project", key, |c| {
        c.jira_project_key.as_deref()
    })
}

pub fn refuse_space(
    world: &World,
    dir: &InstanceDir,
    config: &AtlassianConfig,
    key: &str,
) -> Result<()> {
    refuse(world, dir, config, "space", key, |c| {
        c.confluence_space_key.as_deref()
    })
}

fn refuse(
    world: &World,
    dir: &InstanceDir,
    config: &AtlassianConfig,
    what: &str,
    key: &str,
    named: impl Fn(&AtlassianConfig) -> Option<&str>,
) -> Result<()> {
    for (other, theirs) in neighbours(world, dir, config)? {
        if named(&theirs).is_some_and(|there| there.eq_ignore_ascii_case(key)) {
            return Err(Error::refused(format!(
                "The {what} {key} is connected to {other} already."
            ))
            .hint(format!(
                "Two instances never share a {what}: what one changes would change the other."
            )));
        }
    }
    Ok(())
}

/// The strategy complete means a site of the instance's own.
pub fn crowded(
    world: &World,
    dir: &InstanceDir,
    config: &AtlassianConfig,
) -> Result<Option<String>> {
    if config.kind != AtlassianKind::Cloud || dir.manifest()?.strategy != Strategy::Complete {
        return Ok(None);
    }
    let others: Vec<String> = neighbours(world, dir, config)?
        .into_iter()
        .map(|(name, _)| name.to_string())
        .collect();
    Ok((!others.is_empty()).then(|| {
        format!(
            "{}'s strategy is complete, which wants a site of its own, and {} is on this one too.",
            dir.name(),
            others.join(", ")
        )
    }))
}

/// The other instances on the same site.
fn neighbours(
    world: &World,
    dir: &InstanceDir,
    config: &AtlassianConfig,
) -> Result<Vec<(InstanceName, AtlassianConfig)>> {
    let own = site_of(dir, config);
    let mut found = Vec::new();
    for name in world.workspace().instances()? {
        if name == *dir.name() {
            continue;
        }
        // a broken config of another instance must not stop this one
        let Ok(other) = world.instance(&name) else {
            continue;
        };
        let Ok(theirs) = other.atlassian_config() else {
            continue;
        };
        let same = theirs.kind == config.kind
            && match config.kind {
                AtlassianKind::None => false,
                AtlassianKind::Sandbox => true,
                AtlassianKind::Cloud => own.is_some() && site_of(&other, &theirs) == own,
            };
        if same {
            found.push((name, theirs));
        }
    }
    Ok(found)
}

/// As the configuration has it, else the `.env`.
fn site_of(dir: &InstanceDir, config: &AtlassianConfig) -> Option<SiteAddress> {
    let configured = config.site.clone().filter(|site| !site.is_empty());
    let env = || Some(dir.read_env().ok()?.0.get("ATLASSIAN_SITE")?.to_owned());
    SiteAddress::parse(&configured.or_else(env)?).ok()
}
