//! The first part of the second pass: comments, worklogs, links and remote links.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::goal::Goal;
use super::made::Made;
use super::pass::{CHUNK, Mark, Pass, SAID, SIDE_BY_SIDE, position, read};
use super::remote::Told;
use super::rewrite::Rewrites;
use super::said::may_name_another;
use super::verify::Verdict;
use super::{comments, links, remote, worklogs};
use crate::error::Result;
use crate::provider::jira::Issue;

/// What is read of the source's issues, besides its field of sprints.
const FIELDS: [&str; 10] = [
    "issuetype",
    "parent",
    "status",
    "resolution",
    "issuelinks",
    "attachment",
    "comment",
    "worklog",
    "watches",
    "votes",
];

/// Says everything that is said on the source's issues on their copies. Gives what the copies are
/// to be like.
pub async fn say(
    pass: &Pass<'_>,
    ids: &[String],
    mark: &mut Mark,
    verdict: &mut Verdict,
) -> Result<Vec<Goal>> {
    let made = Made::load(pass.ctx)?;
    let rewrites = pass.rewrites()?;
    let sprints = pass.maps.sprints.as_deref();
    let fields: Vec<&str> = FIELDS.into_iter().chain(sprints).collect();
    let mut goals = Vec::with_capacity(ids.len());
    let mut done = position(ids, mark.said.as_deref());
    for some in ids.chunks(CHUNK) {
        pass.ctx.check_cancelled()?;
        let issues = read(&pass.sides.source, some, &fields).await?;
        let copies: Vec<String> = some
            .iter()
            .filter_map(|id| made.target("issue", id).map(str::to_owned))
            .collect();
        let copies = read(&pass.sides.target, &copies, &["status", "issuelinks"]).await?;
        let copies: HashMap<&str, &Issue> = copies.iter().map(|c| (&*c.id, c)).collect();
        let mut pairs = Vec::new();
        for issue in &issues {
            let copy = made.target("issue", &issue.id);
            let Some(copy) = copy.and_then(|id| copies.get(id)) else {
                verdict.count("issues", 1, 0);
                verdict.lack(issue.key.clone(), "it has no copy");
                continue;
            };
            goals.push(Goal::of(issue, copy, &made, &pass.sides, sprints));
            pairs.push((issue, *copy));
        }
        // what an earlier worker did needs no second look
        let skipped = done.min(some.len());
        done -= skipped;
        if skipped < some.len() {
            let work: Vec<_> = pairs
                .into_iter()
                .map(|(issue, copy)| one(pass, issue, copy, &made, &rewrites))
                .collect();
            let mut work = stream::iter(work).buffer_unordered(SIDE_BY_SIDE);
            while let Some((told, again)) = work.try_next().await? {
                mark.count(told);
                mark.again.extend(again);
            }
            mark.said = some.last().cloned();
            mark.rewritten += rewrites.take_changed();
            pass.save(mark)?;
        }
        pass.gauge.add(SAID, some.len());
    }
    again(pass, mark).await?;
    pass.gauge.close(SAID);
    Ok(goals)
}

/// Gives the remote links, and the issue where what is said on it names comments.
async fn one(
    pass: &Pass<'_>,
    issue: &Issue,
    copy: &Issue,
    made: &Made,
    rewrites: &Rewrites,
) -> Result<(Told, Option<String>)> {
    let (ctx, sides, marker) = (pass.ctx, &pass.sides, &pass.marker);
    let said = comments::of(&sides.source, issue).await?;
    comments::copy(ctx, sides, marker, made, rewrites, &copy.id, &said).await?;
    let logged = worklogs::of(&sides.source, issue).await?;
    worklogs::copy(ctx, sides, marker, made, rewrites, &copy.id, &logged).await?;
    let wanted = links::expected(&links::of(issue), made, sides);
    links::make(ctx, sides, &copy.key, &wanted, &links::of(copy)).await?;
    let told = remote::copy(ctx, sides, rewrites, &issue.id, &copy.id).await?;
    let mut words = said.iter().map(|c| &c.body);
    let mut logs = logged.iter().map(|w| &w.comment);
    let again = words.any(may_name_another) || logs.any(may_name_another);
    Ok((told, again.then(|| issue.id.clone())))
}

/// Comments and worklogs that name comments, now that all have their ids.
async fn again(pass: &Pass<'_>, mark: &Mark) -> Result<()> {
    if mark.again.is_empty() {
        return Ok(());
    }
    let made = Made::load(pass.ctx)?;
    let rewrites = pass.rewrites()?;
    for some in mark.again.chunks(CHUNK) {
        for issue in read(&pass.sides.source, some, &["comment", "worklog"]).await? {
            if let Some(copy) = made.target("issue", &issue.id) {
                comments::again(&pass.sides, &made, &rewrites, &issue, copy).await?;
                worklogs::again(&pass.sides, &made, &rewrites, &issue, copy).await?;
            }
        }
    }
    Ok(())
}
