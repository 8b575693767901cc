//! The steps of each job, from its shape.

use crate::domain::name::InstanceName;
use crate::domain::request::Request;
use crate::domain::strategy::Strategy;
use crate::error::{Context, Kind, Result};
use crate::job::refresh;
use crate::job::shape::{AtlassianShape, Shape, SupabaseShape};
use crate::job::step::{Stage, Step};
use crate::job::steps::atlassian_keys::WriteAtlassianKeys;
use crate::job::steps::auth::{CopyAuthSettings, MakeUsers};
use crate::job::steps::board::{FillBoard, MakeBoard};
use crate::job::steps::confluence::{CopyPages, CreateSpace, DeleteSpace, FinishPages};
use crate::job::steps::copy::CopyDatabase;
use crate::job::steps::delete::{DeleteProject, DropSchema, TrashFolder};
use crate::job::steps::environment::EnsureEnvironment;
use crate::job::steps::expose::ExposeSchema;
use crate::job::steps::figures::ReadFigures;
use crate::job::steps::folder::CopyFolder;
use crate::job::steps::functions::{CopyFunctions, DeployFunctions};
use crate::job::steps::healthy::WaitHealthy;
use crate::job::steps::jira::{CopyIssues, CreateJiraProject, DeleteJiraProject, FinishIssues};
use crate::job::steps::keys::WriteKeys;
use crate::job::steps::mcp::WriteMcp;
use crate::job::steps::migrate::Migrate;
use crate::job::steps::project::CreateProject;
use crate::job::steps::read_schema::ReadSchema;
use crate::job::steps::records::CarryRecords;
use crate::job::steps::references::{RewriteDatabase, RewriteReferences, Rows};
use crate::job::steps::schema::CreateSchema;
use crate::job::steps::scoped::scope;
use crate::job::steps::seed::LoadSeeds;
use crate::job::steps::space::{FillSpace, MakeSpace};
use crate::job::steps::storage::{CopyFiles, LoadFiles};
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
        Request::Init { name, reembed, .. } => init(
            world,
            name,
            shape
                .owner
                .as_ref()
                .filter(|_| shape.strategy == Strategy::Schema),
            &shape.atlassian,
            shape.supabase,
            *reembed,
        ),
        Request::Clone {
            source,
            target,
            purpose,
            ..
        } => clone(world, shape, source, target, purpose.clone()),
        Request::Refresh { target, from, .. } => match from {
            Some(source) => refresh::stages(world, shape, source, target),
            // a shape says whose content it gets
            None => Vec::new(),
        },
        Request::Seed { name, reembed } => {
            let mut stages = seeds(world, name, &shape.atlassian, shape.supabase, *reembed);
            stages.push(one(figures(world, name)));
            stages
        }
        Request::Delete { name } => delete(world, shape, name),
    }
}

pub(super) fn one(step: impl Step + 'static) -> Stage {
    vec![Box::new(step)]
}

pub(super) fn figures(world: &World, name: &InstanceName) -> ReadFigures {
    ReadFigures {
        world: world.clone(),
        name: name.clone(),
    }
}

/// The project, or the schema in another's, with its keys in the `.env`; beside it the Jira project
/// and the Confluence space. Each stage may be empty.
struct Places {
    create: Stage,
    healthy: Stage,
    keys: Stage,
    expose: Stage,
}

impl Places {
    /// Those of the database, for an instance that has none yet.
    fn database(world: &World, name: &InstanceName, owner: Option<&InstanceName>) -> Places {
        let (world, name) = (world.clone(), name.clone());
        let keys = WriteKeys {
            world: world.clone(),
            name: name.clone(),
            owner: owner.cloned(),
        };
        match owner {
            Some(owner) => Places {
                create: one(CreateSchema {
                    world: world.clone(),
                    name: name.clone(),
                    owner: owner.clone(),
                }),
                healthy: Stage::new(),
                keys: one(keys),
                expose: one(ExposeSchema { world, name }),
            },
            None => Places {
                create: one(CreateProject {
                    world: world.clone(),
                    name: name.clone(),
                }),
                healthy: one(WaitHealthy { world, name }),
                keys: one(keys),
                expose: Stage::new(),
            },
        }
    }

