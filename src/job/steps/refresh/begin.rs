//! The look before anything goes; undone last, it says what a cancel leaves behind.

use async_trait::async_trait;

use super::{carried, emptied};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::preflight;
use crate::job::shape::Shape;
use crate::job::step::{Step, StepContext};
use crate::job::steps::{confluence, jira};
use crate::job::world::World;

/// Makes sure that the source can be copied, before the target is emptied for it.
pub struct BeginRefresh {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    pub shape: Shape,
}

#[async_trait]
impl Step for BeginRefresh {
    fn name(&self) -> &str {
        "refresh.begin"
    }

    fn title(&self) -> &str {
        "Look at the source"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        preflight::refuse(&self.world, &self.shape).await?;
        if self.shape.atlassian.jira {
            jira::source_is_there(&self.world, &self.source, ctx).await?;
        }
        if self.shape.atlassian.confluence {
            confluence::source_is_there(&self.world, &self.source, ctx).await?;
        }
        ctx.log(format!("{} can be copied", self.source));
        carried::carry(ctx, &self.shape, &self.source, &self.target)
    }

    /// What was in the target doesn't come back: the job's last line says so.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let parts = emptied::parts(ctx)?;
        if parts.is_empty() {
            return Ok(());
        }
        // they were counted before
        ctx.registry()
            .forget_instance_figures(self.target.as_str())?;
        ctx.summary(&format!(
            "{} emptied and not filled again: matriz refresh {}",
            emptied::listed(&parts),
            self.target
        ))
    }
}
