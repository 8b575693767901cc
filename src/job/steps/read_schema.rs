//! The source's schema, read while the target's project is being made: over a network it takes
//! longer than all else of a small copy. It also shows early that the source can be read at all.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::copy;
use crate::job::world::World;
use crate::provider::postgres::copy::EarlySchema;

pub struct ReadSchema {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for ReadSchema {
    fn name(&self) -> &str {
        "database.read-schema"
    }

    fn title(&self) -> &str {
        "Read the source's schema"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let reading = async {
            let request = copy::reading(&self.world, &self.source, &self.target).await?;
            EarlySchema::read(&request).await
        };
        let read = tokio::select! {
            read = reading => read,
            () = ctx.cancel.cancelled() => return Err(Error::cancelled()),
        };
        let schema = match read {
            Err(error) if error.kind == Kind::Timeout => {
                ctx.log("a table of the source is locked: the schema is read when the copy begins");
                return Ok(());
            }
            read => read?,
        };
        ctx.log(format!("read {} objects", schema.objects()));
        self.world.keep_schema(schema);
        Ok(())
    }

    /// It lived in this process only.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
