//! Run, rewrite or skip: decided for every entry before the first statement leaves.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::provider::postgres::copy::inventory::roles::Roles;
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::copy::request::Skipped;
use crate::provider::postgres::copy::script::outward::Outward;
use crate::provider::postgres::copy::script::{Script, Stage, Task, acl, owner};
use crate::provider::postgres::copy::sql::quote::{ident, qualified};
use crate::provider::postgres::copy::toc::{Entry, Section, Toc};

/// What the target already has and may do.
#[derive(Debug, Clone, Default)]
pub struct Target {
    pub roles: Roles,
    /// `trigger auth.users sync`, `policy storage.objects read`: what is on managed tables.
    pub on_managed: HashSet<String>,
    pub publications: HashSet<String>,
    /// `default privileges for tables of boss in public`: what is set already.
    pub default_rights: HashSet<String>,
}

impl Target {
    /// Whether the platform looks after this schema: it has a managed name, and is there already.
    pub fn manages(&self, schema: &str) -> bool {
        managed::is_managed_name(schema) && self.roles.schemas.contains(schema)
    }

    /// Whether this table of the source is copied, at least by its rows.
    pub fn copies(&self, schema: &str, table: &str) -> bool {
        !self.manages(schema) || managed::has_users_rows(schema, table)
    }

    /// Another database of the same platform as the platform makes it, seen from this one.
    pub fn as_new(&mut self, same_server: bool) {
        let schemas = &mut self.roles.schemas;
        schemas.retain(|name| managed::is_from_start(name));
        if !same_server {
            self.roles
                .all
                .retain(|role| managed::is_platform_role(role));
            let known = &self.roles.all;
            self.roles.grantable.retain(|role| known.contains(role));
        }
        self.publications
            .retain(|name| managed::is_platform_publication(name));
        self.on_managed.clear();
    }
}

struct Classifier<'a> {
    toc: &'a Toc,
    places: HashMap<i64, usize>,
    target: &'a Target,
    outward: Outward,
    script: Script,
    /// Entries that will not be made, so that nothing that stands on them is tried.
    missing: HashSet<i64>,
    /// Owners that can't be set, with how many objects each would have.
    other_owners: BTreeMap<String, u64>,
}

pub fn classify(toc: &Toc, target: &Target) -> Script {
    let mut classifier = Classifier {
        places: toc.places(),
        outward: Outward::of(toc),
        toc,
        target,
        script: Script::default(),
        missing: HashSet::new(),
        other_owners: BTreeMap::new(),
    };
    for (place, entry) in toc.entries.iter().enumerate() {
        classifier.entry(place, entry);
    }
    let me = &target.roles.current;
    for (role, count) in std::mem::take(&mut classifier.other_owners) {
        let why = if target.roles.exists(&role) {
            format!("{me} may not give objects to {role}; they belong to {me}")
        } else {
            format!("the target has no role {role}; they belong to {me}")
        };
        let object = format!("owner {role} of {count} objects");
        classifier
            .script
            .skipped
            .push(Skipped::changed(object, why));
    }
    // A sequence that belongs to a column follows its table, and can't go before it.
    classifier.script.tasks.sort_by_key(|task| {
        task.stage == Stage::Owner && task.title.starts_with("owner of sequence")
    });
    classifier.script
}

