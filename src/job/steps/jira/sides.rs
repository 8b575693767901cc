//! Both ends of a copy: two clients and two projects.

use super::delete::key_of;
use super::project::client;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::StepContext;
use crate::job::steps::users::Users;
use crate::job::world::World;
use crate::provider::jira::{Jira, Project, User};

pub struct Sides {
    pub source: Jira,
    pub target: Jira,
    pub from: Project,
    pub to: Project,
    /// Ids of fields, options, statuses and types of links are the same on both sides.
    pub same_site: bool,
    /// Whose token the target's is.
    pub me: User,
    /// Who of the source's people is who in the target.
    pub users: Users,
}

impl Sides {
    pub async fn open(
        world: &World,
        source: &InstanceName,
        target: &InstanceName,
        ctx: &StepContext,
    ) -> Result<Sides> {
        let (source, from) = side(world, source, ctx).await?;
        let (target, to) = side(world, target, ctx).await?;
        let me = target.myself().await?;
        Ok(Sides {
            same_site: source.site().base_url() == target.site().base_url(),
            source,
            target,
            from,
            to,
            me,
            users: Users::of(ctx)?,
        })
    }

    /// Requests that were made so far.
    pub fn calls(&self) -> u64 {
        self.source.site().calls() + self.target.site().calls()
    }
}

async fn side(world: &World, name: &InstanceName, ctx: &StepContext) -> Result<(Jira, Project)> {
    let key = key_of(world, name)?
        .ok_or_else(|| Error::not_found(format!("{name} has no Jira project.")))?;
    let jira = client(world, name, ctx).await?;
    let project = jira.project(&key).await?;
    Ok((jira, project))
}
