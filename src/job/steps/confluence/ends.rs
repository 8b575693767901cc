//! A copy's two ends: the source's space and the target's, with clients for both.

use super::client;
use super::known::Known;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::users::Users;
use crate::job::world::World;
use crate::provider::confluence::{Confluence, Space};

/// So many calls are under way at once: enough to hide the way to the service and back, few
/// enough to stay below its limits.
pub const WIDTH: usize = 6;

/// Under which name calls are remembered.
const CALLS: &str = "calls";

pub struct Ends<'a> {
    pub ctx: &'a StepContext,
    /// The instance that is written to.
    pub instance: &'a InstanceName,
    pub source: Confluence,
    pub target: Confluence,
    pub from: Space,
    pub to: Space,
    /// The account that writes.
    pub me: String,
    /// Who of the source's people is who in the target.
    pub users: Users,
}

impl<'a> Ends<'a> {
    pub async fn open(
        ctx: &'a StepContext,
        world: &World,
        source: &InstanceName,
        target: &'a InstanceName,
    ) -> Result<Ends<'a>> {
        let reading = client::of(world, ctx, source).await?;
        let writing = client::of(world, ctx, target).await?;
        let from = client::space_of(world, &reading, source).await?;
        let to = client::space_of(world, &writing, target).await?;
        let me = writing.myself().await?.account_id;
        Ok(Ends {
            ctx,
            instance: target,
            source: reading,
            target: writing,
            from,
            to,
            me,
            users: Users::of(ctx)?,
        })
    }

    /// Calls to both sites so far, with those of the job's earlier tries.
    pub fn calls(&self, known: &Known) -> u64 {
        let earlier = known.noted(CALLS, "all");
        let earlier: u64 = earlier.and_then(|text| text.parse().ok()).unwrap_or(0);
        earlier + self.source.site().calls() + self.target.site().calls()
    }

    /// For the next step and the next try. Nothing may be called after this.
    pub fn keep_calls(&self, known: &Known) -> Result<()> {
        known.note(CALLS, "all", &self.calls(known).to_string())
    }
}
