//! Deleting an instance's Jira project for good.

use async_trait::async_trait;

use super::PROVIDER;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::atlassian::Patience;
use crate::provider::jira::Jira;

pub struct DeleteJiraProject {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for DeleteJiraProject {
    fn name(&self) -> &str {
        "jira.delete"
    }

    fn title(&self) -> &str {
        "Delete the Jira project"
    }

    fn weight(&self) -> u32 {
        3
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(!self.world.has(&self.name) || key_of(&self.world, &self.name)?.is_none())
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let Some(key) = key_of(&self.world, &self.name)? else {
            return Ok(());
        };
        let Some(site) = self.world.atlassian(&self.name).await? else {
            return Ok(());
        };
        // asked again right before it can't be taken back
        let others = sharers(&self.world, &self.name, &key).await?;
        if !others.is_empty() {
            return Err(Error::refused(format!(
                "The Jira project {key} is also used by {}; nothing was deleted.",
                others.join(", ")
            )));
        }
        if !ctx.still_owner()? {
            return Err(Error::cancelled());
        }
        let jira = Jira::new(site.with_cancel(ctx.cancel.clone()));
        let intent = ctx.intent(PROVIDER, "project.delete", &key)?;
        remove(ctx, &jira, &key).await?;
        ctx.result(intent, &key)
    }

    /// It can't be taken back: it was asked for by name.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// The project that an instance's config names; an empty key counts as none.
pub fn key_of(world: &World, name: &InstanceName) -> Result<Option<String>> {
    let config = world.instance(name)?.atlassian_config()?;
    Ok(config.jira_project_key.filter(|key| !key.is_empty()))
}

/// The other instances whose config names this project of the same site.
pub async fn sharers(world: &World, name: &InstanceName, key: &str) -> Result<Vec<String>> {
    let site = |name: InstanceName| async move {
        let site = world.atlassian(&name).await.ok().flatten();
        site.map(|site| site.base_url().to_owned())
    };
    let own = site(name.clone()).await;
    let mut found = Vec::new();
    for other in world.workspace().instances()? {
        // a broken config of another instance must not stop this one
        let same = key_of(world, &other).ok().flatten().as_deref() == Some(key);
        if other != *name && same && site(other.clone()).await == own {
            found.push(other.to_string());
        }
    }
    Ok(found)
}

/// Deletes a project for good and waits until it's gone. Nothing happens where there is none.
pub async fn remove(ctx: &StepContext, jira: &Jira, key: &str) -> Result<()> {
    match jira.delete_project(key).await {
        Ok(Some(task)) => {
            let log = |p: &crate::provider::atlassian::Progress| {
                ctx.log(format!("deleting the project {key}: {} %", p.percent));
            };
            jira.finish_task(&task.id, &Patience::default(), log)
                .await?;
        }
        Ok(None) => {}
        // begun, but where it can be followed got lost
        Err(failure) if failure.ambiguous() => wait_until_gone(jira, key).await?,
        Err(failure) => return Err(failure.into()),
    }
    ctx.log(format!("Jira project {key} deleted"));
    if !jira.check_project_key(key).await?.is_empty() {
        ctx.log(format!(
            "the key {key} stays reserved by Jira for up to 60 days"
        ));
    }
    Ok(())
}

async fn wait_until_gone(jira: &Jira, key: &str) -> Result<()> {
    let mut pause = Patience::default().fastest;
    for _ in 0..20 {
        match jira.delete_project(key).await {
            Ok(None) => return Ok(()),
            Ok(Some(task)) => {
                let quiet = |_: &crate::provider::atlassian::Progress| {};
                jira.finish_task(&task.id, &Patience::default(), quiet)
                    .await?;
                return Ok(());
            }
            Err(failure) if failure.transient() => {}
            Err(failure) => return Err(failure.into()),
        }
        jira.site().pause(pause).await?;
        pause = (pause * 2).min(Patience::default().slowest);
    }
    Err(Error::new(
        crate::error::Kind::Timeout,
        format!("Jira didn't say whether the project {key} is deleted."),
    )
    .hint("Look whether it's still there, then resume the job."))
}
