//! Strategy `schema`: the project's data API serves the schema, so that the project's keys reach it.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::filelock::FileLock;

/// How long another job that changes the same list is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Adds the instance's schema to those that the shared project serves.
pub struct ExposeSchema {
    pub world: World,
    pub name: InstanceName,
}

/// Written where the schema wasn't served before, so that undo takes back nobody else's change.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    schema: String,
}

/// Whether a schema is to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    Yes,
    No,
}

#[async_trait]
impl Step for ExposeSchema {
    fn name(&self) -> &str {
        "schema.expose"
    }

    fn title(&self) -> &str {
        "Let the data API serve the schema"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let schema = self.world.instance(&self.name)?.supabase_config()?.schema;
        change_served(&self.world, ctx, &self.name, &schema, Served::Yes).await
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        match mark::load::<Mark>(ctx)? {
            Some(made) => {
                change_served(&self.world, ctx, &self.name, &made.schema, Served::No).await
            }
            None => Ok(()),
        }
    }
}

/// Adds a schema to those that the instance's project serves, or takes it out. The service replaces
/// the whole list, so two jobs in one project take turns.
pub async fn change_served(
    world: &World,
    ctx: &StepContext,
    name: &InstanceName,
    schema: &str,
    served: Served,
) -> Result<()> {
    let project = world
        .project(name)?
        .ok_or_else(|| Error::not_found(format!("{name} has no project yet.")))?;
    let supabase = world.supabase(name).await?.with_cancel(ctx.cancel.clone());
    let path = ctx.state_dir().join("data-api.lock");
    let _turn = FileLock::take(&path, PATIENCE, "changing what a data API serves").await?;
    let now = supabase.data_api(&project).await?.serves(schema);
    if now == (served == Served::Yes) {
        return Ok(());
    }
    if served == Served::Yes {
        mark::save(
            ctx,
            &Mark {
                schema: schema.to_owned(),
            },
        )?;
        supabase.serve_schema(&project, schema).await?;
        ctx.log(format!("the data API of {project} serves {schema}"));
    } else {
        supabase.stop_serving_schema(&project, schema).await?;
        ctx.log(format!(
            "the data API of {project} no longer serves {schema}"
        ));
    }
    Ok(())
}
