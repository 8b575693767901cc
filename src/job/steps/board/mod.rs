//! The board's seeds: first everything is made ([`MakeBoard`]), so that each issue has its key; then
//! it's filled in ([`FillBoard`]), with what names other issues and pages.
//!
//! Loading twice adds nothing: an issue is known by its marker, else by its summary; what it has
//! (comments, files, links) by its words. What people changed meanwhile stays as it is.

mod fill;
mod make;
mod parts;
mod sprints;
mod status;

pub use fill::FillBoard;
pub use make::MakeBoard;

use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::provider::jira::Jira;

/// The client and the project's key; `None` where the instance has no project.
async fn project(
    world: &World,
    name: &InstanceName,
    ctx: &StepContext,
) -> Result<Option<(Jira, String)>> {
    let key = world.instance(name)?.atlassian_config()?.jira_project_key;
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    let site = world.atlassian(name).await?.ok_or_else(|| {
        Error::not_found(format!("{name} has a Jira project, but no site."))
            .hint(format!("Look at instances/{name}/atlassian.config.json."))
    })?;
    Ok(Some((Jira::new(site.with_cancel(ctx.cancel.clone())), key)))
}
