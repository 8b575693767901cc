//! An instance's keys beside another's, or beside the template: never a value.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Service;
use crate::domain::env_file::EnvFile;
use crate::domain::fingerprint::Fingerprints;
use crate::domain::name::InstanceName;
use crate::error::Result;

/// How a key stands on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    Equal,
    Differs,
    /// Only the other has it.
    MissingHere,
    /// Only this one has it.
    MissingThere,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyDifference {
    pub key: String,
    pub state: KeyState,
    /// The type that the schema gives it.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Keyed fingerprints; none where the key isn't there, empty where it has no value.
    pub here: Option<String>,
    pub there: Option<String>,
}

/// Two sets of keys, side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvDiff {
    pub instance: String,
    /// Another instance, `.env.example`, or `the template`.
    pub other: String,
    pub keys: Vec<KeyDifference>,
}

impl Service {
    /// `other`: an instance; else the instance's own `.env.example`, or the template. Of a template
    /// only the keys count: that it has no values is what it's for.
    pub fn env_diff(&self, name: &InstanceName, other: Option<&InstanceName>) -> Result<EnvDiff> {
        let _ = self.notice(name);
        let dir = self.workspace.instance(name)?;
        let (here, _) = dir.read_env()?;
        let (there, called) = match other {
            Some(other) => (
                self.workspace.instance(other)?.read_env()?.0,
                other.to_string(),
            ),
            None => {
                let (template, called) = dir.env_template()?;
                (template, called.to_owned())
            }
        };
        let schema = self.workspace.env_schema()?;
        let prints = Fingerprints::new(self.workspace.key("fingerprint")?);
        let print = |env: &EnvFile, key: &str| {
            let value = env.get(key)?;
            Some(match value {
                "" => String::new(),
                value => prints.of(value),
            })
        };
        let names: BTreeSet<&str> = here.pairs().chain(there.pairs()).map(|(k, _)| k).collect();
        let keys = names.into_iter().map(|key| {
            let (a, b) = (print(&here, key), print(&there, key));
            let state = match (&a, &b) {
                (None, _) => KeyState::MissingHere,
                (_, None) => KeyState::MissingThere,
                _ if a == b || other.is_none() => KeyState::Equal,
                _ => KeyState::Differs,
            };
            KeyDifference {
                key: key.to_owned(),
                state,
                kind: schema.key(key).map(|spec| spec.kind.word().to_owned()),
                here: a,
                there: b,
            }
        });
        Ok(EnvDiff {
            instance: name.to_string(),
            other: called,
            keys: keys.collect(),
        })
    }
}
