//! The rows of the target's database: rewritten after the copy was proven equal.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use super::created;
use super::earlier;
use super::pairs::{self, Place};
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::progress::Report;
use crate::domain::reference::ReferenceMap;
use crate::domain::report::{self, DatabaseChanges};
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::columns::{self, RewriteRequest};
use crate::provider::postgres::copy::Observer;

pub struct RewriteDatabase {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    pub rows: Rows,
}

/// What the rows name before they're rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// They were copied: the source.
    Copied,
    /// They stayed while issues and pages were copied again: what those were before.
    Kept,
}

#[async_trait]
impl Step for RewriteDatabase {
    fn name(&self) -> &str {
        "database.references"
    }

    fn title(&self) -> &str {
        "Rewrite the references in the database"
    }

    fn weight(&self) -> u32 {
        10
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let map = match self.rows {
            Rows::Copied => self.copied(ctx)?,
            Rows::Kept => earlier::map(ctx, &self.source, &self.target)?,
        };
        let request = RewriteRequest {
            target: self.world.admin_database(&self.target)?,
            schema: self.only_schema()?,
            rewriter: Arc::new(map.compile()?),
        };
        let changes = columns::rewrite(&request, &Watcher { ctx }, ctx.cancel.clone()).await?;
        ctx.save_report(report::DATABASE, &changes)?;
        for left in &changes.left {
            ctx.log(left.line());
        }
        summarise(ctx, &changes)?;
        match changes.left.iter().find(|l| !l.reason.is_explained()) {
            None => Ok(()),
            Some(left) => Err(Error::new(
                Kind::Internal,
                format!("The clone still points to its source: {}.", left.line()),
            )
            .hint("See all such places with: matriz jobs show ID --report")),
        }
    }

    /// The rows go with what the copy made; what the rewriting kept for itself goes here.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let watcher = Watcher { ctx };
        if watcher.checkpoint().is_none() || !self.world.has(&self.target) {
            return Ok(());
        }
        match self.world.admin_database(&self.target) {
            Ok(target) => columns::forget(&target, &watcher).await,
            // without an address it was never reached
            Err(_) => Ok(()),
        }
    }
}

impl RewriteDatabase {
    fn copied(&self, ctx: &StepContext) -> Result<ReferenceMap> {
        let mut map = pairs::map(&self.world, &self.source, &self.target, Place::Text)?;
        // the media service's ids stand in Jira's documents alone, and are too many and too little
        // alike for a server to look for
        let mut journal = ctx.journal()?;
        journal.retain(|entry| entry.kind != "media");
        created::add(&mut map, &journal);
        Ok(map)
    }

    /// The schema that is the target's, where it shares its database.
    fn only_schema(&self) -> Result<Option<String>> {
        let schema = self.world.instance(&self.target)?.supabase_config()?.schema;
        let source = self.world.instance(&self.source)?.supabase_config()?.schema;
        Ok((schema != "public" || schema != source).then_some(schema))
    }
}

/// What the copy said stays; what was rewritten is added where there was something.
fn summarise(ctx: &StepContext, changes: &DatabaseChanges) -> Result<()> {
    let before = ctx.registry().job(ctx.job())?.summary.unwrap_or_default();
    let copied = before.split("; ").next().unwrap_or_default();
    let (values, left) = (changes.values(), changes.left_over());
    let mut text = copied.to_owned();
    if values > 0 {
        let word = human::plural(values, "value", "values");
        text.push_str(&format!("; {values} {word} rewritten"));
    }
    if left > 0 {
        let word = human::plural(left, "place", "places");
        text.push_str(&format!("; {left} {word} to look at"));
    }
    ctx.summary(text.trim_start_matches("; "))
}

/// The step's context as the rewriting sees it.
struct Watcher<'a> {
    ctx: &'a StepContext,
}

impl Observer for Watcher<'_> {
    fn report(&self, report: Report) {
        self.ctx.report(report);
    }

    fn log(&self, line: &str) {
        self.ctx.log(line);
    }

    fn checkpoint(&self) -> Option<Value> {
        self.ctx.checkpoint().ok().flatten()
    }

    fn save_checkpoint(&self, value: Value) -> Result<()> {
        self.ctx.save_checkpoint(&value)
    }
}