    fn none() -> Places {
        Places {
            create: Stage::new(),
            healthy: Stage::new(),
            keys: Stage::new(),
            expose: Stage::new(),
        }
    }

    /// Adds the Jira project and the space; `from` is whose they're to be copies of.
    fn add_atlassian(
        &mut self,
        world: &World,
        name: &InstanceName,
        from: Option<&InstanceName>,
        shape: &AtlassianShape,
    ) {
        if shape.jira {
            self.create.push(Box::new(CreateJiraProject {
                world: world.clone(),
                name: name.clone(),
                from: from.cloned(),
                wanted: shape.keys.jira.clone(),
            }));
        }
        if shape.confluence {
            self.create.push(Box::new(CreateSpace {
                world: world.clone(),
                name: name.clone(),
                from: from.cloned(),
                wanted: shape.keys.space.clone(),
            }));
        }
        if shape.any() {
            self.keys.push(Box::new(WriteAtlassianKeys {
                world: world.clone(),
                name: name.clone(),
            }));
        }
    }

    fn stages(self) -> impl Iterator<Item = Stage> {
        let all = [self.create, self.healthy, self.keys, self.expose];
        all.into_iter().filter(|stage| !stage.is_empty())
    }
}

fn init(
    world: &World,
    name: &InstanceName,
    owner: Option<&InstanceName>,
    atlassian: &AtlassianShape,
    supabase: SupabaseShape,
    reembed: bool,
) -> Vec<Stage> {
    let mut stages = vec![one(EnsureEnvironment {
        world: world.clone(),
        name: name.clone(),
    })];
    let mut places = Places::database(world, name, owner);
    places.add_atlassian(world, name, None, atlassian);
    stages.extend(places.stages());
    let mut seeding = seeds(world, name, atlassian, supabase, reembed);
    let migrate = Migrate {
        world: world.clone(),
        name: name.clone(),
    };
    match seeding.first_mut().filter(|_| atlassian.any()) {
        // issues and pages are made while the tables are
        Some(first) => first.push(Box::new(migrate)),
        None => stages.push(one(migrate)),
    }
    stages.extend(seeding);
    stages.push(vec![
        Box::new(WriteMcp {
            world: world.clone(),
            name: name.clone(),
        }),
        Box::new(figures(world, name)),
    ]);
    stages
}

