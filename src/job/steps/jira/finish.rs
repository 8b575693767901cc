//! The second pass: what could only be written when every copy had its name, then the check.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::fields::FieldMaps;
use super::gauge::Gauge;
use super::goal::{self, Goal};
use super::made::Made;
use super::marker::{self, Marker};
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::verify::Verdict;
use super::{
    CALLS, boards, comments, inventory, links, parts, rank, remote, sprints, statuses, texts,
    watchers, worklogs,
};
use crate::domain::name::InstanceName;
use crate::domain::report_jira::{JIRA, JiraChanges};
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::mark;
use crate::job::world::World;
use crate::provider::jira::{Fetch, Issue, Jira};

/// Issues that are read at once.
const CHUNK: usize = 100;
/// Issues that are worked on at the same time.
const SIDE_BY_SIDE: usize = 6;

const SAID: &str = "comments and links";
const TEXTS: &str = "texts";
const STATUSES: &str = "statuses";
const CHECKED: &str = "checked";

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

/// Up to where the pass has come, by the source's ids in the order of the inventory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Mark {
    said: Option<String>,
    texts: Option<String>,
    /// Remote links that were written.
    remote: u64,
    /// Values in which something was rewritten.
    rewritten: u64,
    /// Requests of the workers before this one.
    calls: u64,
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
            step: self,
            ctx,
            marker: Marker::new(ctx, &self.target),
            maps: FieldMaps::read(&sides).await?,
            gauge: Gauge::new(ctx, &[SAID, TEXTS, STATUSES, CHECKED]),
            sides,
        };
        pass.run().await
    }

    /// What it wrote goes with the copies.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// One run of the second pass.
struct Pass<'a> {
    step: &'a FinishIssues,
    ctx: &'a StepContext,
    sides: Sides,
    marker: Marker,
    maps: FieldMaps,
    gauge: Gauge<'a>,
}

