//! `mcp.json`, pointing to the instance's own project and schema.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;

pub struct WriteMcp {
    pub world: World,
    pub name: InstanceName,
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

    async fn run(&self, _ctx: &StepContext) -> Result<()> {
        let dir = self.world.instance(&self.name)?;
        let config = dir.supabase_config()?;
        let project = config.project_ref.clone().unwrap_or_default();
        let api_url = match config.kind {
            ProviderKind::Sandbox => Some(self.world.sandbox(|_| ()).await?.api_url.clone()),
            ProviderKind::Cloud => config.api_url.clone(),
        };
        dir.write_mcp(&project, api_url.as_deref(), &config.access_token_key)
    }
}
