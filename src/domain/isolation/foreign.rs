//! What names another instance's project, or another than the instance's own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::code::{Code, I201, I202, I203, I204, I205, I206, I301, I302, I303, I304, I305, I306};
use super::database::DatabasePlace;
use super::facts::Facts;
use super::finding::{Finding, Place, Severity};
use super::fix::Fix;
use super::hits::{Area, Named};
use super::own::{Own, listed};
use super::projects::{env_place, schema_fix};
use super::written::{is_ref, refs_in};
use crate::domain::env_schema::jwt;
use crate::domain::secret::is_secret;

const REF_KEYS: [&str; 2] = ["SUPABASE_PROJECT_REF", "MCP_SUPABASE_PROJECT_REF"];
const MCP: &str = "mcp.json";
const CONFIG: &str = "supabase.config.json";

/// Whose each project is.
type Owners<'a> = BTreeMap<&'a str, Vec<&'a str>>;

pub(super) fn judge(facts: &Facts, all: &[Own], found: &mut Vec<Finding>) {
    let mut owners: Owners = BTreeMap::new();
    for own in all {
        if let Some(project) = own.project {
            owners.entry(project).or_default().push(own.name());
        }
    }
    // who shares a schema is told so, with the same fix
    let told: BTreeSet<String> = found
        .iter()
        .filter(|f| f.code == "I103" && f.fix.is_some())
        .filter_map(|f| f.instance().map(str::to_owned))
        .collect();
    for own in all {
        let look = Look {
            facts,
            all,
            owners: &owners,
            own,
        };
        look.keys(found);
        look.addresses(found);
        look.tokens(found);
        if !told.contains(own.name()) {
            look.schema(found);
        }
        look.mcp(found);
    }
    below(facts, all, found);
}

struct Look<'a, 'b> {
    facts: &'b Facts,
    all: &'b [Own<'a>],
    owners: &'b Owners<'a>,
    own: &'b Own<'a>,
}

impl Look<'_, '_> {
    /// The code and the words for a ref that isn't the instance's own: another's, or nobody's here.
    fn stray(
        &self,
        project: &str,
        theirs: &'static Code,
        unknown: &'static Code,
    ) -> Option<(&'static Code, String, Vec<String>)> {
        if self.own.project == Some(project) {
            return None;
        }
        match self.owners.get(project) {
            Some(owners) => {
                let names: Vec<&str> = owners
                    .iter()
                    .copied()
                    .filter(|n| *n != self.own.name())
                    .collect();
                let others = names.iter().map(|n| (*n).to_owned()).collect();
                Some((
                    theirs,
                    format!("{}'s project {project}", listed(&names)),
                    others,
                ))
            }
            None => self.own.project.map(|own| {
                (
                    unknown,
                    format!("the project {project}, not its own {own}"),
                    Vec::new(),
                )
            }),
        }
    }

    fn finding(&self, code: &'static Code, what: String, others: Vec<String>) -> Finding {
        let names = std::iter::once(self.own.name()).chain(others.iter().map(String::as_str));
        Finding::new(code, what).of(names)
    }

    fn set(&self, key: &str, was: &str, value: String) -> Option<Fix> {
        Some(Fix::SetEnv {
            instance: self.own.name().to_owned(),
            key: key.to_owned(),
            was: was.to_owned(),
            value,
        })
    }

    fn keys(&self, found: &mut Vec<Finding>) {
        for key in REF_KEYS {
            let Some(value) = self.own.facts.value(key) else {
                continue;
            };
            let Some((code, words, others)) = self.stray(value, I202, I302) else {
                continue;
            };
            let own = self.own.project.filter(|own| is_ref(own));
            let fix = own.and_then(|own| self.set(key, value, own.to_owned()));
            let what = format!("{}'s {key} names {words}.", self.own.name());
            let place = env_place(self.own.facts, key);
            found.push(self.finding(code, what, others).at([place]).fix(fix));
        }
    }

    fn addresses(&self, found: &mut Vec<Finding>) {
        for (key, value) in self.own.facts.env.pairs() {
            let database = DatabasePlace::parse(value).and_then(|place| place.project);
            let named = refs_in(value).into_iter().map(str::to_owned);
            let named: BTreeSet<String> = named.chain(database).collect();
            for project in named {
                let Some((code, words, others)) = self.stray(&project, I203, I303) else {
                    continue;
                };
                let known = matches!(key, "SUPABASE_URL" | "DATABASE_URL");
                if code == I303 && !known {
                    continue; // somebody else's service may be used on purpose
                }
                let own = self
                    .own
                    .project
                    .filter(|own| is_ref(own) && !is_secret(key, value));
                let fix = own.and_then(|own| self.set(key, value, value.replace(&project, own)));
                let what = format!("{}'s {key} leads to {words}.", self.own.name());
                let place = env_place(self.own.facts, key);
                found.push(self.finding(code, what, others).at([place]).fix(fix));
            }
        }
    }

