//! Who shares a project, a database, a schema or a role.

use std::collections::BTreeMap;

use super::code::{I101, I102, I103, I104};
use super::facts::InstanceFacts;
use super::finding::{Finding, Place, Severity};
use super::fix::Fix;
use super::own::{Own, listed};
use crate::domain::strategy::Strategy;

const CONFIG: &str = "supabase.config.json";
const SCHEMA: &str = "MCP_SUPABASE_SCHEMA";

type Group<'a, 'b> = Vec<&'b Own<'a>>;

pub(super) fn judge(all: &[Own], found: &mut Vec<Finding>) {
    let mut projects: BTreeMap<&str, Group> = BTreeMap::new();
    let mut databases: BTreeMap<String, Group> = BTreeMap::new();
    for own in all {
        if let Some(project) = own.project {
            projects.entry(project).or_default().push(own);
        } else if let Some(database) = &own.database {
            // without a project the database says where it lives
            databases.entry(database.identity()).or_default().push(own);
        }
    }
    for (project, group) in &projects {
        if group.len() > 1 {
            of_project(project, group, found);
            apart(group, found);
        }
    }
    for group in databases.values().filter(|group| group.len() > 1) {
        apart(group, found);
    }
    of_database(all, found);
}

/// Those who ought to have a project of their own; the one to mend first.
fn owners<'a, 'b>(group: &[&'b Own<'a>]) -> Group<'a, 'b> {
    let mut owners: Group = group
        .iter()
        .copied()
        .filter(|own| !own.is(Strategy::Schema))
        .collect();
    mendable_first(&mut owners);
    owners
}

/// The original is the last to be changed.
pub(super) fn mendable_first(group: &mut [&Own]) {
    group.sort_by_key(|own| (own.name() == "default", own.name()));
}

fn of_project(project: &str, group: &[&Own], found: &mut Vec<Finding>) {
    let owners = owners(group);
    let names: Vec<&str> = owners.iter().map(|own| own.name()).collect();
    if owners.len() > 1 {
        let what = format!("{} share the project {project}.", listed(&names));
        let places = owners.iter().map(|own| place(own.facts, project));
        found.push(Finding::new(I101, what).of(names).at(places));
        return;
    }
    let alone = owners.first().filter(|own| own.is(Strategy::Complete));
    if let Some(owner) = alone {
        let guests: Vec<&str> = group
            .iter()
            .map(|own| own.name())
            .filter(|name| *name != owner.name())
            .collect();
        let what = format!(
            "{}'s strategy is complete, and {} in its project {project}.",
            owner.name(),
            match guests.as_slice() {
                [one] => format!("{one} lives"),
                many => format!("{} live", listed(many)),
            }
        );
        let finding = Finding::new(I101, what)
            .as_severe(Severity::Warning)
            .remedy("Make its strategy hybrid, or give the others a project of their own.")
            .of([owner.name()].into_iter().chain(guests))
            .at([place(owner.facts, project)]);
        found.push(finding);
    }
}

fn place(facts: &InstanceFacts, project: &str) -> Place {
    match facts.text(CONFIG).and_then(|text| text.line_of(project)) {
        Some(line) => Place::file(facts.path(CONFIG))
            .line(Some(line))
            .key("projectRef"),
        None => env_place(facts, "SUPABASE_PROJECT_REF"),
    }
}

pub(super) fn env_place(facts: &InstanceFacts, key: &str) -> Place {
    Place::file(facts.path(".env"))
        .line(facts.env_line(key))
        .key(key)
}

/// In one project or database: schemas and roles, where a schema's instance is among them. Two who
/// own it are told so already.
fn apart(group: &[&Own], found: &mut Vec<Finding>) {
    let mut schemas: BTreeMap<&str, Group> = BTreeMap::new();
    let mut roles: BTreeMap<&str, Group> = BTreeMap::new();
    for own in group {
        let mut named = vec![own.facts.supabase.schema.as_str()];
        named.extend(own.facts.value(SCHEMA));
        named.sort_unstable();
        named.dedup();
        for schema in named {
            schemas.entry(schema).or_default().push(own);
        }
        if let Some(database) = &own.database {
            roles.entry(&database.role).or_default().push(own);
        }
    }
    let crowded = |group: &Group| group.len() > 1 && group.iter().any(|o| o.is(Strategy::Schema));
    for (schema, mut group) in schemas.into_iter().filter(|(_, group)| crowded(group)) {
        // whose configuration says otherwise is the one to mend
        group.sort_by_key(|own| {
            let configured = own.facts.supabase.schema == schema;
            (configured, !own.is(Strategy::Schema), own.name())
        });
        let names: Vec<&str> = group.iter().map(|own| own.name()).collect();
        let what = format!(
            "{} share the schema {schema} in one project.",
            listed(&names)
        );
        let places = group.iter().map(|own| match own.facts.value(SCHEMA) {
            Some(value) if value == schema => env_place(own.facts, SCHEMA),
            _ => Place::file(own.facts.path(CONFIG)).key("schema"),
        });
        let fix = group.first().and_then(|own| schema_fix(own.facts));
        found.push(Finding::new(I103, what).at(places).fix(fix).of(names));
    }
    for (role, mut group) in roles.into_iter().filter(|(_, group)| crowded(group)) {
        group.sort_by_key(|own| (!own.is(Strategy::Schema), own.name()));
        let names: Vec<&str> = group.iter().map(|own| own.name()).collect();
        let what = format!(
            "{} connect with the role {role} in one project.",
            listed(&names)
        );
        let places = group.iter().map(|own| env_place(own.facts, "DATABASE_URL"));
        found.push(Finding::new(I104, what).at(places).of(names));
    }
}

/// The configuration's schema into the `.env`, where that says another.
pub(super) fn schema_fix(facts: &InstanceFacts) -> Option<Fix> {
    let was = facts.value(SCHEMA)?;
    let value = facts.supabase.schema.clone();
    (was != value && !value.is_empty()).then(|| Fix::SetEnv {
        instance: facts.name.clone(),
        key: SCHEMA.into(),
        was: was.into(),
        value,
    })
}

/// Whose projects differ, or who have none, and whose `DATABASE_URL` is one all the same.
fn of_database(all: &[Own], found: &mut Vec<Finding>) {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for own in all.iter().filter(|own| !own.is(Strategy::Schema)) {
        let Some(database) = &own.database else {
            continue;
        };
        // an address that names another's project is judged by that
        let strays = database.project.is_some()
            && own.project.is_some()
            && database.project.as_deref() != own.project;
        if !strays {
            groups.entry(database.identity()).or_default().push(own);
        }
    }
    for mut group in groups.into_values().filter(|group| group.len() > 1) {
        let first = group.first().and_then(|own| own.project);
        if first.is_some() && group.iter().all(|own| own.project == first) {
            continue; // told by the project
        }
        mendable_first(&mut group);
        let names: Vec<&str> = group.iter().map(|own| own.name()).collect();
        let at = group.first().and_then(|own| own.database.as_ref());
        let at = at.map_or_else(String::new, |d| {
            format!(" {} on {}:{}", d.database, d.host, d.port)
        });
        let what = format!("{} work on one database,{at}.", listed(&names));
        let places = group.iter().map(|own| env_place(own.facts, "DATABASE_URL"));
        found.push(Finding::new(I102, what).at(places).of(names));
    }
}
