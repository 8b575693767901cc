//! The `.env` of an instance that has only its example yet.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;

pub struct EnsureEnvironment {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for EnsureEnvironment {
    fn name(&self) -> &str {
        "environment.ensure"
    }

    fn title(&self) -> &str {
        "Make its .env"
    }

    /// What was there is read first: a broken file stops the job before anything is created.
    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        let dir = self.world.instance(&self.name)?;
        dir.supabase_config()?;
        if !dir.env_path().is_file() {
            return Ok(false);
        }
        dir.read_env().map(|_| true)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        if self.world.instance(&self.name)?.ensure_env()? {
            ctx.log(".env made from .env.example");
        }
        Ok(())
    }

    /// An `.env` without a project in it harms nobody, and holds what the person may have added.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
