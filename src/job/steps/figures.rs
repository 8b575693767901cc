//! The figures that the list shows, read from the database and kept in the registry.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::instance::InstanceState;
use crate::domain::name::InstanceName;
use crate::error::{Kind, Result};
use crate::job::counts;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::explain;
use crate::registry::instances::InstanceFigures;

pub struct ReadFigures {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for ReadFigures {
    fn name(&self) -> &str {
        "figures"
    }

    fn title(&self) -> &str {
        "Read its figures"
    }

    fn weight(&self) -> u32 {
        1
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    /// Figures are a convenience: a job that did its work doesn't fail for them.
    async fn run(&self, ctx: &StepContext) -> Result<()> {
        if self.world.project(&self.name)?.is_none() {
            // a clone may leave the database out
            let counts = counts::of(&self.world, &self.name).await;
            return ctx.registry().save_instance_figures(&InstanceFigures {
                name: self.name.to_string(),
                state: InstanceState::Ready,
                issues: counts.issues,
                pages: counts.pages,
                observed: Some(Timestamp::now()),
                ..InstanceFigures::default()
            });
        }
        match read(&self.world, &self.name).await {
            Ok(figures) => ctx.registry().save_instance_figures(&figures),
            Err(error) if error.kind == Kind::Cancelled => Err(error),
            Err(error) => {
                ctx.log(format!("figures not read: {}", error.message));
                Ok(())
            }
        }
    }

    /// The figures of a project that goes would stay in the list.
    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        ctx.registry().forget_instance_figures(self.name.as_str())
    }
}

/// Size, tables and rows (the planner's estimate, or the counted changes where there is none yet).
const FIGURES: &str = "
    SELECT CASE WHEN $1 = 'public' THEN pg_database_size(current_database())
                ELSE coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint END,
           count(*)::bigint,
           coalesce(sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE s.n_live_tup END), 0)::bigint
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
     WHERE c.relkind = 'r' AND n.nspname = $1";

/// Reads an instance's figures from its database and its site.
pub async fn read(world: &World, name: &InstanceName) -> Result<InstanceFigures> {
    let config = world.instance(name)?.supabase_config()?;
    let schema = config.schema;
    let url = world.database(name)?;
    let connection = connect(&url, &ConnectOptions::named("matriz figures")).await?;
    let row = connection
        .query_one(FIGURES, &[&schema])
        .await
        .map_err(|e| explain::statement(e, "read the database's size"))?;
    // a site that doesn't answer hides no figure of the database
    let counts = counts::of(world, name).await;
    let figures = InstanceFigures {
        name: name.to_string(),
        state: InstanceState::Ready,
        note: None,
        project_ref: config.project_ref,
        last_activity: Some(Timestamp::now()),
        database_bytes: u64::try_from(row.get::<_, i64>(0)).ok(),
        tables: u32::try_from(row.get::<_, i64>(1)).ok(),
        rows: u64::try_from(row.get::<_, i64>(2)).ok(),
        issues: counts.issues,
        pages: counts.pages,
        observed: Some(Timestamp::now()),
    };
    connection.close().await;
    Ok(figures)
}
