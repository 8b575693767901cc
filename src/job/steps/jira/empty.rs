//! Taking copies out of a project that was there before the job.

use super::PROVIDER;
use super::delete::key_of;
use super::made::Made;
use super::project::client;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::world::World;

/// Deletes what the job's journal says was made in the target's project. Nothing happens where the
/// project itself is the job's: it goes as a whole.
pub async fn undo(world: &World, target: &InstanceName, ctx: &StepContext) -> Result<()> {
    let made = Made::load(ctx)?;
    let own = made.pairs("project.create").next().is_some() || made.has_open("project.create");
    if own || !world.has(target) || key_of(world, target)?.is_none() {
        return Ok(());
    }
    let jira = client(world, target, ctx).await?;
    let number = |id: &str| id.parse::<u64>().ok();
    for (_, id) in made.pairs("issue") {
        jira.delete_issue(id).await?;
    }
    for (_, id) in made.pairs("sprint") {
        if let Some(id) = number(id) {
            jira.delete_sprint(id).await?;
        }
    }
    for (_, id) in made.pairs("board.create") {
        if let Some(id) = number(id) {
            jira.delete_board(id).await?;
        }
    }
    ctx.log(format!("{PROVIDER}: what was copied is deleted again"));
    Ok(())
}
