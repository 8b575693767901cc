//! One instance's own files, each read once.

use serde::de::DeserializeOwned;

use crate::domain::config::Manifest;
use crate::domain::config_file::json_edit;
use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::{Schema, Wanted};
use crate::domain::isolation::{InstanceFacts, Text};
use crate::error::Error;
use crate::workspace::{CONFIG_FILES, InstanceDir, file};

pub fn read(dir: &InstanceDir, schema: &Schema) -> InstanceFacts {
    let mut facts = InstanceFacts {
        name: dir.name().to_string(),
        ..InstanceFacts::default()
    };
    for name in CONFIG_FILES {
        if let Some(text) = text(dir, name, &mut facts) {
            facts.texts.push(Text { name, text });
        }
    }
    let manifest: Option<Manifest> = parsed(&mut facts, "instance.toml", |shown, text| {
        toml::from_str(text).map_err(|error| {
            let why = error.message().trim_end_matches('.').to_owned();
            Error::usage(format!("{shown}: {why}."))
        })
    });
    facts.strategy = manifest.unwrap_or_default().strategy;
    facts.supabase = json(&mut facts, "supabase.config.json").unwrap_or_default();
    facts.atlassian = json(&mut facts, "atlassian.config.json").unwrap_or_default();
    facts.mcp = json(&mut facts, "mcp.json");
    if let Some(text) = text(dir, ".env", &mut facts) {
        // what can be read is judged all the same
        facts.env = EnvFile::parse_lenient(&text);
        if let Err(error) = EnvFile::parse_named(&facts.path(".env"), &text) {
            facts.unreadable.push((".env".into(), error.message));
        }
    }
    facts.schema = schema.check(
        &facts.env,
        &Wanted {
            strategy: facts.strategy,
            supabase: facts.supabase.kind,
            atlassian: facts.atlassian.kind,
        },
    );
    facts
}

/// `None` where it isn't there, or can't be read, which is noted. A link is noted with the files.
fn text(dir: &InstanceDir, name: &str, facts: &mut InstanceFacts) -> Option<String> {
    let path = dir.path().join(name);
    match file::read_text(&path) {
        Ok(text) => text,
        Err(_) if path.is_symlink() => None,
        Err(error) => {
            facts.unreadable.push((name.to_owned(), error.message));
            None
        }
    }
}

fn json<T: DeserializeOwned>(facts: &mut InstanceFacts, name: &str) -> Option<T> {
    parsed(facts, name, |shown, text| json_edit::read(shown, text))
}

fn parsed<T>(
    facts: &mut InstanceFacts,
    name: &str,
    read: impl FnOnce(&str, &str) -> Result<T, Error>,
) -> Option<T> {
    let shown = facts.path(name);
    match read(&shown, &facts.text(name)?.text) {
        Ok(value) => Some(value),
        Err(error) => {
            facts.unreadable.push((name.to_owned(), error.message));
            None
        }
    }
}
