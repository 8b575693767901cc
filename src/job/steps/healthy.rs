//! Waiting until the project and all its services answer.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::supabase::{WaitFor, WaitOptions};

pub struct WaitHealthy {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for WaitHealthy {
    fn name(&self) -> &str {
        "project.ready"
    }

    fn title(&self) -> &str {
        "Wait until it's ready"
    }

    fn weight(&self) -> u32 {
        10
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let supabase = self.world.supabase(&self.name).await?;
        let supabase = supabase.with_cancel(ctx.cancel.clone());
        let project = self.world.project(&self.name)?.ok_or_else(|| {
            Error::not_found(format!("{} has no project to wait for.", self.name))
        })?;
        let mut options = WaitOptions::new(WaitFor::Creation);
        if self.world.instance(&self.name)?.supabase_config()?.kind == ProviderKind::Sandbox {
            // nothing lies between us and it: a resume starts it again
            options.silence = Duration::from_secs(5);
        }
        supabase
            .wait_until_healthy(&project, &options, |seen| {
                ctx.report(Report {
                    amount: Amount::new(seen.ready as u64, seen.services as u64, Unit::Items),
                    note: Some(seen.status.plain()),
                    phases: Vec::new(),
                });
            })
            .await
    }

    /// What it made goes with the project and the folder.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
