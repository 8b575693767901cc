//! What a project has beside its database, asked quickly: for plans, which never fail for it.

use std::time::Duration;

use crate::domain::name::InstanceName;
use crate::domain::reference::ReferenceMap;
use crate::domain::report_project::Noted;
use crate::error::Result;
use crate::job::shape::SupabaseShape;
use crate::job::steps::{auth, functions};
use crate::job::world::World;

/// Nobody waits for it longer than this.
const PATIENCE: Duration = Duration::from_secs(3);

/// Each is empty where it wasn't asked for, or where the service didn't say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectLook {
    pub users: Option<u64>,
    pub functions: Option<u64>,
    /// Names of secrets that the clone will lack.
    pub secrets: Vec<String>,
    /// Settings of the sign-in that will be off in the clone.
    pub held: Vec<Noted>,
    /// Settings of the sign-in that hold a secret.
    pub unset: Vec<String>,
}

/// What a clone of `source` would take along, and what it wouldn't.
pub async fn ahead(
    world: &World,
    shape: SupabaseShape,
    source: &InstanceName,
    target: &InstanceName,
) -> ProjectLook {
    let sign_in = async {
        match shape.auth {
            true => sign_in(world, source).await,
            false => Ok(ProjectLook::default()),
        }
    };
    let code = async {
        match shape.functions {
            true => code(world, source, target).await,
            false => Ok(ProjectLook::default()),
        }
    };
    let (sign_in, code) = tokio::join!(in_time(sign_in), in_time(code));
    ProjectLook {
        functions: code.functions,
        secrets: code.secrets,
        ..sign_in
    }
}

async fn in_time(asking: impl Future<Output = Result<ProjectLook>>) -> ProjectLook {
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    asked.ok().and_then(Result::ok).unwrap_or_default()
}

async fn sign_in(world: &World, source: &InstanceName) -> Result<ProjectLook> {
    let Some(project) = world.project(source)? else {
        return Ok(ProjectLook::default());
    };
    let supabase = world.supabase(source).await?;
    let config = supabase.auth_config(&project).await?;
    let wanted = auth::wanted(&config, &ReferenceMap::default().compile()?);
    let users = match auth::client(world, source).await {
        Ok(client) => client.count().await.unwrap_or_default(),
        Err(_) => None,
    };
    Ok(ProjectLook {
        users,
        held: wanted.held,
        unset: wanted.secrets,
        ..ProjectLook::default()
    })
}

async fn code(world: &World, source: &InstanceName, target: &InstanceName) -> Result<ProjectLook> {
    let Some(project) = world.project(source)? else {
        return Ok(ProjectLook::default());
    };
    let supabase = world.supabase(source).await?;
    let (all, secrets) =
        tokio::try_join!(supabase.functions(&project), supabase.secrets(&project))?;
    let there = match world.has(target) {
        true => world.project(target)?,
        false => None,
    };
    let there = match there {
        Some(there) => world.supabase(target).await?.secrets(&there).await?,
        None => Vec::new(),
    };
    Ok(ProjectLook {
        functions: Some(all.len() as u64),
        secrets: functions::missing(&secrets, &there),
        ..ProjectLook::default()
    })
}
