//! The database: copied under one snapshot and compared table by table.

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::progress::Report;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::held;
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::copy::{self, CopyRequest, Observer, SchemaMap};
use crate::provider::postgres::find::{self, Search};
use crate::provider::postgres::url::DatabaseUrl;

pub struct CopyDatabase {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    /// The project was there before this job: cancel has to empty it, not delete it.
    pub keeps_project: bool,
}

#[async_trait]
impl Step for CopyDatabase {
    fn name(&self) -> &str {
        "database.copy"
    }

    fn title(&self) -> &str {
        "Copy the database"
    }

    fn weight(&self) -> u32 {
        100
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let mut request = request(&self.world, &self.source, &self.target).await?;
        request.early = self.world.take_schema();
        let summary = copy::run(&request, &Watcher { ctx }, ctx.cancel.clone()).await?;
        held::write_down(ctx, &self.world, &self.source, &self.target).await?;
        for skipped in &summary.skipped {
            let how = skipped.how.words();
            ctx.log(format!("{how}: {} ({})", skipped.object, skipped.reason));
        }
        ctx.summary(&format!(
            "{} {}, {} rows, equal",
            summary.tables,
            human::plural(summary.tables, "table", "tables"),
            summary.rows
        ))
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        // the project that this job made goes as a whole
        if !self.keeps_project || ctx.checkpoint()?.is_none() {
            return Ok(());
        }
        let request = request(&self.world, &self.source, &self.target).await?;
        copy::wipe(&request, &Watcher { ctx }).await
    }
}

/// What the copy engine needs to know of two instances.
pub async fn request(
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<CopyRequest> {
    let to = world.admin_database(target)?;
    let schema = world.instance(target)?.supabase_config()?.schema;
    between(world, source, to, schema).await
}

/// The same while the target has no database yet: good for reading the source only.
pub async fn reading(
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<CopyRequest> {
    let nowhere = world.admin_database(source)?;
    let schema = world.instance(target)?.supabase_config()?.schema;
    between(world, source, nowhere, schema).await
}

/// From an instance into a schema of some database.
pub async fn between(
    world: &World,
    source: &InstanceName,
    to: DatabaseUrl,
    schema: String,
) -> Result<CopyRequest> {
    let from = world.admin_database(source)?;
    let major = {
        let probe = connect(&from, &ConnectOptions::named("matriz check")).await?;
        let major = probe.server_major();
        probe.close().await;
        major
    };
    let bin = world.workspace().settings()?.providers.postgres.bin;
    let pg_dump = find::pg_dump_for(&Search::new(bin)?, major)
        .await?
        .pg_dump();
    let mut request = CopyRequest::new(from, to, pg_dump);
    let schemas = SchemaMap {
        from: world.instance(source)?.supabase_config()?.schema,
        to: schema,
    };
    if schemas.from != schemas.to || schemas.from != "public" {
        request.schemas = Some(schemas);
    }
    Ok(request)
}

/// The step's context as the copy engine sees it.
pub(super) struct Watcher<'a> {
    pub ctx: &'a StepContext,
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
