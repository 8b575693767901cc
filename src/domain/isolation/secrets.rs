//! Secrets that two instances have, compared by keyed fingerprints.

use std::collections::{BTreeMap, BTreeSet};

use super::code::{Code, I108, I109, I110, I111, I112};
use super::facts::Facts;
use super::finding::{Finding, Place};
use super::own::{Own, listed};
use super::projects::{env_place, mendable_first};
use crate::domain::config::AtlassianKind;
use crate::domain::env_schema::jwt;
use crate::domain::reference::IDENTITY_KEYS;
use crate::domain::secret::is_secret;
use crate::domain::strategy::{ProviderKind, Strategy};

/// Shorter values are alike by chance.
const SHORTEST: usize = 6;
/// Values that stand for one which isn't there yet.
const PLACEHOLDERS: [&str; 8] = [
    "changeme",
    "password",
    "postgres",
    "secret",
    "please-change",
    "replace-me",
    "undefined",
    "placeholder",
];

/// Who sells models, as their keys' names begin.
const MODEL_PROVIDERS: [&str; 26] = [
    "AI",
    "ANTHROPIC",
    "AZURE_OPENAI",
    "CEREBRAS",
    "CLAUDE",
    "COHERE",
    "DEEPSEEK",
    "EMBEDDING",
    "FIREWORKS",
    "GEMINI",
    "GOOGLE_AI",
    "GOOGLE",
    "GROQ",
    "HF",
    "HUGGINGFACE",
    "JINA",
    "LLM",
    "MISTRAL",
    "NVIDIA",
    "OPENAI",
    "OPENROUTER",
    "PERPLEXITY",
    "REPLICATE",
    "TOGETHER",
    "VOYAGE",
    "XAI",
];

/// Whether a value is long and mixed enough to be no everyday word, so that finding it in a file says
/// something.
pub fn is_telling(value: &str) -> bool {
    let has = |fits: fn(&char) -> bool| value.chars().any(|c| fits(&c));
    let kinds = [
        has(|c| c.is_ascii_lowercase()),
        has(|c| c.is_ascii_uppercase()),
        has(|c| c.is_ascii_digit()),
        has(|c| !c.is_ascii_alphanumeric()),
    ];
    let mixed = kinds.iter().filter(|kind| **kind).count() > 1;
    value.len() >= 16 || (value.len() >= 8 && mixed)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    /// A key of the project: goes with it.
    Project,
    /// The account's at Supabase: one for all of its projects.
    SupabaseAccount,
    AtlassianAccount,
    DatabasePassword,
    Webhook,
    Model,
    Other,
}

struct Has<'a, 'b> {
    own: &'b Own<'a>,
    key: &'a str,
    sort: Sort,
    /// The project that the value itself names.
    names_project: bool,
}

pub(super) fn judge(facts: &Facts, all: &[Own], found: &mut Vec<Finding>) {
    let prints = &facts.fingerprints;
    let shared: BTreeSet<String> = facts
        .shared_env
        .pairs()
        .map(|(_, v)| prints.of(v))
        .collect();
    let mut groups: BTreeMap<String, Vec<Has>> = BTreeMap::new();
    for own in all {
        for (key, value) in own.facts.env.pairs() {
            let Some(sort) = sort(own, key, value) else {
                continue;
            };
            let print = prints.of(value);
            if shared.contains(&print) {
                continue;
            }
            let names_project = jwt::claims(value).and_then(|c| c.reference).is_some();
            groups.entry(print).or_default().push(Has {
                own,
                key,
                sort,
                names_project,
            });
        }
    }
    for (print, group) in groups {
        compare(&print, group, found);
    }
    in_common_env(facts, found);
}

fn sort(own: &Own, key: &str, value: &str) -> Option<Sort> {
    let lower = value.to_ascii_lowercase();
    if value.len() < SHORTEST || PLACEHOLDERS.contains(&lower.as_str()) {
        return None;
    }
    let upper = key.to_ascii_uppercase();
    let calls = [
        "hooks.slack.com/",
        "discord.com/api/webhooks/",
        ".webhook.office.com/",
    ];
    if value.contains("://") && (upper.contains("HOOK") || calls.iter().any(|c| lower.contains(c)))
    {
        return Some(Sort::Webhook);
    }
    if !is_secret(key, value) || upper == "DATABASE_URL" || lower.starts_with("postgres") {
        return None;
    }
    let (supabase, atlassian) = (&own.facts.supabase, &own.facts.atlassian);
    Some(if key == supabase.access_token_key {
        Sort::SupabaseAccount
    } else if key == supabase.db_password_key {
        Sort::DatabasePassword
    } else if key == atlassian.token_key {
        Sort::AtlassianAccount
    } else if upper.starts_with("SUPABASE_") || upper.contains("_SUPABASE_") {
        Sort::Project
    } else if is_model(own, &upper) {
        Sort::Model
    } else {
        Sort::Other
    })
}

