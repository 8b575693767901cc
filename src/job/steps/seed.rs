//! The seeds, with their embeddings.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::memory::seeds::{self, LoadOptions};
use crate::provider::postgres::connect::{ConnectOptions, connect};

pub struct LoadSeeds {
    pub world: World,
    pub name: InstanceName,
    pub reembed: bool,
}

#[async_trait]
impl Step for LoadSeeds {
    fn name(&self) -> &str {
        "seeds"
    }

    fn title(&self) -> &str {
        "Load the seeds"
    }

    fn weight(&self) -> u32 {
        6
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let dir = self.world.instance(&self.name)?;
        let folder = dir.path().join("seeds");
        if !folder.is_dir() {
            ctx.log("no seeds folder");
            return Ok(());
        }
        let set = seeds::read_dir(&folder)?;
        let schema = dir.supabase_config()?.schema;
        let url = self.world.admin_database(&self.name)?;
        let connection = connect(&url, &ConnectOptions::named("matriz seeds")).await?;
        let options = LoadOptions {
            reembed: self.reembed,
            ..LoadOptions::default()
        };
        let report = seeds::load(
            &connection,
            &schema,
            &set,
            &options,
            &mut |report| ctx.report(report),
            &ctx.cancel,
        )
        .await?;
        for table in &report.tables {
            ctx.log(format!(
                "{}: {} rows added, {} there already",
                table.table, table.inserted, table.skipped
            ));
        }
        for note in &report.notes {
            ctx.log(note);
        }
        ctx.summary(&format!("{} rows added", report.inserted()))?;
        connection.close().await;
        Ok(())
    }

    /// What it made goes with the project and the folder.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
