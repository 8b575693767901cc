//! The Jira project and the Confluence space.

use futures_util::TryStreamExt;

use super::{Changes, rights, taken};
use crate::domain::config::AtlassianConfig;
use crate::error::{Error, Kind, Result};
use crate::job::world::World;
use crate::provider::atlassian::Items;
use crate::provider::confluence::{Confluence, Space};
use crate::provider::jira::{Jira, Project, ProjectSearch};
use crate::workspace::InstanceDir;

/// So many of those that are there are named where one isn't.
const NAMED: usize = 8;

/// The project's key, as the site writes it. The project is there, is seen, and is nobody else's.
pub async fn project(
    world: &World,
    dir: &InstanceDir,
    jira: &Jira,
    config: &AtlassianConfig,
    key: &str,
    changes: &mut Changes,
) -> Result<String> {
    refuse_other(
        dir,
        "jiraProjectKey",
        config.jira_project_key.as_deref(),
        key,
    )?;
    let Some(found) = jira.find_project(key).await? else {
        let all = jira.projects(&ProjectSearch::default());
        let there = first(all, |project: Project| project.key).await;
        return Err(absent(jira.site().email(), "project", key, &there));
    };
    if found.archived || found.deleted {
        let state = if found.deleted {
            "in the trash"
        } else {
            "archived"
        };
        return Err(
            Error::refused(format!("The project {} is {state}.", found.key))
                .hint("Bring it back in Jira's list of projects first."),
        );
    }
    taken::refuse_project(world, dir, config, &found.key)?;
    let wanted: Vec<&str> = rights::IN_PROJECT.iter().map(|(key, _)| *key).collect();
    let lacking = jira.lacking_permissions(&found.key, &wanted).await?;
    if lacking.iter().any(|key| key == rights::SEE_ISSUES) {
        return Err(Error::new(
            Kind::Provider,
            format!(
                "{} may not see the issues of {}.",
                jira.site().email(),
                found.key
            ),
        )
        .hint(
            "The project's administrator gives the permission \"Browse Projects\" in its settings.",
        ));
    }
    remark(
        changes,
        "project",
        &found.key,
        &rights::lacking_in_project(&lacking),
    );
    changes.links.jira_project = Some(found.key.clone());
    Ok(found.key)
}

/// The space's key, as the site writes it.
pub async fn space(
    world: &World,
    dir: &InstanceDir,
    confluence: &Confluence,
    config: &AtlassianConfig,
    key: &str,
    changes: &mut Changes,
) -> Result<String> {
    let there = config.confluence_space_key.as_deref();
    refuse_other(dir, "confluenceSpaceKey", there, key)?;
    let Some(found) = confluence.find_space(key).await? else {
        let there = first(confluence.spaces(), |space: Space| space.key).await;
        return Err(absent(confluence.site().email(), "space", key, &there));
    };
    if found.status == "archived" {
        return Err(
            Error::refused(format!("The space {} is archived.", found.key))
                .hint("Bring it back in the space's settings first."),
        );
    }
    taken::refuse_space(world, dir, config, &found.key)?;
    match confluence.space_operations(&found.id).await? {
        Some(allowed) => {
            remark(
                changes,
                "space",
                &found.key,
                &rights::lacking_in_space(&allowed),
            );
        }
        None => changes.links.remarks.push(format!(
            "The site doesn't say what the account may do in the space {}.",
            found.key
        )),
    }
    changes.links.space = Some(found.key.clone());
    Ok(found.key)
}

fn refuse_other(dir: &InstanceDir, field: &str, there: Option<&str>, key: &str) -> Result<()> {
    match there.filter(|there| !there.is_empty() && !there.eq_ignore_ascii_case(key)) {
        None => Ok(()),
        Some(there) => {
            Err(
                Error::refused(format!("{} is connected to {there} already.", dir.name())).hint(
                    format!("Remove {field} from its atlassian.config.json first."),
                ),
            )
        }
    }
}

/// A few of what is there, for whoever mistyped a key. That they can't be listed is no matter.
async fn first<T>(mut all: Items<T>, key: impl Fn(T) -> String) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < NAMED
        && let Ok(Some(one)) = all.try_next().await
    {
        found.push(key(one));
    }
    found
}

fn absent(email: &str, what: &str, key: &str, there: &[String]) -> Error {
    let hint = match there {
        [] => format!("Check the key, and that {email} may see the {what}."),
        some => format!(
            "Check the key, and that {email} may see the {what}. It sees: {}.",
            some.join(", ")
        ),
    };
    Error::not_found(format!(
        "The site has no {what} {key} that this account may see."
    ))
    .hint(hint)
}

fn remark(changes: &mut Changes, what: &str, key: &str, lacking: &[&str]) {
    if !lacking.is_empty() {
        changes.links.remarks.push(format!(
            "In the {what} {key} the account may not {}. A clone, a refresh or a deletion that needs it will be refused.",
            rights::listed(lacking)
        ));
    }
}
