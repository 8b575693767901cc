//! The plan of a request: what a person reads before saying yes.

use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::plan::{Consent, Plan};
use crate::domain::request::Request;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Result};
use crate::job::counts::Counts;
use crate::job::foreseen;
use crate::job::plan_project;
use crate::job::plan_site;
use crate::job::plan_storage;
use crate::job::preflight::Look;
use crate::job::refresh;
use crate::job::shape::{AtlassianShape, Shape, SupabaseShape};
use crate::job::world::World;
use crate::memory::seeds;
use crate::registry::Registry;

/// Makes the plan from the workspace's files, the figures last seen and what a look at the databases
/// showed; asks nobody itself, so that it's there at once. `fetches` names the Postgres that would
/// be fetched, where one is needed.
pub fn plan(
    world: &World,
    registry: &Registry,
    shape: &Shape,
    fetches: Option<&str>,
    look: &Look,
    counts: Counts,
) -> Result<Plan> {
    let mut plan = match &shape.request {
        Request::Init { name, .. } => init(world, shape, name)?,
        Request::Clone { source, target, .. } => {
            clone(world, registry, shape, source, target, look, counts)?
        }
        Request::Refresh { target, .. } => {
            refresh::plan(world, registry, shape, target, look, counts)?
        }
        Request::Seed { name, reembed } => seed(world, shape, name, *reembed)?,
        Request::Delete { name } => return delete(world, registry, shape, name),
    };
    if let Some(what) = fetches {
        plan.line("Fetches", what);
    }
    Ok(plan)
}

/// What is broken stops the job before it begins.
pub(super) fn refuse_broken(world: &World, name: &InstanceName) -> Result<()> {
    world.instance(name)?.check_files()
}

pub(super) fn empty(request: &Request, title: String, verb: &str) -> Plan {
    Plan {
        kind: request.kind(),
        instance: request.instance().to_string(),
        source: request.source().map(ToString::to_string),
        title,
        verb: verb.to_owned(),
        destructive: request.kind().is_destructive(),
        lines: Vec::new(),
        consent: Consent::Yes,
    }
}

/// "project clone-1 (sandbox, free)", or the schema in another's.
fn place(shape: &Shape, name: &InstanceName) -> String {
    match (&shape.owner, shape.kind) {
        (Some(owner), _) => format!("schema {} in the project of {owner}", name.as_schema()),
        (None, ProviderKind::Sandbox) => format!("project {name} (sandbox, free)"),
        (None, ProviderKind::Cloud) => format!("project {name} in the cloud (it may cost)"),
    }
}

fn seeds_line(world: &World, name: &InstanceName) -> Result<Option<String>> {
    let folder = world.instance(name)?.path().join("seeds");
    if !folder.is_dir() {
        return Ok(None);
    }
    let set = seeds::read_dir(&folder)?;
    let (rows, files) = (set.rows() as u64, set.files.len() as u64);
    Ok(Some(format!(
        "{rows} {} from {files} {}, with embeddings",
        human::plural(rows, "row", "rows"),
        human::plural(files, "file", "files")
    )))
}

/// What the seeds of an instance hold.
fn loads(
    plan: &mut Plan,
    world: &World,
    name: &InstanceName,
    atlassian: &AtlassianShape,
    supabase: SupabaseShape,
) -> Result<bool> {
    let rows = seeds_line(world, name)?;
    let site = plan_site::seeds(world, name, atlassian)?;
    let project = plan_project::seeds(world, name, supabase)?;
    let files = plan_storage::seeds(world, name, supabase.storage)?;
    let any = rows.is_some() || site.is_some() || project.is_some() || files.is_some();
    if let Some(rows) = rows {
        plan.line("Loads", rows);
    }
    if let Some(site) = site {
        plan.line("Loads", site);
    }
    if let Some(project) = project {
        plan.line("Loads", project);
    }
    if let Some(files) = files {
        plan.line("Loads", files);
    }
    Ok(any)
}

fn init(world: &World, shape: &Shape, name: &InstanceName) -> Result<Plan> {
    refuse_broken(world, name)?;
    let mut plan = empty(&shape.request, format!("Set up {name}"), "set up");
    if shape.keeps_project {
        plan.stays("Keeps", "its project; runs what hasn't run yet");
    } else {
        plan.line("Creates", place(shape, name));
    }
    let kind = world.instance(name)?.atlassian_config()?.kind;
    plan_site::places(&mut plan, world, name, kind, &shape.atlassian)?;
    let migrations = super::steps::migrate::migrations(world, name)?;
    plan.line("Runs", format!("{} migrations", migrations.len()));
    loads(&mut plan, world, name, &shape.atlassian, shape.supabase)?;
    plan.line("Writes", format!("instances/{name}/.env and mcp.json"));
    if shape.owner.is_some() {
        plan.warn(
            "Shares",
            "users, files and functions of that project; only the tables are apart",
        );
    }
    Ok(plan)
}