    fn tokens(&self, found: &mut Vec<Finding>) {
        for (key, value) in self.own.facts.env.pairs() {
            let claims = jwt::claims(value);
            let role = claims.as_ref().and_then(|c| c.role.clone());
            let public = key.contains("ANON") || key.contains("PUBLISHABLE");
            let secret = role.as_deref() == Some("service_role") || value.starts_with("sb_secret_");
            if public && secret {
                let what = format!(
                    "{}'s {key} holds a secret key of the project.",
                    self.own.name()
                );
                let place = env_place(self.own.facts, key);
                found.push(self.finding(I305, what, Vec::new()).at([place]));
            }
            let Some(project) = claims.and_then(|c| c.reference) else {
                continue;
            };
            let Some((code, words, others)) = self.stray(&project, I201, I301) else {
                continue;
            };
            if code == I301 && !key.contains("SUPABASE") {
                continue;
            }
            let fix = self.right_key(key, value, role.as_deref());
            let fix = fix.or_else(|| self.cleared(key, value, &others));
            let what = format!("{}'s {key} opens {words}.", self.own.name());
            let place = env_place(self.own.facts, key);
            found.push(self.finding(code, what, others).at([place]).fix(fix));
        }
    }

    /// Another instance of the same project has the key that belongs here.
    fn right_key(&self, key: &str, was: &str, role: Option<&str>) -> Option<Fix> {
        let own = self.own.project?;
        let from = self.all.iter().find_map(|other| {
            let value = other
                .facts
                .value(key)
                .filter(|_| other.project == Some(own))?;
            let claims = jwt::claims(value)?;
            let fits = claims.reference.as_deref() == Some(own) && claims.role.as_deref() == role;
            fits.then_some((other.name(), value))
        });
        from.map(|(from, value)| Fix::CopyEnv {
            instance: self.own.name().to_owned(),
            key: key.to_owned(),
            from: from.to_owned(),
            was: self.facts.fingerprints.of(was),
            value: self.facts.fingerprints.of(value),
        })
    }

    /// Its owner has the value too, so nothing is lost where it's emptied here.
    fn cleared(&self, key: &str, was: &str, owners: &[String]) -> Option<Fix> {
        let has = |own: &Own| own.facts.env.pairs().any(|(_, value)| value == was);
        let there = self
            .all
            .iter()
            .any(|other| owners.iter().any(|name| name == other.name()) && has(other));
        there.then(|| Fix::ClearEnv {
            instance: self.own.name().to_owned(),
            key: key.to_owned(),
            was: self.facts.fingerprints.of(was),
        })
    }

    fn schema(&self, found: &mut Vec<Finding>) {
        if self.own.facts.text(CONFIG).is_none() {
            return;
        }
        if let Some(fix) = schema_fix(self.own.facts) {
            let what = format!(
                "{}'s MCP_SUPABASE_SCHEMA is another than its schema, {}.",
                self.own.name(),
                self.own.facts.supabase.schema
            );
            let place = env_place(self.own.facts, "MCP_SUPABASE_SCHEMA");
            found.push(
                self.finding(I306, what, Vec::new())
                    .at([place])
                    .fix(Some(fix)),
            );
        }
    }

