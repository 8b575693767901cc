//! What Matriz itself has recorded about a schema, carried over to the schema it was copied into:
//! which migrations have run, and which model filled which column.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::memory::seeds::model;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::migrate;

pub struct CarryRecords {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for CarryRecords {
    fn name(&self) -> &str {
        "records"
    }

    fn title(&self) -> &str {
        "Carry its records over"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let options = ConnectOptions::named("matriz records");
        let from = connect(&self.world.admin_database(&self.source)?, &options).await?;
        let to = connect(&self.world.admin_database(&self.target)?, &options).await?;
        let from_schema = self.world.instance(&self.source)?.supabase_config()?.schema;
        let to_schema = self.world.instance(&self.target)?.supabase_config()?.schema;
        let models = model::list(&from, &from_schema).await?;
        model::record(&to, &to_schema, &models).await?;
        let added = migrate::carry_over(&from, &from_schema, &to, &to_schema).await?;
        ctx.log(format!(
            "{added} migrations and {} models noted",
            models.len()
        ));
        from.close().await;
        to.close().await;
        Ok(())
    }

    /// The records go with the schema.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
