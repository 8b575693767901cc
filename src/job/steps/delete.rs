//! Deleting: the project or the schema at the provider, then the folder, which goes to the trash.

use std::time::Duration;

use async_trait::async_trait;

use super::expose::{Served, change_served};
use super::schema::{drop_schema, role_name};
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};

/// How long a project that comes up is waited for before it can be deleted.
const PATIENCE: Duration = Duration::from_secs(180);

/// Deletes the instance's own project.
pub struct DeleteProject {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for DeleteProject {
    fn name(&self) -> &str {
        "project.delete"
    }

    fn title(&self) -> &str {
        "Delete the project"
    }

    fn weight(&self) -> u32 {
        5
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(!self.world.has(&self.name) || self.world.project(&self.name)?.is_none())
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let Some(project) = self.world.project(&self.name)? else {
            return Ok(());
        };
        // asked again right before it can't be taken back
        let others: Vec<String> = self
            .world
            .sharers(project.as_str())?
            .into_iter()
            .filter(|n| *n != self.name)
            .map(String::from)
            .collect();
        if !others.is_empty() {
            return Err(Error::refused(format!(
                "The project {project} is also used by {}; nothing was deleted.",
                others.join(", ")
            )));
        }
        if !ctx.still_owner()? {
            return Err(Error::cancelled());
        }
        let supabase = self.world.supabase(&self.name).await?;
        let intent = ctx.intent("supabase", "project.delete", project.as_str())?;
        supabase.delete_project(&project, PATIENCE).await?;
        supabase.wait_until_gone(&project, PATIENCE).await?;
        ctx.result(intent, project.as_str())?;
        ctx.log(format!("project {project} deleted"));
        Ok(())
    }

    /// It can't be taken back: it was asked for by name.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// Drops the instance's schema and role from the project that it shares.
pub struct DropSchema {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for DropSchema {
    fn name(&self) -> &str {
        "schema.drop"
    }

    fn title(&self) -> &str {
        "Drop the schema"
    }

    fn weight(&self) -> u32 {
        5
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(!self.world.has(&self.name) || self.world.project(&self.name)?.is_none())
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let config = self.world.instance(&self.name)?.supabase_config()?;
        let project = config.project_ref.unwrap_or_default();
        if config.schema == "public" {
            return Err(Error::refused(format!(
                "{} lives in the schema public, which belongs to the whole project; nothing was deleted.",
                self.name
            )));
        }
        // before the schema goes: the data API fails while it's told to serve one that isn't there
        change_served(&self.world, ctx, &self.name, &config.schema, Served::No).await?;
        let intent = ctx.intent("supabase", "schema.drop", &config.schema)?;
        let url = self.world.admin_database(&self.name)?;
        let connection = connect(&url, &ConnectOptions::named("matriz delete")).await?;
        drop_schema(
            &connection,
            &config.schema,
            &role_name(&config.schema, &project),
        )
        .await?;
        connection.close().await;
        ctx.result(intent, &config.schema)?;
        ctx.log(format!("schema {} dropped", config.schema));
        Ok(())
    }

    /// It can't be taken back: it was asked for by name.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// Moves the folder to `.matriz/trash/`.
pub struct TrashFolder {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for TrashFolder {
    fn name(&self) -> &str {
        "folder.trash"
    }

    fn title(&self) -> &str {
        "Move the folder to the trash"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(!self.world.has(&self.name))
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let place = self.world.workspace().trash(&self.name)?;
        ctx.registry().forget_instance_figures(self.name.as_str())?;
        ctx.log(format!("folder moved to {}", place.display()));
        ctx.summary("deleted; its folder is in .matriz/trash")
    }

    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}
