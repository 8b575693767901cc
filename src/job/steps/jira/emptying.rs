//! Emptying a project that stays: everything in it goes, for another copy.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{TryStreamExt, stream};

use super::delete::{key_of, sharers};
use super::project::client;
use super::reconcile::highest_of;
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::refresh::{emptied_parts, note_emptied};
use crate::job::world::World;
use crate::provider::jira::{Fetch, Jira, Jql};

/// As a person reads what is gone.
const PART: &str = "issues";
/// Issues that are deleted at once.
const WIDTH: usize = 6;
/// Keys that are looked up at once, after the last one that is known.
const PROBE: u64 = 100;
/// So often a search may still show what is gone, and for how long it's waited each time.
const ROUNDS: u32 = 40;
const LAG: Duration = Duration::from_millis(250);

/// Deletes the issues, sprints, components and versions of the target's project. The project stays,
/// with its key, its boards and their filters, which the copy takes again.
pub struct EmptyJiraProject {
    pub world: World,
    pub target: InstanceName,
}

#[async_trait]
impl Step for EmptyJiraProject {
    fn name(&self) -> &str {
        "jira.empty"
    }

    fn title(&self) -> &str {
        "Empty the Jira project"
    }

    fn weight(&self) -> u32 {
        15
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let Some(key) = key_of(&self.world, &self.target)? else {
            return Ok(());
        };
        // asked again right before it can't be taken back
        let others = sharers(&self.world, &self.target, &key).await?;
        if !others.is_empty() {
            return Err(Error::refused(format!(
                "The Jira project {key} is also used by {}; nothing in it was deleted.",
                others.join(", ")
            )));
        }
        let jira = client(&self.world, &self.target, ctx).await?;
        jira.project(&key).await?;
        if !ctx.still_owner()? {
            return Err(Error::cancelled());
        }
        note_emptied(ctx, PART)?;
        self.empty(ctx, &jira, &key).await
    }

    /// The issues don't come back. What was half emptied is emptied whole.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        if !self.world.has(&self.target) || !emptied_parts(ctx)?.iter().any(|part| part == PART) {
            return Ok(());
        }
        let Some(key) = key_of(&self.world, &self.target)? else {
            return Ok(());
        };
        let jira = client(&self.world, &self.target, ctx).await?;
        self.empty(ctx, &jira, &key).await
    }
}

impl EmptyJiraProject {
    async fn empty(&self, ctx: &StepContext, jira: &Jira, key: &str) -> Result<()> {
        let gone = issues(ctx, jira, key).await?;
        let sprints = sprints(jira, key).await?;
        let mut parts = 0;
        let components: Vec<_> = jira.components(key).try_collect().await?;
        for component in components {
            jira.delete_component(&component.id).await?;
            parts += 1;
        }
        let versions: Vec<_> = jira.versions(key).try_collect().await?;
        for version in versions {
            jira.delete_version(&version.id).await?;
            parts += 1;
        }
        ctx.log(format!(
            "{key}: {gone} issues, {sprints} sprints, {parts} components and versions deleted"
        ));
        Ok(())
    }
}

/// Before anything goes: the project that is to come in its place can be read.
pub async fn source_is_there(
    world: &World,
    source: &InstanceName,
    ctx: &StepContext,
) -> Result<()> {
    let key = key_of(world, source)?
        .ok_or_else(|| Error::not_found(format!("{source} has no Jira project.")))?;
    client(world, source, ctx).await?.project(&key).await?;
    Ok(())
}

/// Deletes until no search finds an issue any more, then those that no search has seen yet. Gives
/// how many there were.
async fn issues(ctx: &StepContext, jira: &Jira, key: &str) -> Result<u64> {
    let search = Jql {
        jql: format!("project = \"{key}\""),
        page: 100,
        fields: vec!["issuetype".into()],
        ..Jql::default()
    };
    let gone = AtomicU64::new(0);
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut rounds = 0;
    loop {
        ctx.check_cancelled()?;
        let found: Vec<_> = jira.search(&search).try_collect().await?;
        if found.is_empty() {
            break;
        }
        let before = gone.load(Ordering::Relaxed);
        let total = before + found.len() as u64;
        let ids: Vec<String> = found.iter().map(|issue| issue.id.clone()).collect();
        keys.extend(found.into_iter().map(|issue| issue.key));
        delete(ctx, jira, &ids, &gone, total).await?;
        if gone.load(Ordering::Relaxed) == before {
            // the search still shows what is gone
            rounds += 1;
            if rounds > ROUNDS {
                return Err(Error::new(
                    Kind::Timeout,
                    format!("Jira still shows issues in {key} that were deleted."),
                )
                .hint("Wait a minute, then resume the job."));
            }
            jira.site().pause(LAG).await?;
        }
    }
    let mut next = highest_of(keys.iter().map(String::as_str)) + 1;
    while next > 1 {
        let probe: Vec<String> = (next..next + PROBE).map(|n| format!("{key}-{n}")).collect();
        let there = jira.fetch_issues(&probe, &Fetch::default()).await?.issues;
        if there.is_empty() {
            break;
        }
        let ids: Vec<String> = there.into_iter().map(|issue| issue.id).collect();
        let total = gone.load(Ordering::Relaxed) + ids.len() as u64;
        delete(ctx, jira, &ids, &gone, total).await?;
        next += PROBE;
    }
    Ok(gone.into_inner())
}

async fn delete(
    ctx: &StepContext,
    jira: &Jira,
    ids: &[String],
    gone: &AtomicU64,
    total: u64,
) -> Result<()> {
    stream::iter(ids.iter().map(Ok))
        .try_for_each_concurrent(WIDTH, |id| async move {
            ctx.check_cancelled()?;
            // a subtask goes with its parent
            if jira.delete_issue(id).await? {
                let done = gone.fetch_add(1, Ordering::Relaxed) + 1;
                ctx.report(Report {
                    amount: Amount::new(done, total.max(done), Unit::Items),
                    note: Some("deleting issues".into()),
                    ..Report::default()
                });
            }
            Ok::<(), Error>(())
        })
        .await
}

/// Of the project's own boards.
async fn sprints(jira: &Jira, key: &str) -> Result<u64> {
    let mut gone = 0;
    let boards: Vec<_> = jira.boards(key).try_collect().await?;
    for board in boards {
        let own = board
            .location
            .as_ref()
            .and_then(|l| l.project_key.as_deref());
        if own.is_some_and(|own| own != key) {
            continue;
        }
        let found: Result<Vec<_>, _> = jira.sprints(board.id).try_collect().await;
        let found = match found {
            Ok(found) => found,
            // a board without sprints refuses the question
            Err(failure) if failure.status() == Some(400) => continue,
            Err(failure) => return Err(failure.into()),
        };
        for sprint in found {
            let here = sprint
                .origin_board_id
                .is_none_or(|origin| origin == board.id);
            if here && jira.delete_sprint(sprint.id).await? {
                gone += 1;
            }
        }
    }
    Ok(gone)
}
