//! How many issues and pages there are, asked quickly: for plans and figures, which never fail for it.

use std::time::Duration;

use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::error::Result;
use crate::job::look_project::{self, ProjectLook};
use crate::job::shape::Shape;
use crate::job::steps::storage::{self, FileCount};
use crate::job::world::World;
use crate::provider::confluence::Confluence;
use crate::provider::jira::Jira;

/// Nobody waits for the counts longer than this.
const PATIENCE: Duration = Duration::from_secs(3);

/// `None` where there is nothing to count, or the site didn't say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    pub issues: Option<u64>,
    pub pages: Option<u64>,
    /// Of a clone's source, beside its database.
    pub project: ProjectLook,
    pub files: Option<FileCount>,
}

/// What a clone would copy.
pub async fn ahead(world: &World, shape: &Shape) -> Counts {
    let (source, target) = match &shape.request {
        Request::Clone { source, target, .. } if !shape.sets_up_source => (source, target),
        Request::Refresh {
            target,
            from: Some(source),
            ..
        } => (source, target),
        _ => return Counts::default(),
    };
    let site = async {
        match shape.atlassian.any() {
            true => of(world, source).await,
            false => Counts::default(),
        }
    };
    let project = look_project::ahead(world, shape.supabase, source, target);
    let files = async {
        match shape.supabase.storage {
            true => storage::count(world, source).await,
            false => None,
        }
    };
    let (site, project, files) = tokio::join!(site, project, files);
    Counts {
        project,
        files,
        ..site
    }
}

/// About how many issues an instance's project has, and pages its space; nothing of what isn't
/// said within 3 seconds.
pub async fn of(world: &World, name: &InstanceName) -> Counts {
    let asked = tokio::time::timeout(PATIENCE, ask(world, name)).await;
    asked.ok().and_then(Result::ok).unwrap_or_default()
}

async fn ask(world: &World, name: &InstanceName) -> Result<Counts> {
    let config = world.instance(name)?.atlassian_config()?;
    let some = |key: Option<String>| key.filter(|key| !key.is_empty());
    let (project, space) = (
        some(config.jira_project_key),
        some(config.confluence_space_key),
    );
    if project.is_none() && space.is_none() {
        return Ok(Counts::default());
    }
    let Some(site) = world.atlassian(name).await? else {
        return Ok(Counts::default());
    };
    let (jira, confluence) = (Jira::new(site.clone()), Confluence::new(site));
    let issues = async {
        match &project {
            Some(key) => jira
                .count_issues(&format!("project = \"{key}\""))
                .await
                .ok(),
            None => None,
        }
    };
    let pages = async {
        let cql = |key: &str| format!("space = \"{key}\" AND type = page");
        match &space {
            Some(key) => confluence.count(&cql(key)).await.ok(),
            None => None,
        }
    };
    let (issues, pages) = tokio::join!(issues, pages);
    Ok(Counts {
        issues,
        pages,
        ..Counts::default()
    })
}