    fn mcp(&self, found: &mut Vec<Finding>) {
        let Some(mcp) = &self.own.facts.mcp else {
            return;
        };
        let (mut everywhere, mut entry) = (BTreeSet::new(), BTreeSet::new());
        refs(mcp, &mut everywhere);
        if let Some(supabase) = mcp.pointer("/mcpServers/supabase") {
            refs(supabase, &mut entry);
        }
        for (place, key) in filters(mcp) {
            let theirs = |other: &&Own| {
                other.site == self.own.site
                    && other.site.is_some()
                    && place.of(other).is_some_and(|k| k == key)
            };
            let mine = place.of(self.own).is_some_and(|own| own == key);
            let Some(other) = self.all.iter().find(theirs).filter(|_| !mine) else {
                continue;
            };
            let line = self.own.facts.text(MCP).and_then(|text| text.line_of(&key));
            let what = format!(
                "{}'s {MCP} names {}'s {} {key}.",
                self.own.name(),
                other.name(),
                place.word()
            );
            let at = Place::file(self.own.facts.path(MCP)).line(line);
            let others = vec![other.name().to_owned()];
            found.push(self.finding(I204, what, others).at([at]));
        }
        for project in everywhere {
            let Some((code, words, others)) = self.stray(&project, I204, I304) else {
                continue;
            };
            // servers under other names are the person's own, and may lead anywhere
            if code == I304 && !entry.contains(&project) {
                continue;
            }
            let own = self
                .own
                .project
                .filter(|own| is_ref(own) && entry.contains(&project));
            let fix = own.map(|own| Fix::WriteMcp {
                instance: self.own.name().to_owned(),
                from: project.clone(),
                to: own.to_owned(),
            });
            let line = self
                .own
                .facts
                .text(MCP)
                .and_then(|text| text.line_of(&project));
            let what = format!("{}'s {MCP} names {words}.", self.own.name());
            let place = Place::file(self.own.facts.path(MCP)).line(line);
            found.push(self.finding(code, what, others).at([place]).fix(fix));
        }
    }
}

fn refs(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.extend(refs_in(text).into_iter().map(str::to_owned));
            found.extend(DatabasePlace::parse(text).and_then(|place| place.project));
        }
        Value::Array(all) => all.iter().for_each(|one| refs(one, found)),
        Value::Object(all) => all.values().for_each(|one| refs(one, found)),
        _ => {}
    }
}

/// What an Atlassian server is limited to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Filter {
    Board,
    Space,
}

impl Filter {
    fn word(self) -> &'static str {
        match self {
            Filter::Board => "Jira project",
            Filter::Space => "space",
        }
    }

    fn of<'a>(self, own: &Own<'a>) -> Option<&'a str> {
        match self {
            Filter::Board => own.facts.atlassian.jira_project_key.as_deref(),
            Filter::Space => own.facts.atlassian.confluence_space_key.as_deref(),
        }
    }
}

/// The boards and spaces that a file's servers are limited to, by the variables that say it
/// (<https://github.com/sooperset/mcp-atlassian>).
fn filters(value: &Value) -> BTreeSet<(Filter, String)> {
    let mut found = BTreeSet::new();
    let mut values = vec![value];
    while let Some(value) = values.pop() {
        match value {
            Value::Array(all) => values.extend(all),
            Value::Object(all) => {
                for (key, value) in all {
                    let filter = match key.as_str() {
                        "JIRA_PROJECTS_FILTER" | "JIRA_PROJECT_KEY" => Some(Filter::Board),
                        "CONFLUENCE_SPACES_FILTER" | "CONFLUENCE_SPACE_KEY" => Some(Filter::Space),
                        _ => None,
                    };
                    let words = filter.zip(value.as_str());
                    if let Some((filter, words)) = words {
                        let keys = words.split(',').map(str::trim).filter(|k| !k.is_empty());
                        found.extend(keys.map(|key| (filter, key.to_owned())));
                    }
                    values.push(value);
                }
            }
            _ => {}
        }
    }
    found
}

/// Other configuration, and whatever else lies in the folder.
fn below(facts: &Facts, all: &[Own], found: &mut Vec<Finding>) {
    for hit in &facts.hits {
        let (instance, code) = match &hit.area {
            Area::Own { file, .. } if *file == MCP => continue,
            Area::Own { instance, .. } => (instance, I205),
            Area::Below { instance } => (instance, I206),
            Area::Component | Area::Elsewhere => continue,
        };
        let (owners, severity, what) = match &hit.named {
            Named::Project(owners) => (owners.clone(), code.severity, "project"),
            // a secret in configuration is judged by what it is
            Named::Secret(owners) if code == I206 => {
                let names = owners.iter().map(|(name, _)| name.clone()).collect();
                (names, Severity::Error, "secret")
            }
            Named::Secret(_) | Named::Form(_) => continue,
        };
        let mine = owners
            .iter()
            .any(|owner| owner == instance || owner.is_empty());
        if mine || !all.iter().any(|own| own.name() == instance) {
            continue;
        }
        let names: Vec<&str> = owners.iter().map(String::as_str).collect();
        let words = format!("{} has {}'s {what} in it.", hit.file, listed(&names));
        let place = Place::file(hit.file.clone()).line(Some(hit.line));
        let finding = Finding::new(code, words).as_severe(severity);
        found.push(
            finding
                .of([instance.as_str()].into_iter().chain(names))
                .at([place]),
        );
    }
}
