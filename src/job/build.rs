//! The steps of each job, from its shape.

use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::domain::strategy::Strategy;
use crate::error::{Context, Kind, Result};
use crate::job::shape::Shape;
use crate::job::step::{Stage, Step};
use crate::job::steps::copy::CopyDatabase;
use crate::job::steps::delete::{DeleteProject, DropSchema, TrashFolder};
use crate::job::steps::environment::EnsureEnvironment;
use crate::job::steps::expose::ExposeSchema;
use crate::job::steps::figures::ReadFigures;
use crate::job::steps::folder::CopyFolder;
use crate::job::steps::healthy::WaitHealthy;
use crate::job::steps::keys::WriteKeys;
use crate::job::steps::mcp::WriteMcp;
use crate::job::steps::migrate::Migrate;
use crate::job::steps::project::CreateProject;
use crate::job::steps::read_schema::ReadSchema;
use crate::job::steps::records::CarryRecords;
use crate::job::steps::references::{RewriteDatabase, RewriteReferences};
use crate::job::steps::schema::CreateSchema;
use crate::job::steps::scoped::scope;
use crate::job::steps::seed::LoadSeeds;
use crate::job::world::World;
use crate::registry::jobs::JobRow;

/// The steps of a job that is in the registry.
pub fn build(world: &World, row: &JobRow) -> Result<Vec<Stage>> {
    let shape: Shape = serde_json::from_value(row.args.clone()).context(Kind::Parse, || {
        format!("What job {} is to do can't be read", row.id)
    })?;
    Ok(stages(world, &shape))
}

/// The same steps for the same shape, always.
pub fn stages(world: &World, shape: &Shape) -> Vec<Stage> {
    match &shape.request {
        Request::Init { name, reembed, .. } => {
            init(world, name, shape.strategy, shape.owner.as_ref(), *reembed)
        }
        Request::Clone {
            source,
            target,
            purpose,
            ..
        } => clone(world, shape, source, target, purpose.clone()),
        Request::Seed { name, reembed } => vec![
            one(LoadSeeds {
                world: world.clone(),
                name: name.clone(),
                reembed: *reembed,
            }),
            one(figures(world, name)),
        ],
        Request::Delete { name } => delete(world, shape, name),
    }
}

fn one(step: impl Step + 'static) -> Stage {
    vec![Box::new(step)]
}

fn figures(world: &World, name: &InstanceName) -> ReadFigures {
    ReadFigures {
        world: world.clone(),
        name: name.clone(),
    }
}

/// The project, or the schema in another's, with its keys in the `.env`.
fn place(world: &World, name: &InstanceName, owner: Option<&InstanceName>) -> Vec<Stage> {
    let mut stages = match owner {
        Some(owner) => vec![one(CreateSchema {
            world: world.clone(),
            name: name.clone(),
            owner: owner.clone(),
        })],
        None => vec![
            one(CreateProject {
                world: world.clone(),
                name: name.clone(),
            }),
            one(WaitHealthy {
                world: world.clone(),
                name: name.clone(),
            }),
        ],
    };
    stages.push(one(WriteKeys {
        world: world.clone(),
        name: name.clone(),
        owner: owner.cloned(),
    }));
    if owner.is_some() {
        stages.push(one(ExposeSchema {
            world: world.clone(),
            name: name.clone(),
        }));
    }
    stages
}

fn init(
    world: &World,
    name: &InstanceName,
    strategy: Strategy,
    owner: Option<&InstanceName>,
    reembed: bool,
) -> Vec<Stage> {
    let owner = owner.filter(|_| strategy == Strategy::Schema);
    let mut stages = vec![one(EnsureEnvironment {
        world: world.clone(),
        name: name.clone(),
    })];
    stages.extend(place(world, name, owner));
    stages.push(one(Migrate {
        world: world.clone(),
        name: name.clone(),
    }));
    stages.push(one(LoadSeeds {
        world: world.clone(),
        name: name.clone(),
        reembed,
    }));
    stages.push(vec![
        Box::new(WriteMcp {
            world: world.clone(),
            name: name.clone(),
        }),
        Box::new(figures(world, name)),
    ]);
    stages
}

fn clone(
    world: &World,
    shape: &Shape,
    source: &InstanceName,
    target: &InstanceName,
    purpose: Option<String>,
) -> Vec<Stage> {
    let mut stages = Vec::new();
    if shape.sets_up_source {
        let setup = init(world, source, Strategy::Hybrid, None, false);
        stages.extend(scope(setup, "source", source));
    }
    stages.push(one(CopyFolder {
        world: world.clone(),
        source: source.clone(),
        target: target.clone(),
        strategy: shape.strategy,
        purpose,
    }));
    if !shape.keeps_project {
        let mut making = place(world, target, shape.owner.as_ref());
        // a new project takes a while to come up, and so does reading a schema over a network
        if let Some(first) = making.first_mut() {
            first.push(Box::new(ReadSchema {
                world: world.clone(),
                source: source.clone(),
                target: target.clone(),
            }));
        }
        stages.extend(making);
    }
    stages.push(one(CopyDatabase {
        world: world.clone(),
        source: source.clone(),
        target: target.clone(),
        keeps_project: shape.keeps_project,
    }));
    stages.push(one(RewriteDatabase {
        world: world.clone(),
        source: source.clone(),
        target: target.clone(),
    }));
    if shape.owner.is_some() {
        stages.push(one(CarryRecords {
            world: world.clone(),
            source: source.clone(),
            target: target.clone(),
        }));
    }
    stages.push(one(RewriteReferences {
        world: world.clone(),
        source: source.clone(),
        target: target.clone(),
    }));
    stages.push(vec![
        Box::new(WriteMcp {
            world: world.clone(),
            name: target.clone(),
        }),
        Box::new(figures(world, target)),
    ]);
    stages
}

fn delete(world: &World, shape: &Shape, name: &InstanceName) -> Vec<Stage> {
    let provider = if shape.strategy == Strategy::Schema {
        one(DropSchema {
            world: world.clone(),
            name: name.clone(),
        })
    } else {
        one(DeleteProject {
            world: world.clone(),
            name: name.clone(),
        })
    };
    vec![
        provider,
        one(TrashFolder {
            world: world.clone(),
            name: name.clone(),
        }),
    ]
}
