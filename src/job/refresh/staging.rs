//! The steps of a refresh: look, empty, and the clone's own steps into what is there.

use crate::domain::name::InstanceName;
use crate::domain::strategy::Strategy;
use crate::job::build::{copy_sites, figures, one};
use crate::job::shape::Shape;
use crate::job::step::Stage;
use crate::job::steps::confluence::{CreateSpace, EmptySpace};
use crate::job::steps::copy::CopyDatabase;
use crate::job::steps::jira::{CreateJiraProject, EmptyJiraProject};
use crate::job::steps::read_schema::ReadSchema;
use crate::job::steps::records::CarryRecords;
use crate::job::steps::references::{RepointFiles, RewriteDatabase, Rows};
use crate::job::steps::refresh::{BeginRefresh, EmptyDatabase};
use crate::job::steps::scoped::titled;
use crate::job::steps::storage::CopyFiles;
use crate::job::world::World;

/// The same steps for the same shape, always. `.env` and the configuration are the target's own: no
/// step changes them.
pub fn stages(
    world: &World,
    shape: &Shape,
    source: &InstanceName,
    target: &InstanceName,
) -> Vec<Stage> {
    let of = || (world.clone(), source.clone(), target.clone());
    let (mut look, mut empty) = (Stage::new(), Stage::new());
    let (mut places, mut copy, mut rewrite) = (Stage::new(), Stage::new(), Stage::new());
    let (w, s, t) = of();
    look.push(Box::new(BeginRefresh {
        world: w,
        source: s,
        target: t,
        shape: shape.clone(),
    }));
    if !shape.without_database {
        let (world, source, target) = of();
        look.push(Box::new(ReadSchema {
            world,
            source,
            target,
        }));
        let (world, source, target) = of();
        empty.push(Box::new(EmptyDatabase {
            world,
            source,
            target,
        }));
        let (world, source, target) = of();
        copy.push(Box::new(CopyDatabase {
            world,
            source,
            target,
            keeps_project: true,
        }));
    }
    if shape.keeps_project {
        let (world, source, target) = of();
        rewrite.push(Box::new(RewriteDatabase {
            world,
            source,
            target,
            rows: match shape.without_database {
                true => Rows::Kept,
                false => Rows::Copied,
            },
        }));
    }
    if shape.atlassian.jira {
        let (world, source, target) = of();
        empty.push(Box::new(EmptyJiraProject {
            world: world.clone(),
            target: target.clone(),
        }));
        let project = CreateJiraProject {
            world,
            name: target,
            from: Some(source),
            wanted: None,
        };
        places.push(titled(project, "Prepare the Jira project"));
    }
    if shape.atlassian.confluence {
        let (world, source, target) = of();
        empty.push(Box::new(EmptySpace {
            world: world.clone(),
            target: target.clone(),
        }));
        let space = CreateSpace {
            world,
            name: target,
            from: Some(source),
            wanted: None,
        };
        places.push(titled(space, "Prepare the Confluence space"));
    }
    let site = &shape.atlassian;
    copy_sites(world, site, source, target, &mut copy, &mut rewrite);
    let mut files = Stage::new();
    if shape.supabase.storage {
        // the rows that were copied name versions that only the source has
        let (world, source, target) = of();
        files.push(Box::new(CopyFiles {
            world,
            source,
            target,
            with_rows: true,
            keeps_project: true,
        }));
    }
    let mut stages: Vec<Stage> = [look, empty, places, copy, rewrite, files]
        .into_iter()
        .filter(|stage| !stage.is_empty())
        .collect();
    if shape.strategy == Strategy::Schema && !shape.without_database {
        let (world, source, target) = of();
        stages.push(one(CarryRecords {
            world,
            source,
            target,
        }));
    }
    let (w, s, t) = of();
    stages.push(one(RepointFiles {
        world: w,
        source: s,
        target: t,
    }));
    stages.push(one(figures(world, target)));
    stages
}
