//! The first pass: everything that has an id of its own is created, and its id written down.

use async_trait::async_trait;

use super::attachments::{self, Attachments};
use super::create::{self, Creator};
use super::fields::FieldMaps;
use super::gauge::Gauge;
use super::made::Made;
use super::marker::Marker;
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::{CALLS, PROVIDER, boards, inventory, reconcile};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::sites;
use crate::job::world::World;
use crate::provider::jira::{Fetch, Issue};

/// Issues that are read at once.
const CHUNK: usize = 100;

const ISSUES: &str = "issues";
const ATTACHMENTS: &str = "attachments";

/// Creates a copy of every issue in the target's project, with its attachments; then the boards
/// and sprints.
pub struct CopyIssues {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for CopyIssues {
    fn name(&self) -> &str {
        "jira.issues"
    }

    fn title(&self) -> &str {
        "Copy the issues"
    }

    fn weight(&self) -> u32 {
        60
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let sides = Sides::open(&self.world, &self.source, &self.target, ctx).await?;
        sites::write_down(ctx, sides.source.site(), sides.target.site()).await?;
        let marker = Marker::new(ctx, &self.target);
        let gauge = Gauge::new(ctx, &[ISSUES, ATTACHMENTS]);
        let levels = inventory::levels(&sides.source, &sides.from).await?;
        gauge.expect(ISSUES, levels.iter().map(Vec::len).sum());
        let mut made = Made::load(ctx)?;
        let mut maps = FieldMaps::read(&sides).await?;
        // a call was about to leave when the worker died: some of what it asked for may be there
        let there = match made.has_open("issue") {
            true => {
                let highest = reconcile::highest_of(made.pairs("issue-key").map(|(_, key)| key));
                reconcile::copies(&sides, &marker, highest).await?
            }
            false => Default::default(),
        };
        let told = || gauge.add(ATTACHMENTS, 1);
        let files = Attachments::new(ctx, &sides, &told).await?;
        for level in &levels {
            for ids in level.chunks(CHUNK) {
                ctx.check_cancelled()?;
                let issues = read(&sides, ids).await?;
                maps.learn(&sides, &issues).await?;
                let creator = Creator {
                    ctx,
                    sides: &sides,
                    marker: &marker,
                    maps: &maps,
                };
                creator.adopt(&there, issues.iter(), &mut made)?;
                let all: Vec<&Issue> = issues.iter().collect();
                for some in all.chunks(create::MOST) {
                    creator.create(some, &mut made).await?;
                    gauge.add(ISSUES, some.len());
                }
                let count: usize = issues.iter().map(|i| attachments::of(i).len()).sum();
                gauge.expect(ATTACHMENTS, count);
                files.copy(&issues, &mut made).await?;
            }
        }
        gauge.close(ISSUES);
        gauge.close(ATTACHMENTS);
        let rewrites = Rewrites::open(&self.world, &self.source, &self.target, ctx)?;
        boards::copy(ctx, &sides, &made, &rewrites).await?;
        ctx.record(PROVIDER, &[(CALLS, "issues", &sides.calls().to_string())])?;
        ctx.log(format!(
            "{} issues and {} attachments in {} calls",
            made.pairs("issue").count(),
            made.pairs("attachment").count(),
            sides.calls()
        ));
        Ok(())
    }

    /// What it made goes with the project; one that was there before is emptied.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        super::empty::undo(&self.world, &self.target, ctx).await
    }
}

/// The issues with all that their copies are created with.
async fn read(sides: &Sides, ids: &[String]) -> Result<Vec<Issue>> {
    let fetch = Fetch {
        fields: ["*all", "-comment", "-worklog"].map(str::to_owned).to_vec(),
        ..Fetch::default()
    };
    let fetched = sides.source.fetch_issues(ids, &fetch).await?;
    let mut issues = fetched.issues;
    // the order of the ids, whatever order they come in
    let place: std::collections::HashMap<&str, usize> =
        ids.iter().enumerate().map(|(n, id)| (&**id, n)).collect();
    issues.sort_by_key(|issue| place.get(&*issue.id).copied().unwrap_or(usize::MAX));
    Ok(issues)
}
