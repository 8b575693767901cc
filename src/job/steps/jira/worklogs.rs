//! The time that was spent on an issue.

use futures_util::TryStreamExt;

use super::made::Made;
use super::marker::Marker;
use super::rewrite::Rewrites;
use super::said;
use super::sides::Sides;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::jira::{Issue, Jira, NewWorklog, Worklog};

/// The shortest time that can be logged, in seconds.
const SHORTEST: u64 = 60;

/// All worklogs of an issue: those that it shows (20 at the most), else page by page.
pub async fn of(jira: &Jira, issue: &Issue) -> Result<Vec<Worklog>> {
    match said::shown(issue, "worklog", "worklogs") {
        Some(shown) => Ok(shown),
        None => Ok(jira.worklogs(&issue.id).try_collect().await?),
    }
}

/// Adds what isn't there of `worklogs` to the copy.
pub async fn copy(
    ctx: &StepContext,
    sides: &Sides,
    marker: &Marker,
    made: &Made,
    rewrites: &Rewrites,
    copy: &str,
    worklogs: &[Worklog],
) -> Result<()> {
    let all = worklogs.iter().map(|worklog| {
        let words = rewrites.adf(&worklog.comment);
        let new = NewWorklog {
            comment: said::attributed(&words, worklog.author.as_ref(), &worklog.started),
            started: worklog.started.clone(),
            time_spent_seconds: worklog.time_spent_seconds.max(SHORTEST),
            visibility: worklog.visibility.clone(),
            properties: vec![marker.property(&worklog.id)],
        };
        (worklog.id.clone(), new)
    });
    said::copy(
        ctx,
        marker,
        made,
        "worklog",
        all.collect(),
        || async {
            let there: Vec<Worklog> = sides.target.worklogs(copy).try_collect().await?;
            Ok(there.into_iter().map(|w| (w.id, w.properties)).collect())
        },
        |new: NewWorklog| async move { Ok(sides.target.add_worklog(copy, &new).await?.id) },
    )
    .await
}

/// Writes the worklogs of an issue again that name what has a name only now.
pub async fn again(
    sides: &Sides,
    made: &Made,
    rewrites: &Rewrites,
    issue: &Issue,
    copy: &str,
) -> Result<()> {
    for worklog in of(&sides.source, issue).await? {
        let target = made.target("worklog", &worklog.id);
        if let Some(target) = target.filter(|_| said::may_name_another(&worklog.comment)) {
            let words = rewrites.adf(&worklog.comment);
            let words = said::attributed(&words, worklog.author.as_ref(), &worklog.started);
            sides.target.edit_worklog(copy, target, &words).await?;
        }
    }
    Ok(())
}
