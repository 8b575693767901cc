//! `mcp.json`, pointing to the instance's own project and schema.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::workspace::McpSupabase;

pub struct WriteMcp {
    pub world: World,
    pub name: InstanceName,
}

#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// There was no such entry before this job.
    made: bool,
}

#[async_trait]
impl Step for WriteMcp {
    fn name(&self) -> &str {
        "mcp.write"
    }

    fn title(&self) -> &str {
        "Write mcp.json"
    }

    fn weight(&self) -> u32 {
        1
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let dir = self.world.instance(&self.name)?;
        if mark::load::<Mark>(ctx)?.is_none() {
            let made = !dir.mcp_names_supabase()?;
            mark::save(ctx, &Mark { made })?;
        }
        let config = dir.supabase_config()?;
        let project = config.project_ref.clone().unwrap_or_default();
        let entry = match config.kind {
            ProviderKind::Sandbox => McpSupabase::Sandbox {
                project_ref: &project,
                api_url: &self.world.sandbox(|_| ()).await?.api_url,
                token_key: &config.access_token_key,
            },
            ProviderKind::Cloud => McpSupabase::Cloud {
                project_ref: &project,
            },
        };
        dir.write_mcp(&entry).map(|_| ())
    }

    /// An entry that this job made would name a project that is gone.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let made = mark::load::<Mark>(ctx)?.is_some_and(|m| m.made);
        if made && self.world.has(&self.name) {
            self.world.instance(&self.name)?.remove_mcp()?;
        }
        Ok(())
    }
}
