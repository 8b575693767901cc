//! The seeds, with their embeddings.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::memory::seeds::{self, LoadOptions};
use crate::provider::postgres::{ConnectOptions, connect};

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

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let dir = self.world.instance(&self.name)?;
        let folder = dir.path().join("seeds");
        if !folder.is_dir() {
            ctx.log("no seeds folder");
            return Ok(());
        }
        let set = seeds::read_dir(&folder)?;
        let schema = dir.supabase_config()?.schema;
        let url = self.world.database(&self.name)?;
        let mut connection = connect(&url, &ConnectOptions::named("matriz seeds")).await?;
        let options = LoadOptions {
            reembed: self.reembed,
        };
        let report = seeds::load(
            &mut connection,
            &schema,
            &set,
            &options,
            &ctx.cancel,
            |done, total| {
                ctx.report(Report {
                    amount: Amount::new(done, total, Unit::Rows),
                    ..Report::default()
                });
            },
        )
        .await?;
        for table in &report.tables {
            ctx.log(&format!(
                "{}: {} rows added, {} there already",
                table.name, table.added, table.present
            ));
        }
        let added: u64 = report.tables.iter().map(|t| t.added).sum();
        ctx.summary(&format!("{added} rows added"));
        connection.close().await;
        Ok(())
    }
}
