//! What a request comes to in this workspace, decided once, when the job is planned. It's written
//! down with the job, so that a resume makes the same steps, whatever has changed since.

use serde::{Deserialize, Serialize};

use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Result};
use crate::job::world::World;

/// A request with everything that its steps depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub request: Request,
    /// The strategy of the instance that is written to.
    pub strategy: Strategy,
    pub kind: ProviderKind,
    /// Strategy `schema`: whose project is shared.
    pub owner: Option<InstanceName>,
    /// A clone's source isn't set up yet and is set up first.
    pub sets_up_source: bool,
    /// A clone's target has a project already, which stays when the job is cancelled.
    pub keeps_project: bool,
}

impl Shape {
    /// Looks at the workspace's files; asks no provider.
    pub fn of(world: &World, request: &Request) -> Result<Shape> {
        match request {
            Request::Clone {
                source,
                target,
                strategy,
                project_of,
                ..
            } => clone(
                world,
                request,
                source,
                target,
                *strategy,
                project_of.as_ref(),
            ),
            Request::Init {
                name, project_of, ..
            } => {
                let dir = world.instance(name)?;
                let strategy = dir.manifest()?.strategy;
                Ok(Shape {
                    strategy,
                    kind: dir.supabase_config()?.kind,
                    owner: owner(world, strategy, name, project_of.as_ref())?,
                    sets_up_source: false,
                    keeps_project: world.project(name)?.is_some(),
                    request: request.clone(),
                })
            }
            Request::Seed { name, .. } | Request::Delete { name } => {
                let dir = world.instance(name)?;
                Ok(Shape {
                    strategy: dir.manifest()?.strategy,
                    kind: dir.supabase_config()?.kind,
                    owner: None,
                    sets_up_source: false,
                    keeps_project: true,
                    request: request.clone(),
                })
            }
        }
    }
}

fn clone(
    world: &World,
    request: &Request,
    source: &InstanceName,
    target: &InstanceName,
    strategy: Option<Strategy>,
    project_of: Option<&InstanceName>,
) -> Result<Shape> {
    if source == target {
        return Err(
            Error::usage(format!("{source} can't be cloned into itself."))
                .hint("Give the clone a name of its own."),
        );
    }
    let from = world.instance(source)?;
    let sets_up_source = world.project(source)?.is_none();
    let there = world.has(target);
    let (own, keeps_project) = if there {
        let own = world.instance(target)?.manifest()?.strategy;
        (Some(own), world.project(target)?.is_some())
    } else {
        (None, false)
    };
    if let (Some(own), Some(asked)) = (own, strategy)
        && own != asked
    {
        return Err(Error::refused(format!(
            "{target} is there already, with strategy {own}; --strategy says {asked}."
        ))
        .hint("Leave --strategy out, or choose another name."));
    }
    let strategy = own
        .or(strategy)
        .map_or_else(|| from.manifest().map(|m| m.strategy), Ok)?;
    let owner = if keeps_project {
        None
    } else {
        // a schema in the source's own project, unless said otherwise
        owner(world, strategy, target, project_of.or(Some(source)))?
    };
    Ok(Shape {
        strategy,
        kind: from.supabase_config()?.kind,
        owner,
        sets_up_source,
        keeps_project,
        request: request.clone(),
    })
}

/// Whose project a schema goes into. An instance with a project of its own shares nobody's.
fn owner(
    world: &World,
    strategy: Strategy,
    name: &InstanceName,
    project_of: Option<&InstanceName>,
) -> Result<Option<InstanceName>> {
    match (strategy, project_of) {
        (Strategy::Schema, Some(owner)) if owner == name => Err(Error::usage(format!(
            "{name} can't share its own project: it has none."
        ))
        .hint("Name another instance with --project-of.")),
        (Strategy::Schema, Some(owner)) => {
            world.instance(owner)?;
            if world.instance(owner)?.manifest()?.strategy == Strategy::Schema {
                return Err(Error::refused(format!(
                    "{owner} itself lives in another instance's project."
                ))
                .hint("Name the instance that owns the project with --project-of."));
            }
            Ok(Some(owner.clone()))
        }
        // set up already: whose project it is stands in its config
        (Strategy::Schema, None) if world.has(name) && world.project(name)?.is_some() => {
            world.owner_of(name)
        }
        (Strategy::Schema, None) => Err(Error::usage(format!(
            "{name} has the strategy schema: whose project does it share?"
        ))
        .hint("Say it with --project-of NAME.")),
        _ => Ok(None),
    }
}