/// A key of a known provider, or one that has its `*_MODEL` beside it.
fn is_model(own: &Own, upper: &str) -> bool {
    let Some(name) = upper
        .strip_suffix("_API_KEY")
        .or(upper.strip_suffix("_TOKEN"))
    else {
        return false;
    };
    let known = MODEL_PROVIDERS
        .iter()
        .any(|p| name == *p || name.strip_prefix(p).is_some_and(|r| r.starts_with('_')));
    known || own.facts.env.contains(&format!("{name}_MODEL"))
}

fn compare(print: &str, group: Vec<Has>, found: &mut Vec<Finding>) {
    let mut owners: Vec<&Own> = group.iter().map(|has| has.own).collect();
    owners.sort_by_key(|own| own.name());
    owners.dedup_by_key(|own| own.name());
    if owners.len() < 2 {
        return;
    }
    // the strictest reading counts where the names of the keys differ
    let Some(sort) = group.iter().map(|has| has.sort).max() else {
        return;
    };
    let project = owners.first().and_then(|own| own.project);
    let one_project = project.is_some() && owners.iter().all(|own| own.project == project);
    let schemas = owners.iter().filter(|own| own.is(Strategy::Schema)).count();
    let code: &'static Code = match sort {
        // told by the project, or by the project that the key itself names
        Sort::Project if one_project || group.iter().all(|has| has.names_project) => return,
        Sort::DatabasePassword if one_project && owners.len() - schemas > 1 => return,
        Sort::SupabaseAccount | Sort::AtlassianAccount => {
            // the sandbox has one account for all
            owners.retain(|own| match sort {
                Sort::SupabaseAccount => own.facts.supabase.kind == ProviderKind::Cloud,
                _ => own.facts.atlassian.kind == AtlassianKind::Cloud,
            });
            if owners.len() < 2 || !owners.iter().any(|own| own.is(Strategy::Complete)) {
                return;
            }
            owners.sort_by_key(|own| (!own.is(Strategy::Complete), own.name()));
            I109
        }
        Sort::Webhook => I110,
        Sort::Model => I111,
        Sort::Project | Sort::DatabasePassword | Sort::Other => I108,
    };
    if code != I109 {
        mendable_first(&mut owners);
    }
    let names: Vec<&str> = owners.iter().map(|own| own.name()).collect();
    let key = group.first().map_or("", |has| has.key);
    let one_key = group.iter().all(|has| has.key == key);
    let what = match (code.name, one_key) {
        ("I109", _) => format!(
            "{}'s strategy is complete, and {} has the same {key}.",
            names.first().copied().unwrap_or_default(),
            listed(names.get(1..).unwrap_or_default())
        ),
        (_, true) => format!(
            "{} have the same {key} (fingerprint {print}).",
            listed(&names)
        ),
        (_, false) => format!(
            "{} have the same secret (fingerprint {print}).",
            listed(&names)
        ),
    };
    let places = names.iter().flat_map(|name| {
        let of = group.iter().filter(move |has| has.own.name() == *name);
        of.map(|has| env_place(has.own.facts, has.key))
    });
    found.push(
        Finding::new(code, what)
            .at(places)
            .of(names.iter().copied()),
    );
}

/// The root's `.env` is everyone's: what says which instance it is doesn't belong there.
fn in_common_env(facts: &Facts, found: &mut Vec<Finding>) {
    for entry in facts.shared_env.entries() {
        if entry.effective && !entry.value.is_empty() && IDENTITY_KEYS.contains(&entry.key) {
            let what = format!("{} stands in the .env at the workspace's root.", entry.key);
            let place = Place::file(".env").line(Some(entry.line)).key(entry.key);
            found.push(Finding::new(I112, what).at([place]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_words_tell_nothing() {
        for value in ["postgres", "password", "short1", "supabase", ""] {
            assert!(!is_telling(value), "{value}");
        }
        for value in ["example-pw", "Passw0rd", "abcdefghijklmnop"] {
            assert!(is_telling(value), "{value}");
        }
    }
}