impl Classifier<'_> {
    fn skip(&mut self, object: String, reason: impl Into<String>) {
        self.script.skipped.push(Skipped::new(object, reason));
    }

    fn entry(&mut self, place: usize, entry: &Entry) {
        let roles = &self.target.roles;
        if let Some(needed) = self.missing_need(entry) {
            self.missing.insert(entry.id);
            return self.skip(
                entry.title(),
                format!("it needs {needed}, which isn't copied"),
            );
        }
        match entry.desc.as_str() {
            "ENCODING"
            | "STDSTRINGS"
            | "SEARCHPATH"
            | "TABLE DATA"
            | "SEQUENCE SET"
            | "BLOB"
            | "BLOBS"
            | "BLOB METADATA"
            | "DATABASE"
            | "DATABASE PROPERTIES"
            | "MATERIALIZED VIEW DATA"
            | "STATISTICS DATA" => {}
            "SUBSCRIPTION" | "SUBSCRIPTION TABLE" => {
                self.missing.insert(entry.id);
                self.skip(entry.title(), "a copy must not take part in replication");
            }
            "SECURITY LABEL" => self.skip(
                entry.title(),
                "security labels belong to a server, not to a database",
            ),
            "SCHEMA" if roles.schemas.contains(&entry.tag) => {
                if !self.target.manages(&entry.tag) && entry.tag != "public" {
                    self.own(place, entry);
                }
            }
            "EXTENSION" => self.extension(place, entry),
            "FOREIGN DATA WRAPPER" | "EVENT TRIGGER" if !roles.superuser => {
                self.missing.insert(entry.id);
                self.skip(entry.title(), "only a superuser of the target may make it");
            }
            "EVENT TRIGGER" => {
                self.push(place, entry, Stage::Last, entry.defn.clone());
                self.own(place, entry);
            }
            "ACL" | "DEFAULT ACL" => self.rights(place, entry),
            "COMMENT" => self.comment(place, entry),
            _ if self.target.manages(&entry.namespace) => self.on_managed(place, entry),
            "PUBLICATION" if self.target.publications.contains(&entry.tag) => {}
            _ => self.plain(place, entry),
        }
    }

    fn missing_need(&self, entry: &Entry) -> Option<String> {
        // The dump doesn't say what a user mapping stands on.
        let server = entry
            .tag
            .rsplit_once(" SERVER ")
            .filter(|_| entry.desc == "USER MAPPING")
            .and_then(|(_, name)| {
                let mut all = self.toc.entries.iter();
                all.find(|other| other.desc == "SERVER" && other.tag == name)
            });
        let mut needs = entry.deps.iter().copied().chain(server.map(|s| s.id));
        let id = &needs.find(|id| self.missing.contains(id))?;
        let needed = self.toc.entries.get(*self.places.get(id)?)?;
        Some(needed.title())
    }

    fn push(&mut self, place: usize, entry: &Entry, stage: Stage, sql: String) {
        let table = match stage {
            Stage::Index | Stage::ForeignKey | Stage::Rest => self.table_of(entry),
            _ => None,
        };
        let guards_rows = matches!(
            stage,
            Stage::Schema | Stage::Index | Stage::Attach | Stage::ForeignKey
        );
        let publication = entry.desc.starts_with("PUBLICATION");
        self.script.tasks.push(Task {
            stage,
            title: entry.title(),
            sql,
            entry: place,
            table,
            may_be_refused: !guards_rows && (stage != Stage::Rest || publication),
        });
    }

    fn plain(&mut self, place: usize, entry: &Entry) {
        let stage = match (entry.section, entry.desc.as_str()) {
            (_, "INDEX" | "CONSTRAINT") => Stage::Index,
            (_, "INDEX ATTACH") => Stage::Attach,
            (_, "FK CONSTRAINT") => Stage::ForeignKey,
            (Section::Pre, _) => Stage::Schema,
            _ => Stage::Rest,
        };
        let mut sql = entry.defn.clone();
        if entry.desc == "TABLE" && !matches!(entry.access_method.as_str(), "" | "heap") {
            let method = ident(&entry.access_method);
            sql = format!(
                "SET default_table_access_method = {method};\n{sql}\nRESET default_table_access_method;"
            );
        }
        if entry.desc == "TRIGGER" && self.outward.is_called_by(&entry.defn) {
            sql = self.disarmed(entry, sql);
        }
        self.push(place, entry, stage, sql);
        self.own(place, entry);
    }

    /// A webhook comes over switched off: the copy must not call what the source calls.
    fn disarmed(&mut self, entry: &Entry, sql: String) -> String {
        let Some((schema, table)) = self.table_of(entry) else {
            return sql;
        };
        let name = entry
            .tag
            .strip_prefix(&format!("{table} "))
            .unwrap_or(&entry.tag);
        self.script.skipped.push(Skipped::switched_off(
            entry.title(),
            "it calls out of the database, so the copy has it switched off",
        ));
        format!(
            "{sql}\nALTER TABLE {} DISABLE TRIGGER {};",
            qualified(&schema, &table),
            ident(name)
        )
    }

    /// The table among the entries that this one stands on; for triggers and policies its name
    /// also begins the tag.
    fn table_of(&self, entry: &Entry) -> Option<(String, String)> {
        let entries = &self.toc.entries;
        let found = entry.deps.iter().find_map(|id| {
            let other = entries.get(*self.places.get(id)?)?;
            let holds = matches!(other.desc.as_str(), "TABLE" | "MATERIALIZED VIEW");
            (holds && other.namespace == entry.namespace).then_some(other)
        });
        if let Some(table) = found {
            return Some((table.namespace.clone(), table.tag.clone()));
        }
        let (table, _) = entry.tag.split_once(' ')?;
        Some((entry.namespace.clone(), table.to_owned()))
    }

    fn on_managed(&mut self, place: usize, entry: &Entry) {
        let key = format!(
            "{} {}.{}",
            entry.desc.to_lowercase(),
            entry.namespace,
            entry.tag
        );
        if !managed::is_users_own(&entry.desc) || self.target.on_managed.contains(&key) {
            return;
        }
        self.script.on_managed.push(entry.drop.clone());
        let mut sql = entry.defn.clone();
        if entry.desc == "TRIGGER" && self.outward.is_called_by(&entry.defn) {
            sql = self.disarmed(entry, sql);
        }
        self.push(place, entry, Stage::Rest, sql);
    }

    fn extension(&mut self, place: usize, entry: &Entry) {
        let roles = &self.target.roles;
        let name = &entry.tag;
        if roles.installed.contains_key(name) {
            return;
        }
        match roles.available.get(name) {
            Some(_) => self.push(place, entry, Stage::Schema, entry.defn.clone()),
            None => self.script.refusals.push(format!(
                "The source uses the extension {name}, which the target's server doesn't offer."
            )),
        }
    }

    fn own(&mut self, place: usize, entry: &Entry) {
        let roles = &self.target.roles;
        if entry.owner == roles.current {
            return;
        }
        let Some(sql) = owner::statement(entry, &entry.owner) else {
            return;
        };
        if !roles.grantable.contains(&entry.owner) {
            *self.other_owners.entry(entry.owner.clone()).or_default() += 1;
            return;
        }
        self.script.tasks.push(Task {
            stage: Stage::Owner,
            title: format!("owner of {}", entry.title()),
            sql,
            entry: place,
            table: None,
            may_be_refused: !roles.superuser,
        });
    }

    fn rights(&mut self, place: usize, entry: &Entry) {
        let is_default = entry.desc == "DEFAULT ACL";
        let managed_schema = entry
            .tag
            .strip_prefix("SCHEMA ")
            .filter(|_| entry.namespace.is_empty());
        if self
            .target
            .manages(managed_schema.unwrap_or(&entry.namespace))
        {
            return;
        }
        let roles = &self.target.roles;
        let title = if is_default && !entry.namespace.is_empty() {
            format!(
                "{} of {} in {}",
                entry.tag.to_lowercase(),
                entry.owner,
                entry.namespace
            )
        } else if is_default {
            format!("{} of {}", entry.tag.to_lowercase(), entry.owner)
        } else {
            entry.title()
        };
        if is_default && !roles.grantable.contains(&entry.owner) {
            // Who may not set them didn't set them in the source either: they are the platform's.
            if self.target.default_rights.contains(&title) {
                return;
            }
            let reason = format!("{} may not set them for {}", roles.current, entry.owner);
            return self.skip(title, reason);
        }
        let mut sql = Vec::new();
        for right in acl::read(&entry.defn) {
            let unknown = right.roles.iter().find(|role| !roles.exists(role));
            if let Some(role) = unknown {
                let reason = format!("the target has no role {role}");
                self.skip(format!("{title} ({role})"), reason);
            } else if !right.switches_user || roles.superuser {
                sql.push(right.sql);
            }
        }
        let stage = if is_default {
            Stage::DefaultRights
        } else {
            Stage::Rights
        };
        if !sql.is_empty() {
            self.push(place, entry, stage, sql.join(";\n"));
            if let Some(task) = self.script.tasks.last_mut() {
                task.title = title;
                task.may_be_refused = !roles.superuser;
            }
        }
    }

    fn comment(&mut self, place: usize, entry: &Entry) {
        // An extension brings its own comment, and a managed schema keeps the platform's.
        let schema = entry.tag.strip_prefix("SCHEMA ");
        let is_platforms = self.target.manages(&entry.namespace)
            || schema.is_some_and(|name| self.target.manages(name));
        if entry.tag.starts_with("EXTENSION ") || is_platforms {
            return;
        }
        self.push(place, entry, Stage::Comment, entry.defn.clone());
        let superuser = self.target.roles.superuser;
        if let Some(task) = self.script.tasks.last_mut() {
            task.may_be_refused = !superuser;
        }
    }
}
