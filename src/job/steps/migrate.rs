//! The migrations: the instance's own, else the workspace's, else those that Matriz brings.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::migrate::{self, Migration};

pub struct Migrate {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for Migrate {
    fn name(&self) -> &str {
        "migrations"
    }

    fn title(&self) -> &str {
        "Run the migrations"
    }

    fn weight(&self) -> u32 {
        5
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let url = self.world.admin_database(&self.name)?;
        let schema = self.world.instance(&self.name)?.supabase_config()?.schema;
        let list = migrations(&self.world, &self.name)?;
        let connection = connect(&url, &ConnectOptions::named("matriz migrations")).await?;
        let mut told = |step: migrate::Step<'_>| {
            ctx.report(Report {
                amount: Amount::new(step.done as u64, step.total as u64, Unit::Items),
                note: Some(step.migration.file.clone()),
                phases: Vec::new(),
            });
        };
        let applied = tokio::select! {
            biased;
            () = ctx.cancel.cancelled() => {
                // the server takes the open file back as soon as the statement ends
                let _ = connection.cancel_handle().cancel().await;
                return Err(Error::cancelled());
            }
            applied = migrate::apply(&connection, &schema, &list, &mut told) => applied?,
        };
        for file in &applied.applied {
            ctx.log(format!("applied {file}"));
        }
        connection.close().await;
        Ok(())
    }

    /// What it made goes with the project and the folder.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// The migrations that an instance uses, in the order of their names.
pub fn migrations(world: &World, name: &InstanceName) -> Result<Vec<Migration>> {
    let own = world.instance(name)?.path().join("migrations");
    let shared = world.workspace().root().join("core/supabase/migrations");
    for folder in [own, shared] {
        if folder.is_dir() {
            let list = migrate::from_dir(&folder)?;
            if !list.is_empty() {
                return Ok(list);
            }
        }
    }
    Ok(migrate::embedded())
}
