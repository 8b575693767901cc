//! `mcp.json`, pointing to the instance's own project, Jira project and space.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::domain::mcp::ENTRIES;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;

pub struct WriteMcp {
    pub world: World,
    pub name: InstanceName,
}

#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// There was no entry `supabase` before this job.
    made: bool,
    /// Nor one `atlassian`.
    #[serde(default)]
    made_atlassian: bool,
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
            let [supabase, atlassian] = ENTRIES;
            let mark = Mark {
                made: !dir.mcp_has(supabase)?,
                made_atlassian: !dir.mcp_has(atlassian)?,
            };
            mark::save(ctx, &mark)?;
        }
        let targets = self.world.workspace().mcp_targets(&self.name)?;
        for theirs in dir.write_mcp(&targets)?.foreign() {
            let name = theirs.name;
            ctx.log(format!(
                "mcp.json has an entry {name} that isn't Matriz's; it stays. See: matriz mcp config"
            ));
        }
        Ok(())
    }

    /// An entry that this job made would name a project or a space that is gone.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(mark) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        if !self.world.has(&self.name) {
            return Ok(());
        }
        let made = [mark.made, mark.made_atlassian];
        let made = ENTRIES.into_iter().zip(made).filter(|(_, made)| *made);
        let names: Vec<&str> = made.map(|(name, _)| name).collect();
        self.world.instance(&self.name)?.remove_mcp(&names)
    }
}
