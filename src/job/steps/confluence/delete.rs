//! Deleting a space, followed to its end.

use async_trait::async_trait;

use super::client::{self, PROVIDER};
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::atlassian::Patience;
use crate::provider::confluence::Confluence;

/// Deletes the instance's own space, with all that is in it. Confluence has no trash for spaces.
pub struct DeleteSpace {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for DeleteSpace {
    fn name(&self) -> &str {
        "confluence.delete"
    }

    fn title(&self) -> &str {
        "Delete the Confluence space"
    }

    fn weight(&self) -> u32 {
        5
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(!self.world.has(&self.name) || client::key_of(&self.world, &self.name)?.is_none())
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let Some(key) = client::key_of(&self.world, &self.name)? else {
            return Ok(());
        };
        // asked again right before it can't be taken back
        let others = client::sharers(&self.world, &self.name, &key)?;
        if !others.is_empty() {
            let names: Vec<String> = others.into_iter().map(String::from).collect();
            return Err(Error::refused(format!(
                "The space {key} is also used by {}; nothing was deleted.",
                names.join(", ")
            )));
        }
        if !ctx.still_owner()? {
            return Err(Error::cancelled());
        }
        let client = client::of(&self.world, ctx, &self.name).await?;
        let intent = ctx.intent(PROVIDER, "space.delete", &key)?;
        delete_space(ctx, &client, &key).await?;
        ctx.result(intent, &key)?;
        ctx.log(format!("space {key} deleted"));
        Ok(())
    }

    /// It can't be taken back: it was asked for by name.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// Deletes a space and waits until it's gone. One that isn't there is gone already.
pub async fn delete_space(ctx: &StepContext, client: &Confluence, key: &str) -> Result<()> {
    let Some(task) = client.delete_space(key).await? else {
        return Ok(());
    };
    let told = client
        .finish_task(&task, &Patience::default(), |progress| {
            ctx.report(Report {
                amount: Amount::new(progress.percent.into(), 100, Unit::Items),
                note: Some(format!("deleting the space {key}")),
                ..Report::default()
            });
        })
        .await;
    match told {
        Ok(_) => Ok(()),
        // a task is forgotten after a while: what counts is whether the space is there
        Err(failure) if failure.status() == Some(404) => match client.find_space(key).await? {
            None => Ok(()),
            Some(_) => Err(failure.into()),
        },
        Err(failure) => Err(failure.into()),
    }
}
