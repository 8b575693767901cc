//! The time that was spent on an issue.

use futures_util::TryStreamExt;
use serde::Deserialize;
use serde_json::Value;

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
    let field = issue.fields.get("worklog").unwrap_or(&Value::Null);
    let list = field.get("worklogs").unwrap_or(&Value::Null);
    let shown = Vec::<Worklog>::deserialize(list).unwrap_or_default();
    let total = field.get("total").and_then(Value::as_u64).unwrap_or(0);
    if total <= shown.len() as u64 {
        return Ok(shown);
    }
    Ok(jira.worklogs(&issue.id).try_collect().await?)
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
