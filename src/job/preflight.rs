//! The look at both databases before a clone: what would keep it from being made, and what a person
//! should know before saying yes.

use std::time::Duration;

use crate::domain::job::JobKind;
use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Kind, Result};
use crate::job::shape::Shape;
use crate::job::steps::copy;
use crate::job::world::World;
use crate::provider::postgres::copy::{CheckReport, CopyRequest, TargetIs, check_for, foresee};

/// A plan waits for the look no longer than this; a schema far away may take longer to read.
const PATIENCE: Duration = Duration::from_secs(8);
/// And for a table that somebody locked.
const LOCKED_MS: u64 = 2_000;
/// A person who said yes waits for such a table no longer than this; the job does.
const BRIEFLY_MS: u64 = 300;

/// What the look showed.
#[derive(Debug)]
pub enum Look {
    /// There is nothing to look at: nothing is copied, or its source isn't set up yet.
    Nothing,
    Seen(Box<CheckReport>),
    /// Why it showed nothing. The job will say more, if it meets the same.
    Failed(String),
}

/// For the plan. Errors: `Refused`, where the clone would be.
pub async fn ahead(world: &World, shape: &Shape) -> Result<Look> {
    let Some((source, target)) = databases(shape) else {
        return Ok(Look::Nothing);
    };
    let looking = async {
        let (mut request, is) = request(world, shape, source, target).await?;
        request.lock_timeout_ms = LOCKED_MS;
        foresee(&request, is).await
    };
    let seen = match tokio::time::timeout(PATIENCE, looking).await {
        Ok(seen) => seen,
        Err(_) => Err(Error::new(
            Kind::Timeout,
            format!(
                "The databases didn't answer within {} s.",
                PATIENCE.as_secs()
            ),
        )),
    };
    match seen {
        Ok(report) => match report.refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(Look::Seen(Box::new(report))),
        },
        Err(error) if error.kind == Kind::Refused => Err(error),
        Err(error) => Ok(Look::Failed(error.message)),
    }
}

/// Right before the job is written down: a clone that can't be made is said at once, and not by a
/// job that fails. What only keeps us from looking is the job's to meet, to log and to wait for,
/// unless a project that is there already depends on it.
pub async fn refuse(world: &World, shape: &Shape) -> Result<()> {
    let Some((source, target)) = databases(shape) else {
        return Ok(());
    };
    let looking = async {
        let (mut request, is) = request(world, shape, source, target).await?;
        if !shape.keeps_project {
            request.lock_timeout_ms = BRIEFLY_MS;
        }
        check_for(&request, is).await
    };
    match looking.await {
        Ok(report) => report.refusal().map_or(Ok(()), Err),
        Err(error) if error.kind == Kind::Refused || shape.keeps_project => Err(error),
        Err(_) => Ok(()),
    }
}

/// A clone's source and target, where the source has a database that is copied.
fn databases(shape: &Shape) -> Option<(&InstanceName, &InstanceName)> {
    match &shape.request {
        Request::Clone { source, target, .. }
            if !shape.sets_up_source && !shape.without_database =>
        {
            Some((source, target))
        }
        Request::Refresh {
            target,
            from: Some(source),
            ..
        } if !shape.without_database => Some((source, target)),
        _ => None,
    }
}

/// What will be asked of the copy, as far as it can be said while the target may not be there.
async fn request(
    world: &World,
    shape: &Shape,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<(CopyRequest, TargetIs)> {
    if shape.kind == ProviderKind::Sandbox {
        world.sandbox(|_| ()).await?;
    }
    if shape.keeps_project {
        let request = copy::request(world, source, target).await?;
        let is = match shape.request.kind() {
            JobKind::Refresh => TargetIs::ToBeEmptied,
            _ => TargetIs::There,
        };
        return Ok((request, is));
    }
    let schema = match shape.strategy {
        Strategy::Schema => target.as_schema(),
        _ if world.has(target) => world.instance(target)?.supabase_config()?.schema,
        _ => "public".to_owned(),
    };
    let (to, is) = match &shape.owner {
        Some(owner) => (world.database(owner)?, TargetIs::There),
        None => {
            let same_server = shape.kind == ProviderKind::Sandbox;
            let stand_in = world.admin_database(source)?;
            (stand_in, TargetIs::NotYet { same_server })
        }
    };
    let request = copy::between(world, source, to, schema).await?;
    Ok((request, is))
}
