//! The order of issues in the backlog and on boards.

use super::inventory;
use super::made::Made;
use super::sides::Sides;
use crate::domain::report_jira::Lack;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::jira::Rank;

/// The most issues of a call.
const MOST: usize = 50;

/// Puts the copies into the order of their sources; nothing is asked where they are in it.
pub async fn copy(ctx: &StepContext, sides: &Sides, made: &Made) -> Result<Vec<Lack>> {
    let mut lacking = Vec::new();
    let source = match inventory::by_rank(&sides.source, &sides.from.key).await {
        Ok(source) => source,
        // a project that isn't one of software has no order of its own
        Err(failure) if failure.status() == Some(400) => return Ok(lacking),
        Err(failure) => return Err(failure.into()),
    };
    let wanted: Vec<String> = source
        .iter()
        .filter_map(|id| made.target("issue", id))
        .map(str::to_owned)
        .collect();
    let now = inventory::by_rank(&sides.target, &sides.to.key).await?;
    if now == wanted {
        return Ok(lacking);
    }
    let Some((first, rest)) = wanted.split_first() else {
        return Ok(lacking);
    };
    let mut last = first;
    for some in rest.chunks(MOST) {
        ctx.check_cancelled()?;
        let refused = sides.target.rank(some, &Rank::After(last.clone())).await?;
        lacking.extend(refused.into_iter().map(|(issue, why)| Lack {
            what: format!("{issue} rank"),
            why,
        }));
        last = some.last().unwrap_or(last);
    }
    Ok(lacking)
}