/// The seeds. Issues and pages are made before anything names them: each other, and rows.
fn seeds(
    world: &World,
    name: &InstanceName,
    atlassian: &AtlassianShape,
    supabase: SupabaseShape,
    reembed: bool,
) -> Vec<Stage> {
    let (mut make, mut users, mut fill) = (Stage::new(), Stage::new(), Stage::new());
    let of = || (world.clone(), name.clone());
    if atlassian.jira {
        let (world, name) = of();
        make.push(Box::new(MakeBoard { world, name }));
        let (world, name) = of();
        fill.push(Box::new(FillBoard { world, name }));
    }
    if atlassian.confluence {
        let (world, name) = of();
        make.push(Box::new(MakeSpace { world, name }));
        let (world, name) = of();
        fill.push(Box::new(FillSpace { world, name }));
    }
    if supabase.auth {
        // tables may have a row for every user, and rows may name users
        let (world, name) = of();
        users.push(Box::new(MakeUsers { world, name }));
    }
    if supabase.storage {
        let (world, name) = of();
        fill.push(Box::new(LoadFiles { world, name }));
    }
    if supabase.functions {
        let (world, name) = of();
        fill.push(Box::new(DeployFunctions { world, name }));
    }
    let (world, name) = of();
    fill.push(Box::new(LoadSeeds {
        world,
        name,
        reembed,
    }));
    let all = [make, users, fill];
    all.into_iter().filter(|s| !s.is_empty()).collect()
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
        let (site, project) = (&shape.source_atlassian, shape.source_supabase);
        let setup = init(world, source, None, site, project, false);
        stages.extend(scope(setup, "source", source));
    }
    stages.push(one(CopyFolder {
        world: world.clone(),
        source: source.clone(),
        target: target.clone(),
        strategy: shape.strategy,
        purpose,
        with_database: !shape.without_project(),
    }));
    let mut places = if shape.keeps_project || shape.without_project() {
        Places::none()
    } else {
        Places::database(world, target, shape.owner.as_ref())
    };
    if !shape.keeps_project && !shape.without_database {
        // a new project takes a while to come up, and so does reading a schema over a network
        places.create.push(Box::new(ReadSchema {
            world: world.clone(),
            source: source.clone(),
            target: target.clone(),
        }));
    }
    places.add_atlassian(world, target, Some(source), &shape.atlassian);
    stages.extend(places.stages());
    let (mut copy, mut rewrite) = (Stage::new(), Stage::new());
    if !shape.without_database {
        copy.push(Box::new(CopyDatabase {
            world: world.clone(),
            source: source.clone(),
            target: target.clone(),
            keeps_project: shape.keeps_project,
        }));
        rewrite.push(Box::new(RewriteDatabase {
            world: world.clone(),
            source: source.clone(),
            target: target.clone(),
            rows: Rows::Copied,
        }));
    }
    let of = || (world.clone(), source.clone(), target.clone());
    if shape.supabase.functions {
        let (world, source, target) = of();
        copy.push(Box::new(CopyFunctions {
            world,
            source,
            target,
            keeps_project: shape.keeps_project,
        }));
    }
    if shape.supabase.auth {
        // hooks may be functions of the database
        let (world, source, target) = of();
        rewrite.push(Box::new(CopyAuthSettings {
            world,
            source,
            target,
            keeps_project: shape.keeps_project,
        }));
    }
    copy_sites(
        world,
        &shape.atlassian,
        source,
        target,
        &mut copy,
        &mut rewrite,
    );
    let mut files = Stage::new();
    if shape.supabase.storage {
        // after the rewriting: a file goes where its row says, and its name may have been rewritten
        let (world, source, target) = of();
        files.push(Box::new(CopyFiles {
            world,
            source,
            target,
            with_rows: !shape.without_database,
            keeps_project: shape.keeps_project,
        }));
    }
    stages.extend([copy, rewrite, files].into_iter().filter(|s| !s.is_empty()));
    if shape.owner.is_some() && !shape.without_database {
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
    let mut last: Stage = one(figures(world, target));
    if !shape.without_project() || shape.keeps_project || shape.atlassian.any() {
        last.insert(
            0,
            Box::new(WriteMcp {
                world: world.clone(),
                name: target.clone(),
            }),
        );
    }
    stages.push(last);
    stages
}

/// Issues and pages: created while the tables are copied, and finished when everything has a name.
pub(in crate::job) fn copy_sites(
    world: &World,
    shape: &AtlassianShape,
    source: &InstanceName,
    target: &InstanceName,
    copy: &mut Stage,
    rewrite: &mut Stage,
) {
    let of = || (world.clone(), source.clone(), target.clone());
    if shape.jira {
        let (world, source, target) = of();
        copy.push(Box::new(CopyIssues {
            world,
            source,
            target,
        }));
        let (world, source, target) = of();
        rewrite.push(Box::new(FinishIssues {
            world,
            source,
            target,
        }));
    }
    if shape.confluence {
        let (world, source, target) = of();
        copy.push(Box::new(CopyPages {
            world,
            source,
            target,
        }));
        let (world, source, target) = of();
        rewrite.push(Box::new(FinishPages {
            world,
            source,
            target,
        }));
    }
}

fn delete(world: &World, shape: &Shape, name: &InstanceName) -> Vec<Stage> {
    let mut providers: Stage = if shape.strategy == Strategy::Schema {
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
    if shape.atlassian.jira {
        providers.push(Box::new(DeleteJiraProject {
            world: world.clone(),
            name: name.clone(),
        }));
    }
    if shape.atlassian.confluence {
        providers.push(Box::new(DeleteSpace {
            world: world.clone(),
            name: name.clone(),
        }));
    }
    vec![
        providers,
        one(TrashFolder {
            world: world.clone(),
            name: name.clone(),
        }),
    ]
}
