//! The target's database, emptied for another copy.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::emptied;
use crate::domain::name::InstanceName;
use crate::domain::strategy::Strategy;
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::copy::{Watcher, request};
use crate::job::steps::schema::forget_records;
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::copy;

const PART: &str = "database";

/// Takes all out of the database (of an instance that shares one: out of its schema) that a new one
/// doesn't have.
pub struct EmptyDatabase {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

#[async_trait]
impl Step for EmptyDatabase {
    fn name(&self) -> &str {
        "database.empty"
    }

    fn title(&self) -> &str {
        "Empty the database"
    }

    fn weight(&self) -> u32 {
        5
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        // asked right before it can't be taken back
        if !ctx.still_owner()? {
            return Err(Error::cancelled());
        }
        self.empty(ctx, ctx.cancel.clone()).await?;
        ctx.log("the database is empty");
        Ok(())
    }

    /// The rows don't come back. What was half emptied is emptied whole, so that nobody works with
    /// half of a database.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        if !self.world.has(&self.target) {
            return Ok(());
        }
        let request = request(&self.world, &self.source, &self.target).await?;
        let only = request.schemas.as_ref().map(|map| map.to.as_str());
        if copy::is_in_pieces(&Watcher { ctx })?
            || copy::holds_nothing(&request.target, only).await?
        {
            self.empty(ctx, CancellationToken::new()).await?;
        }
        Ok(())
    }
}

impl EmptyDatabase {
    async fn empty(&self, ctx: &StepContext, cancel: CancellationToken) -> Result<()> {
        let request = request(&self.world, &self.source, &self.target).await?;
        let only = request.schemas.as_ref().map(|map| map.to.as_str());
        copy::empty(&request.target, only, &Watcher { ctx }, cancel).await?;
        emptied::note(ctx, PART)?;
        let dir = self.world.instance(&self.target)?;
        if dir.manifest()?.strategy == Strategy::Schema {
            let url = self.world.admin_database(&self.target)?;
            let connection = connect(&url, &ConnectOptions::named("matriz refresh")).await?;
            forget_records(&connection, &dir.supabase_config()?.schema).await?;
            connection.close().await;
        }
        Ok(())
    }
}
