//! The last part of the second pass: watchers, and every copy held against its goal.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::goal::{self, Goal};
use super::made::Made;
use super::pass::{CHECKED, CHUNK, Pass, SIDE_BY_SIDE, read};
use super::rewrite::Rewrites;
use super::verify::Verdict;
use super::{parts, watchers};
use crate::error::Result;
use crate::provider::jira::Issue;

/// Whoever commented on a copy or changed it watches it: so watchers come last.
pub async fn check(
    pass: &Pass<'_>,
    goals: &[Goal],
    made: &Made,
    rewrites: &Rewrites,
    verdict: &mut Verdict,
) -> Result<()> {
    let sides = &pass.sides;
    for some in goals.chunks(CHUNK) {
        pass.ctx.check_cancelled()?;
        let ids: Vec<String> = some.iter().map(|goal| goal.copy.clone()).collect();
        let copies = read(&sides.target, &ids, &["*all"]).await?;
        let copies: HashMap<&str, &Issue> = copies.iter().map(|c| (&*c.id, c)).collect();
        let mut work = Vec::new();
        for goal in some {
            let Some(copy) = copies.get(&*goal.copy) else {
                verdict.count("issues", 1, 0);
                verdict.lack(goal.copy_key.clone(), "it's gone");
                continue;
            };
            verdict.compare(sides, made, goal, copy);
            verdict.scan(sides, rewrites, copy).await?;
            let watching = goal::flag(copy, "/watches/isWatching");
            work.push(watchers::copy(sides, goal, watching));
        }
        let lacking: Vec<_> = stream::iter(work)
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect()
            .await?;
        verdict.add(lacking.into_iter().flatten());
        pass.gauge.add(CHECKED, some.len());
    }
    parts::scan(sides, rewrites, verdict).await?;
    pass.gauge.close(CHECKED);
    Ok(())
}
