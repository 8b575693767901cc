//! What a copied database holds back, written down for its owner.

use crate::domain::held::{HELD, Held, HeldState};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::world::World;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::held::{self, switches};
use crate::provider::postgres::url::DatabaseUrl;

/// Lists what is on in the source and off in the target.
pub async fn write_down(
    ctx: &StepContext,
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<()> {
    let from = world.instance(source)?.supabase_config()?.schema;
    let to = world.instance(target)?.supabase_config()?.schema;
    let theirs = of(&world.admin_database(source)?).await?;
    let ours = of(&world.admin_database(target)?).await?;
    let held: Vec<Held> = theirs
        .into_iter()
        .filter(|(_, on)| *on)
        .filter_map(|(one, _)| moved(one, &from, &to))
        .filter(|one| held::state(one, &ours) == HeldState::Off)
        .collect();
    ctx.save_report(HELD, &held)
}

/// The same thing in the target: a schema may have another name there, and jobs of the database as
/// a whole stay with the project that the schema is in.
fn moved(one: Held, from: &str, to: &str) -> Option<Held> {
    match one {
        Held::Trigger {
            schema,
            table,
            name,
            mode,
        } => Some(Held::Trigger {
            schema: if schema == from {
                to.to_owned()
            } else if from == to {
                schema
            } else {
                return None;
            },
            table,
            name,
            mode,
        }),
        whole => (from == to).then_some(whole),
    }
}

async fn of(url: &DatabaseUrl) -> Result<Vec<(Held, bool)>> {
    let connection = connect(url, &ConnectOptions::named("matriz held")).await?;
    let all = switches(&connection).await;
    connection.close().await;
    all
}
