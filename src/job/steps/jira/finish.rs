//! The second pass: what could only be written when every copy had its name, then the check.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::fields::FieldMaps;
use super::gauge::Gauge;
use super::goal::Goal;
use super::made::Made;
use super::marker::Marker;
use super::pass::{CHECKED, Mark, Pass, SAID, STATUSES, TEXTS};
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::verify::Verdict;
use super::{CALLS, boards, check, inventory, parts, rank, speech, sprints, statuses, texts};
use crate::domain::name::InstanceName;
use crate::domain::report_jira::{JIRA, JiraChanges};
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::mark;
use crate::job::world::World;

/// What stays behind on every clone, in words.
const NOT_CARRIED: [&str; 4] = [
    "the history of changes",
    "dates of creation and change; comments and worklogs have theirs in front",
    "authors of comments, worklogs and attachments; those of comments and worklogs stand in front",
    "the moments at which sprints were closed",
];

/// Finishes the copies that [`CopyIssues`](super::CopyIssues) made, and checks them.
pub struct FinishIssues {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for FinishIssues {
    fn name(&self) -> &str {
        "jira.finish"
    }

    fn title(&self) -> &str {
        "Finish the issues"
    }

    fn weight(&self) -> u32 {
        60
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let sides = Sides::open(&self.world, &self.source, &self.target, ctx).await?;
        let pass = Pass {
            world: &self.world,
            names: (&self.source, &self.target),
            ctx,
            marker: Marker::new(ctx, &self.target),
            maps: FieldMaps::read(&sides).await?,
            gauge: Gauge::new(ctx, &[SAID, TEXTS, STATUSES, CHECKED]),
            sides,
        };
        finish(&pass).await
    }

    /// What it wrote goes with the copies.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// The parts in their order. Closed issues may not be changed any more, so statuses come after
/// everything that changes issues.
async fn finish(pass: &Pass<'_>) -> Result<()> {
    let (ctx, sides) = (pass.ctx, &pass.sides);
    let levels = inventory::levels(&sides.source, &sides.from).await?;
    let ids: Vec<String> = levels.into_iter().flatten().collect();
    for phase in [SAID, TEXTS, STATUSES, CHECKED] {
        pass.gauge.expect(phase, ids.len());
    }
    let mut mark: Mark = mark::load(ctx)?.unwrap_or_default();
    let mut verdict = Verdict::default();
    let goals = speech::say(pass, &ids, &mut mark, &mut verdict).await?;
    // comments and worklogs have names now, too
    let made = Made::load(ctx)?;
    let rewrites = pass.rewrites()?;
    texts::write(pass, &ids, &goals, &rewrites, &mut mark, &mut verdict).await?;
    arrange(pass, &goals, &made, &rewrites, &mut verdict).await?;
    let told = |more| pass.gauge.add(STATUSES, more);
    let lacking = statuses::reach(ctx, sides, &goals, &told).await?;
    verdict.add(lacking);
    pass.gauge.close(STATUSES);
    parts::finish(sides, &made, &rewrites).await?;
    check::check(pass, &goals, &made, &rewrites, &mut verdict).await?;
    report(pass, &made, &rewrites, &mark, verdict)
}

/// Filters, sprints and the order.
async fn arrange(
    pass: &Pass<'_>,
    goals: &[Goal],
    made: &Made,
    rewrites: &Rewrites,
    verdict: &mut Verdict,
) -> Result<()> {
    let (ctx, sides) = (pass.ctx, &pass.sides);
    let (wanted, there) = boards::finish(sides, made, rewrites).await?;
    verdict.count("boards", wanted, there);
    let mut members: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for goal in goals {
        // subtasks are where their parents are, and epics in no sprint
        let kind = pass.maps.of_type(&goal.kind);
        if kind.is_some_and(|kind| kind.level == 0) {
            for sprint in &goal.sprints {
                members.entry(*sprint).or_default().push(goal.copy.clone());
            }
        }
    }
    let filled = sprints::fill(ctx, sides, made, &members).await?;
    verdict.count("sprints", filled.wanted, filled.there);
    verdict.add(filled.lacking);
    verdict.add(rank::copy(ctx, sides, made).await?);
    Ok(())
}

fn report(
    pass: &Pass<'_>,
    made: &Made,
    rewrites: &Rewrites,
    mark: &Mark,
    mut verdict: Verdict,
) -> Result<()> {
    let (wanted, there) = mark.remote;
    verdict.count("remote links", wanted, there);
    for (kind, plural) in [("component", "components"), ("version", "versions")] {
        let count = made.pairs(kind).count() as u64;
        verdict.count(plural, count, count);
    }
    let mut not_carried: Vec<String> = NOT_CARRIED.map(str::to_owned).to_vec();
    if verdict.votes > 0 {
        not_carried.push(format!("{} votes", verdict.votes));
    }
    let before = made.target(CALLS, "issues").and_then(|n| n.parse().ok());
    let changes = JiraChanges {
        from: pass.sides.from.key.clone(),
        to: pass.sides.to.key.clone(),
        counts: verdict.counts(),
        rewritten: mark.rewritten + rewrites.take_changed(),
        calls: before.unwrap_or(0) + mark.calls + pass.sides.calls(),
        lacking: verdict.lacking,
        unlisted: verdict.unlisted,
        not_carried,
        left: verdict.left,
    };
    pass.ctx.save_report(JIRA, &changes)?;
    for line in changes.lines() {
        pass.ctx.log(line);
    }
    match changes.left.iter().find(|l| !l.reason.is_explained()) {
        None => Ok(()),
        Some(left) => Err(Error::new(
            Kind::Internal,
            format!("The clone still points to its source: {}.", left.line()),
        )
        .hint("See all such places with: matriz jobs show ID --report")),
    }
}
