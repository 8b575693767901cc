//! What the sandbox remembers, as it stands in `state.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::secret::Secret;
use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::data_api::DataApi;
use crate::sandbox::api::faults::Fault;
use crate::sandbox::api::functions::Function;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// The last number given to a project or a fault.
    pub last_id: i64,
    pub projects: Vec<Project>,
    /// References of deleted projects: they are never given again.
    pub removed: Vec<String>,
    pub faults: Vec<Fault>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Project {
    pub id: i64,
    pub reference: String,
    pub name: String,
    pub organization: String,
    pub region: String,
    pub size: String,
    pub created_ms: i64,
    pub status: ProjectStatus,
    /// When it entered that status.
    pub since_ms: i64,
    /// Kept only until the database is there, or has failed to be.
    pub password: Option<Secret>,
    /// Signs the project's tokens.
    pub jwt_secret: Secret,
    pub legacy_keys: bool,
    pub keys: Vec<Key>,
    /// The digests of the secrets, by their names.
    #[serde(default)]
    pub secrets: BTreeMap<String, StoredSecret>,
    #[serde(default)]
    pub postgres_config: Map<String, Value>,
    #[serde(default)]
    pub data_api: DataApi,
    /// What differs from a new project's settings of the sign-in.
    #[serde(default)]
    pub auth_config: Map<String, Value>,
    #[serde(default)]
    pub functions: Vec<Function>,
    /// The full version of its Postgres, once it was up.
    #[serde(default)]
    pub postgres_version: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    pub id: String,
    /// `publishable` or `secret`.
    pub key_type: String,
    pub name: String,
    pub value: Secret,
    pub inserted_ms: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSecret {
    /// SHA-256 of the value, in hexadecimal.
    pub digest: String,
    pub updated_ms: i64,
}

impl Data {
    pub fn project(&self, reference: &str) -> Option<&Project> {
        self.projects.iter().find(|p| p.reference == reference)
    }

    pub fn project_mut(&mut self, reference: &str) -> Option<&mut Project> {
        self.projects.iter_mut().find(|p| p.reference == reference)
    }

    pub fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// Takes a project out, and remembers that it was there.
    pub fn remove(&mut self, reference: &str) {
        self.projects.retain(|p| p.reference != reference);
        self.removed.push(reference.to_owned());
    }
}