impl Pass<'_> {
    async fn run(&self) -> Result<()> {
        let (ctx, sides) = (self.ctx, &self.sides);
        let levels = inventory::levels(&sides.source, &sides.from).await?;
        let ids: Vec<String> = levels.into_iter().flatten().collect();
        for phase in [SAID, TEXTS, STATUSES, CHECKED] {
            self.gauge.expect(phase, ids.len());
        }
        let mut mark: Mark = mark::load(ctx)?.unwrap_or_default();
        let mut verdict = Verdict::default();
        let goals = self.say(&ids, &mut mark, &mut verdict).await?;
        // comments and worklogs have names now, too
        let made = Made::load(ctx)?;
        let rewrites = self.rewrites()?;
        self.write(&ids, &goals, &rewrites, &mut mark, &mut verdict)
            .await?;
        self.arrange(&goals, &made, &rewrites, &mut verdict).await?;
        let told = |more| self.gauge.add(STATUSES, more);
        let lacking = statuses::reach(ctx, sides, &goals, &told).await?;
        verdict.add(lacking);
        self.gauge.close(STATUSES);
        parts::finish(sides, &made, &rewrites).await?;
        self.check(&goals, &made, &rewrites, &mut verdict).await?;
        self.report(&ids, &made, &rewrites, &mark, verdict)
    }

    fn rewrites(&self) -> Result<Rewrites> {
        let FinishIssues {
            world,
            source,
            target,
        } = self.step;
        Rewrites::open(world, source, target, self.ctx)
    }

    fn save(&self, mark: &Mark) -> Result<()> {
        let calls = mark.calls + self.sides.calls();
        mark::save(
            self.ctx,
            &Mark {
                calls,
                ..mark.clone()
            },
        )
    }

    /// Comments, worklogs, links and remote links. Gives what the copies are to be like.
    async fn say(
        &self,
        ids: &[String],
        mark: &mut Mark,
        verdict: &mut Verdict,
    ) -> Result<Vec<Goal>> {
        let made = Made::load(self.ctx)?;
        let rewrites = self.rewrites()?;
        let mut fields: Vec<&str> = vec![
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
        fields.extend(self.maps.sprints.as_deref());
        let mut goals = Vec::with_capacity(ids.len());
        let mut done = position(ids, mark.said.as_deref());
        for some in ids.chunks(CHUNK) {
            self.ctx.check_cancelled()?;
            let issues = read(&self.sides.source, some, &fields).await?;
            let copies: Vec<String> = some
                .iter()
                .filter_map(|id| made.target("issue", id).map(str::to_owned))
                .collect();
            let copies = read(&self.sides.target, &copies, &["status", "issuelinks"]).await?;
            let copies: HashMap<&str, &Issue> = copies.iter().map(|c| (&*c.id, c)).collect();
            let mut work = Vec::new();
            for issue in &issues {
                let copy = made
                    .target("issue", &issue.id)
                    .and_then(|id| copies.get(id));
                let Some(copy) = copy else {
                    verdict.count("issues", 1, 0);
                    verdict.lack(issue.key.clone(), "it has no copy");
                    continue;
                };
                let sprints = self.maps.sprints.as_deref();
                goals.push(Goal::of(issue, copy, &made, &self.sides, sprints));
                work.push((issue, *copy));
            }
            // what an earlier worker did needs no second look
            let skipped = done.min(some.len());
            done -= skipped;
            if skipped < some.len() {
                let work: Vec<_> = work
                    .into_iter()
                    .map(|(issue, copy)| self.say_one(issue, copy, &made, &rewrites))
                    .collect();
                let told: Vec<u64> = stream::iter(work)
                    .buffer_unordered(SIDE_BY_SIDE)
                    .try_collect()
                    .await?;
                mark.remote += told.iter().sum::<u64>();
                mark.said = some.last().cloned();
                mark.rewritten += rewrites.take_changed();
                self.save(mark)?;
            }
            self.gauge.add(SAID, some.len());
        }
        self.gauge.close(SAID);
        Ok(goals)
    }

    /// Gives how many remote links there are.
    async fn say_one(
        &self,
        issue: &Issue,
        copy: &Issue,
        made: &Made,
        rewrites: &Rewrites,
    ) -> Result<u64> {
        let (ctx, sides, marker) = (self.ctx, &self.sides, &self.marker);
        let said = comments::of(&sides.source, issue).await?;
        comments::copy(ctx, sides, marker, made, rewrites, &copy.id, &said).await?;
        let logged = worklogs::of(&sides.source, issue).await?;
        worklogs::copy(ctx, sides, marker, made, rewrites, &copy.id, &logged).await?;
        let wanted = links::expected(&links::of(issue), made, sides);
        links::make(sides, &copy.key, &wanted, &links::of(copy)).await?;
        remote::copy(sides, rewrites, &issue.id, &copy.id).await
    }

    /// The final texts.
    async fn write(
        &self,
        ids: &[String],
        goals: &[Goal],
        rewrites: &Rewrites,
        mark: &mut Mark,
        verdict: &mut Verdict,
    ) -> Result<()> {
        let by_source: HashMap<&str, &Goal> = goals.iter().map(|g| (&*g.source, g)).collect();
        let mut done = position(ids, mark.texts.as_deref());
        for some in ids.chunks(CHUNK) {
            self.ctx.check_cancelled()?;
            let skipped = done.min(some.len());
            done -= skipped;
            if skipped < some.len() {
                let issues = read(&self.sides.source, some, &["*all", "-comment", "-worklog"]);
                let issues = issues.await?;
                let work: Vec<_> = issues
                    .iter()
                    .filter_map(|issue| Some((issue, *by_source.get(&*issue.id)?)))
                    .map(|(issue, goal)| {
                        texts::finish(&self.sides, &self.maps, rewrites, issue, goal)
                    })
                    .collect();
                let lacking: Vec<_> = stream::iter(work)
                    .buffer_unordered(SIDE_BY_SIDE)
                    .try_collect()
                    .await?;
                verdict.add(lacking.into_iter().flatten());
                mark.texts = some.last().cloned();
                mark.rewritten += rewrites.take_changed();
                self.save(mark)?;
            }
            self.gauge.add(TEXTS, some.len());
        }
        self.gauge.close(TEXTS);
        Ok(())
    }

    /// Filters, sprints and the order.
    async fn arrange(
        &self,
        goals: &[Goal],
        made: &Made,
        rewrites: &Rewrites,
        verdict: &mut Verdict,
    ) -> Result<()> {
        let (ctx, sides) = (self.ctx, &self.sides);
        let (wanted, there) = boards::finish(sides, made, rewrites).await?;
        verdict.count("boards", wanted, there);
        let mut members: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for goal in goals {
            // subtasks are where their parents are, and epics in no sprint
            if self
                .maps
                .of_type(&goal.kind)
                .is_some_and(|kind| kind.level == 0)
            {
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

    /// Watchers, and everything held against what it is to be like.
    async fn check(
        &self,
        goals: &[Goal],
        made: &Made,
        rewrites: &Rewrites,
        verdict: &mut Verdict,
    ) -> Result<()> {
        let sides = &self.sides;
        for some in goals.chunks(CHUNK) {
            self.ctx.check_cancelled()?;
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
            self.gauge.add(CHECKED, some.len());
        }
        self.gauge.close(CHECKED);
        Ok(())
    }

    fn report(
        &self,
        ids: &[String],
        made: &Made,
        rewrites: &Rewrites,
        mark: &Mark,
        mut verdict: Verdict,
    ) -> Result<()> {
        verdict.count("remote links", mark.remote, mark.remote);
        for kind in ["components", "versions"] {
            let count = made.pairs(kind.trim_end_matches('s')).count() as u64;
            verdict.count(kind, count, count);
        }
        let mut not_carried: Vec<String> = NOT_CARRIED.map(str::to_owned).to_vec();
        if verdict.votes > 0 {
            not_carried.push(format!("{} votes", verdict.votes));
        }
        let before = made
            .target(CALLS, "issues")
            .and_then(|n| n.parse::<u64>().ok());
        let changes = JiraChanges {
            from: self.sides.from.key.clone(),
            to: self.sides.to.key.clone(),
            counts: verdict.counts(),
            rewritten: mark.rewritten + rewrites.take_changed(),
            calls: before.unwrap_or(0) + mark.calls + self.sides.calls(),
            lacking: verdict.lacking,
            unlisted: verdict.unlisted,
            not_carried,
            left: verdict.left,
        };
        self.ctx.save_report(JIRA, &changes)?;
        for line in changes.lines() {
            self.ctx.log(line);
        }
        self.ctx.log(format!("{} issues looked at", ids.len()));
        match changes.left.iter().find(|l| !l.reason.is_explained()) {
            None => Ok(()),
            Some(left) => Err(Error::new(
                Kind::Internal,
                format!("The clone still points to its source: {}.", left.line()),
            )
            .hint("See all such places with: matriz jobs show ID --report")),
        }
    }
}

/// How many ids there are up to this one; none where it isn't among them.
fn position(ids: &[String], last: Option<&str>) -> usize {
    let at = last.and_then(|last| ids.iter().position(|id| id == last));
    at.map_or(0, |at| at + 1)
}

/// Issues with these fields and their markers.
async fn read(jira: &Jira, ids: &[String], fields: &[&str]) -> Result<Vec<Issue>> {
    let fetch = Fetch {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        properties: vec![marker::KEY.to_owned()],
    };
    Ok(jira.fetch_issues(ids, &fetch).await?.issues)
}
