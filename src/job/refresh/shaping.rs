//! What a refresh comes to in this workspace, and where it's refused.

use super::origin;
use crate::domain::name::InstanceName;
use crate::domain::request::{Area, AtlassianKeys, Request};
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Result};
use crate::job::shape::{AtlassianShape, Shape, SupabaseShape, own, unshared};
use crate::job::world::World;

/// Looks at the workspace's files; asks no provider.
///
/// Errors: `Refused` for what is protected, in the cloud, no clone, not set up, or used by others.
pub fn shape(
    world: &World,
    target: &InstanceName,
    from: Option<&InstanceName>,
    only: &[Area],
) -> Result<Shape> {
    let dir = world.instance(target)?;
    let manifest = dir.manifest()?;
    if manifest.protected {
        return Err(Error::refused(format!("{target} is protected."))
            .hint("Set protected = false in its instance.toml first."));
    }
    let kind = dir.supabase_config()?.kind;
    if kind == ProviderKind::Cloud {
        return Err(Error::refused(format!(
            "{target} lives in the cloud, and Matriz can't back it up yet, so it doesn't empty it."
        ))
        .hint(format!(
            "Delete what is in it at the provider yourself, or make a new clone: matriz clone SOURCE {target}-2"
        )));
    }
    let source = source(world, target, from)?;
    let wants = |area: Area| only.is_empty() || only.contains(&area);
    // a clone may have been made without one
    let has_project = world.project(target)?.is_some();
    let database = wants(Area::Database) && has_project && world.project(&source)?.is_some();
    if only.contains(&Area::Database) && !database {
        return Err(
            Error::refused(format!("{source} and {target} don't both have a database."))
                .hint("Leave the database out with --only."),
        );
    }
    if database {
        refuse_shared(world, target, manifest.strategy)?;
    }
    let owner = match manifest.strategy {
        Strategy::Schema => world.owner_of(target)?,
        _ => None,
    };
    let shape = Shape {
        request: Request::Refresh {
            target: target.clone(),
            from: Some(source.clone()),
            only: only.to_vec(),
            users: Vec::new(),
        },
        strategy: manifest.strategy,
        kind,
        owner,
        sets_up_source: false,
        keeps_project: has_project,
        atlassian: places(world, &source, target, wants)?,
        source_atlassian: AtlassianShape::default(),
        without_database: !database,
        // sign-in and functions stay as they are: a refresh has no step that empties them. Files come
        // with the rows that name them
        supabase: SupabaseShape {
            storage: database
                && manifest.strategy != Strategy::Schema
                && world.instance(&source)?.manifest()?.strategy != Strategy::Schema,
            ..SupabaseShape::default()
        },
        source_supabase: SupabaseShape::default(),
        users: Vec::new(),
    };
    if shape.without_database && !shape.atlassian.any() {
        return Err(Error::refused(format!(
            "{source} and {target} don't both have what is to be refreshed."
        ))
        .hint("Look at both with: matriz show NAME"));
    }
    Ok(shape)
}

/// The instance whose content the target gets.
fn source(
    world: &World,
    target: &InstanceName,
    from: Option<&InstanceName>,
) -> Result<InstanceName> {
    let source = match from.cloned() {
        Some(name) => name,
        None => origin::written(world, target)?.ok_or_else(|| {
            Error::refused(format!(
                "{target} isn't a clone, so there is nothing to refresh it from."
            ))
            .hint("Say whose content it's to get with --from NAME.")
        })?,
    };
    if source == *target {
        return Err(
            Error::usage(format!("{target} can't be refreshed from itself."))
                .hint("Name another instance with --from NAME."),
        );
    }
    if !world.has(&source) {
        return Err(Error::not_found(format!(
            "{target} gets its content from {source}, which isn't there."
        ))
        .hint("Name another instance with --from NAME."));
    }
    Ok(source)
}

/// A database that others live in as well isn't emptied.
fn refuse_shared(world: &World, target: &InstanceName, strategy: Strategy) -> Result<()> {
    if strategy == Strategy::Schema {
        let schema = world.instance(target)?.supabase_config()?.schema;
        return match schema.as_str() {
            "public" => Err(Error::refused(format!(
                "{target} lives in the schema public, which belongs to the whole project."
            ))),
            _ => Ok(()),
        };
    }
    let Some(project) = world.project(target)? else {
        return Ok(());
    };
    let others: Vec<String> = world
        .sharers(project.as_str())?
        .into_iter()
        .filter(|other| other != target)
        .map(String::from)
        .collect();
    match others.is_empty() {
        true => Ok(()),
        false => Err(Error::refused(format!(
            "The project of {target} is also used by {}.",
            others.join(", ")
        ))
        .hint("Delete those first, or leave the database out with --only.")),
    }
}

/// What both have at Atlassian, and no other instance uses.
fn places(
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
    wants: impl Fn(Area) -> bool,
) -> Result<AtlassianShape> {
    let from = own(world, source)?;
    let mut to = own(world, target)?;
    unshared(world, target, &mut to)?;
    Ok(AtlassianShape {
        jira: from.jira && to.jira && wants(Area::Jira),
        confluence: from.confluence && to.confluence && wants(Area::Confluence),
        keys: AtlassianKeys::default(),
    })
}