fn clone(
    world: &World,
    registry: &Registry,
    shape: &Shape,
    source: &InstanceName,
    target: &InstanceName,
    look: &Look,
    counts: Counts,
) -> Result<Plan> {
    refuse_broken(world, source)?;
    if world.has(target) {
        refuse_broken(world, target)?;
    }
    let title = format!("Clone {source} into {target}");
    let mut plan = empty(&shape.request, title, "clone");
    if shape.sets_up_source {
        plan.line(
            "Sets up",
            format!("{source} first: project {source} (sandbox, free)"),
        );
        let kind = world.instance(source)?.atlassian_config()?.kind;
        plan_site::places(&mut plan, world, source, kind, &shape.source_atlassian)?;
        loads(
            &mut plan,
            world,
            source,
            &shape.source_atlassian,
            shape.source_supabase,
        )?;
    }
    if shape.without_database {
        plan.line("Leaves out", format!("the database of {source}"));
    }
    if shape.keeps_project && !shape.without_database {
        plan.stays(
            "Keeps",
            format!("the project of {target}; it has to be empty"),
        );
    } else if !shape.keeps_project && !shape.without_project() {
        plan.line("Creates", place(shape, target));
    }
    let kind = world.instance(source)?.atlassian_config()?.kind;
    plan_site::places(&mut plan, world, target, kind, &shape.atlassian)?;
    if !world.has(target) {
        plan.line("", format!("folder instances/{target}"));
    }
    if shape.without_database {
        plan.line("Copies", "its folder, with its configuration");
    } else if let Some(figures) = registry.instance_figures_of(source.as_str())?
        && let (Some(bytes), Some(tables)) = (figures.database_bytes, figures.tables)
    {
        let rows = figures.rows.unwrap_or(0);
        plan.line(
            "Copies",
            format!(
                "{tables} {}, {} rows, {}",
                human::plural(u64::from(tables), "table", "tables"),
                human::count(rows),
                human::bytes(bytes)
            ),
        );
    } else {
        plan.line("Copies", "every table, with everything that belongs to it");
    }
    let seen = registry
        .instance_figures_of(source.as_str())?
        .unwrap_or_default();
    let counts = Counts {
        issues: counts.issues.or(seen.issues),
        pages: counts.pages.or(seen.pages),
        ..counts
    };
    plan_site::copies(&mut plan, &shape.atlassian, &counts);
    plan_project::copies(&mut plan, shape, &counts.project);
    plan_storage::copies(&mut plan, shape, &counts);
    plan_site::people(&mut plan, &shape.users);
    foreseen::lines(&mut plan, look);
    plan_project::leaves(&mut plan, &counts.project);
    if !shape.without_database {
        plan.line("Checks", "counts and contents of every table, at the end");
    }
    plan.line(
        "Rewrites",
        match shape.atlassian.any() {
            true => format!("every reference to {source} in its rows, issues, pages and files"),
            false => format!("every reference to {source} in its rows and files"),
        },
    );
    plan.stays("Stays", format!("{source}, unchanged and usable meanwhile"));
    if shape.strategy == Strategy::Schema {
        plan.warn(
            "Shares",
            "users, files and functions of that project; only the tables are apart",
        );
    }
    plan.warn(
        "Backup",
        format!("none of {source}: Matriz has no backups yet"),
    );
    Ok(plan)
}

fn seed(world: &World, shape: &Shape, name: &InstanceName, reembed: bool) -> Result<Plan> {
    let request = Request::Seed {
        name: name.clone(),
        reembed,
    };
    let mut plan = empty(&request, format!("Load the seeds of {name}"), "load");
    if !loads(&mut plan, world, name, &shape.atlassian, shape.supabase)? {
        return Err(
            Error::not_found(format!("instances/{name} has no seeds folder."))
                .hint("Put YAML files into it: a key for each table, a list of rows under it."),
        );
    }
    plan.stays(
        "Stays",
        match shape.atlassian.any() {
            true => "what is there already: rows, issues, pages",
            false => "rows that are there already",
        },
    );
    if reembed {
        plan.warn("Embeds", "every row of these tables again");
    }
    Ok(plan)
}

fn delete(world: &World, registry: &Registry, shape: &Shape, name: &InstanceName) -> Result<Plan> {
    let dir = world.instance(name)?;
    let manifest = dir.manifest()?;
    if manifest.protected {
        return Err(Error::refused(format!("{name} is protected."))
            .hint("Set protected = false in its instance.toml first."));
    }
    if shape.kind == ProviderKind::Cloud {
        return Err(Error::refused(format!(
            "{name} lives in the cloud, and Matriz can't back its database up yet, so it doesn't delete it."
        ))
        .hint("Delete the project at the provider yourself, then remove the folder."));
    }
    let project = world.project(name)?;
    let mut plan = empty(&shape.request, format!("Delete {name}"), "delete");
    let figures = registry
        .instance_figures_of(name.as_str())?
        .unwrap_or_default();
    let size = figures
        .database_bytes
        .map_or(String::new(), |b| format!(", {}", human::bytes(b)));
    let rows = figures
        .rows
        .map_or(String::new(), |n| format!(", {} rows", human::count(n)));
    if let Some(project) = &project {
        let others: Vec<String> = world
            .sharers(project.as_str())?
            .into_iter()
            .filter(|other| other != name)
            .map(String::from)
            .collect();
        if shape.strategy == Strategy::Schema {
            let schema = dir.supabase_config()?.schema;
            plan.line(
                "Deletes",
                format!("schema {schema} with all that is in it{size}{rows}"),
            );
            plan.stays(
                "Stays",
                format!("the project {project}, used by {}", others.join(", ")),
            );
        } else if others.is_empty() {
            plan.line(
                "Deletes",
                format!("project {project} with its database{size}{rows}"),
            );
        } else {
            return Err(Error::refused(format!(
                "The project of {name} is also used by {}.",
                others.join(", ")
            ))
            .hint("Delete those first."));
        }
        plan.warn(
            "No backup",
            "the database isn't backed up: its rows and files are gone for good",
        );
    }
    plan_site::deletes(&mut plan, world, name, &shape.atlassian, &figures)?;
    plan.line("Moves", format!("instances/{name} to .matriz/trash"));
    plan.stays("Stays", "every other instance");
    plan.consent = Consent::TypeName(name.to_string());
    Ok(plan)
}
