//! What an instance's own files say.

use serde_json::Value;

use super::{Found, One, item};
use crate::domain::config::{AtlassianConfig, Manifest, SupabaseConfig};
use crate::domain::config_file::{self, ConfigValue};
use crate::domain::difference::{Identity, Own};
use crate::domain::reference::IDENTITY_KEYS;
use crate::error::Result;
use crate::service::Service;
use crate::workspace::file::read_text;
use crate::workspace::{CONFIG_FILES, InstanceDir};

/// Values of the configuration that say which instance it is, by file and name.
const OWN_VALUES: [(&str, &str, Own); 8] = [
    ("supabase.config.json", "projectRef", Own::Yes),
    ("atlassian.config.json", "jiraProjectKey", Own::Yes),
    ("atlassian.config.json", "confluenceSpaceKey", Own::Yes),
    ("instance.toml", "created", Own::OrNone),
    ("instance.toml", "purpose", Own::OrNone),
    ("instance.toml", "cloned_from", Own::OrNone),
    ("instance.toml", "owner", Own::OrNone),
    ("instance.toml", "labels", Own::OrNone),
];

impl Service {
    pub(super) fn env_items(&self, one: &One) -> Result<Found> {
        if !one.dir.env_path().is_file() {
            return Ok(missing(format!("{} has no .env yet.", one.name)));
        }
        let (env, prints) = (one.dir.read_env()?.0, self.fingerprints()?);
        let password = one.dir.supabase_config()?.db_password_key;
        let own = |key: &str| match IDENTITY_KEYS.contains(&key) || key == password {
            true => Own::Yes,
            false => Own::No,
        };
        let pairs = env.pairs();
        Ok(Found {
            items: pairs
                .map(|(key, value)| item(&prints, key.to_owned(), key, value, own(key)))
                .collect(),
            missing: Vec::new(),
        })
    }

    /// The values of every file; of `mcp.json` the servers and what each is.
    pub(super) fn config_items(&self, one: &One) -> Result<Found> {
        let prints = self.fingerprints()?;
        let mut found = Found::default();
        for file in CONFIG_FILES {
            let text = read_text(&one.dir.path().join(file))?;
            let shown = format!("instances/{}/{file}", one.name);
            let mut values = match text {
                Some(text) => {
                    config_file::values(file, &text).map_err(|error| in_file(error, &shown))?
                }
                None => Vec::new(),
            };
            // what a file leaves out holds all the same
            for (name, text) in defaults(file) {
                if !values.iter().any(|value| value.path == [name.as_str()]) {
                    values.push(ConfigValue {
                        path: vec![name],
                        text,
                        secret: false,
                        place: (0, 0),
                    });
                }
            }
            found.items.extend(values.iter().map(|value| {
                let name = value.name();
                let known = OWN_VALUES.iter().find(|(f, n, _)| *f == file && *n == name);
                let own = known.map_or(Own::No, |(_, _, own)| *own);
                // a name like accessTokenKey names a key, and a reference is no secret
                let key = match value.secret && !value.text.starts_with("${") {
                    true => "SECRET",
                    false => "",
                };
                let name = match name.is_empty() {
                    true => file.to_owned(),
                    false => format!("{file} {name}"),
                };
                item(&prints, name, key, &value.text, own)
            }));
        }
        Ok(found)
    }
}

/// The values that a file's readers take where it has none, by name.
fn defaults(file: &str) -> Vec<(String, String)> {
    let value = match file {
        "supabase.config.json" => serde_json::to_value(SupabaseConfig::default()),
        "atlassian.config.json" => serde_json::to_value(AtlassianConfig::default()),
        "instance.toml" => serde_json::to_value(Manifest::default()),
        _ => return Vec::new(),
    };
    let Ok(Value::Object(all)) = value else {
        return Vec::new();
    };
    let shown = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    all.into_iter()
        .map(|(key, value)| (key, shown(value)))
        .collect()
}

fn in_file(mut error: crate::error::Error, shown: &str) -> crate::error::Error {
    if !error.message.contains(shown) {
        error.message = format!("{shown}: {}", error.message);
    }
    error
}

pub(super) fn missing(why: String) -> Found {
    Found {
        items: Vec::new(),
        missing: vec![why],
    }
}

/// The names by which an instance's files can be told from another's.
pub(super) fn identity(dir: &InstanceDir) -> Result<Identity> {
    let mut identity = Identity::default();
    identity.add(dir.name().as_str(), "instance");
    let (supabase, atlassian) = (dir.supabase_config()?, dir.atlassian_config()?);
    identity.add(
        supabase.project_ref.as_deref().unwrap_or_default(),
        "project",
    );
    if supabase.schema != "public" {
        identity.add(&supabase.schema, "schema");
    }
    identity.add(
        atlassian.jira_project_key.as_deref().unwrap_or_default(),
        "board",
    );
    // an instance's board and space have the same key as a rule
    identity.add(
        atlassian
            .confluence_space_key
            .as_deref()
            .unwrap_or_default(),
        "space",
    );
    if dir.env_path().is_file() {
        let env = dir.read_env()?.0;
        for key in IDENTITY_KEYS {
            // schemas are words of every day
            if key != "MCP_SUPABASE_SCHEMA" {
                identity.add(env.get(key).unwrap_or_default(), key);
            }
        }
    }
    Ok(identity)
}
