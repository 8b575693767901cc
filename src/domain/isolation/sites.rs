//! Who shares a Jira project, a space or a site, and where `.env` and configuration disagree on them.

use std::collections::BTreeMap;

use super::code::{Code, I105, I106, I107, I307};
use super::facts::InstanceFacts;
use super::finding::{Finding, Place};
use super::fix::Fix;
use super::own::{Own, host_of, listed};
use super::projects::env_place;
use crate::domain::config::AtlassianKind;
use crate::domain::strategy::Strategy;

const CONFIG: &str = "atlassian.config.json";

/// A key that says which board or space is an instance's.
struct Resource {
    code: &'static Code,
    word: &'static str,
    /// In the `.env`.
    key: &'static str,
    /// In the configuration.
    field: &'static str,
    configured: fn(&InstanceFacts) -> Option<&str>,
}

const RESOURCES: [Resource; 2] = [
    Resource {
        code: I105,
        word: "Jira project",
        key: "JIRA_PROJECT_KEY",
        field: "jiraProjectKey",
        configured: |facts| facts.atlassian.jira_project_key.as_deref(),
    },
    Resource {
        code: I106,
        word: "space",
        key: "CONFLUENCE_SPACE_KEY",
        field: "confluenceSpaceKey",
        configured: |facts| facts.atlassian.confluence_space_key.as_deref(),
    },
];

pub(super) fn judge(all: &[Own], found: &mut Vec<Finding>) {
    for resource in &RESOURCES {
        shared(resource, all, found);
    }
    crowded(all, found);
    for own in all {
        differing_site(own, found);
    }
}

fn shared(resource: &Resource, all: &[Own], found: &mut Vec<Finding>) {
    let mut groups: BTreeMap<(&str, String), Vec<&Own>> = BTreeMap::new();
    for own in all {
        let Some(site) = &own.site else { continue };
        let mut keys: Vec<String> = [
            (resource.configured)(own.facts),
            own.facts.value(resource.key),
        ]
        .into_iter()
        .flatten()
        .filter(|key| !key.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            groups.entry((site, key)).or_default().push(own);
        }
    }
    let mut told = Vec::new();
    for ((site, key), mut group) in groups {
        if group.len() < 2 {
            continue;
        }
        let configured = |own: &Own| {
            (resource.configured)(own.facts).is_some_and(|there| there.eq_ignore_ascii_case(&key))
        };
        group.sort_by_key(|own| (configured(own), own.name() == "default", own.name()));
        let names: Vec<&str> = group.iter().map(|own| own.name()).collect();
        let on = match site {
            "sandbox" => "in the sandbox".to_owned(),
            site => format!("on {site}"),
        };
        let what = format!("{} share the {} {key} {on}.", listed(&names), resource.word);
        let places = group.iter().map(|own| match configured(own) {
            true => config_place(own.facts, resource.field),
            false => env_place(own.facts, resource.key),
        });
        let first = group.first().filter(|own| !configured(own));
        let fix = first.and_then(|own| from_config(resource, own.facts));
        told.extend(group.iter().map(|own| own.name()));
        found.push(
            Finding::new(resource.code, what)
                .at(places)
                .fix(fix)
                .of(names),
        );
    }
    for own in all {
        if own.site.is_some()
            && !told.contains(&own.name())
            && let Some(fix) = from_config(resource, own.facts)
        {
            found.push(differs(own, resource.key, fix));
        }
    }
}

fn from_config(resource: &Resource, facts: &InstanceFacts) -> Option<Fix> {
    let value = (resource.configured)(facts).filter(|value| !value.is_empty())?;
    let was = facts.value(resource.key)?;
    (!was.eq_ignore_ascii_case(value)).then(|| Fix::SetEnv {
        instance: facts.name.clone(),
        key: resource.key.into(),
        was: was.into(),
        value: value.into(),
    })
}

fn config_place(facts: &InstanceFacts, field: &str) -> Place {
    let line = facts
        .text(CONFIG)
        .and_then(|text| text.line_of(&format!("\"{field}\"")));
    Place::file(facts.path(CONFIG)).line(line).key(field)
}

fn differs(own: &Own, key: &str, fix: Fix) -> Finding {
    let what = format!(
        "{}'s {key} is another than its configuration says.",
        own.name()
    );
    Finding::new(I307, what)
        .of([own.name()])
        .at([
            env_place(own.facts, key),
            Place::file(own.facts.path(CONFIG)),
        ])
        .fix(Some(fix))
}

fn differing_site(own: &Own, found: &mut Vec<Finding>) {
    const KEY: &str = "ATLASSIAN_SITE";
    let facts = own.facts;
    let (Some(value), Some(was)) = (facts.atlassian.site.as_deref(), facts.value(KEY)) else {
        return;
    };
    if facts.atlassian.kind == AtlassianKind::Cloud
        && !value.is_empty()
        && host_of(value) != host_of(was)
    {
        let fix = Fix::SetEnv {
            instance: facts.name.clone(),
            key: KEY.into(),
            was: was.into(),
            value: value.into(),
        };
        found.push(differs(own, KEY, fix));
    }
}

/// `complete` wants a site of its own. The sandbox has one for all.
fn crowded(all: &[Own], found: &mut Vec<Finding>) {
    let mut sites: BTreeMap<&str, Vec<&Own>> = BTreeMap::new();
    for own in all {
        if let Some(site) = own.site.as_deref().filter(|site| *site != "sandbox") {
            sites.entry(site).or_default().push(own);
        }
    }
    for (site, group) in sites.into_iter().filter(|(_, group)| group.len() > 1) {
        for own in group.iter().filter(|own| own.is(Strategy::Complete)) {
            let others: Vec<&str> = group
                .iter()
                .map(|other| other.name())
                .filter(|name| *name != own.name())
                .collect();
            let on = if others.len() == 1 { "is" } else { "are" };
            let what = format!(
                "{}'s strategy is complete, and {} {on} on its site {site} too.",
                own.name(),
                listed(&others)
            );
            let names = [own.name()].into_iter().chain(others);
            let place = config_place(own.facts, "site");
            found.push(Finding::new(I107, what).of(names).at([place]));
        }
    }
}
