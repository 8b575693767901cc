//! An instance as the screens and `list` see it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::job::JobId;
use super::name::InstanceName;
use super::strategy::{ProviderKind, Strategy};

/// Where an instance stands. Each has a glyph, a word and a colour of its own on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InstanceState {
    /// The folder is there, the project isn't yet.
    New,
    Ready,
    /// A job is on it.
    Working,
    /// The project is starting or stopping.
    Starting,
    Paused,
    /// It can be used, but something is wrong (a broken `.env`, an interrupted job).
    Attention,
    Failed,
    #[default]
    Unknown,
}

impl InstanceState {
    pub fn word(self) -> &'static str {
        match self {
            InstanceState::New => "not set up",
            InstanceState::Ready => "ready",
            InstanceState::Working => "working",
            InstanceState::Starting => "starting",
            InstanceState::Paused => "paused",
            InstanceState::Attention => "needs attention",
            InstanceState::Failed => "failed",
            InstanceState::Unknown => "unknown",
        }
    }
}

/// An instance's Jira project or Confluence space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtlassianPlace {
    pub key: String,
    /// Where a browser opens it; `None` while its site isn't known.
    pub url: Option<String>,
    /// Issues or pages, when they were last counted.
    pub count: Option<u64>,
}

/// One row of the list of instances, and all that its detail shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceView {
    pub name: InstanceName,
    /// The workspace's selected instance.
    pub current: bool,
    pub state: InstanceState,
    /// What the state means here, where the word isn't enough ("cloning", "the .env can't be read: line 3").
    pub note: Option<String>,
    pub strategy: Strategy,
    pub kind: ProviderKind,
    pub purpose: String,
    pub owner: String,
    pub labels: Vec<String>,
    pub protected: bool,
    pub expiry: String,
    pub created: Option<Timestamp>,
    pub cloned_from: Option<String>,
    pub project_ref: Option<String>,
    /// The schema that it lives in (`public`, unless the strategy is `schema`).
    pub schema: String,
    pub region: Option<String>,
    /// Host of its API, for the detail.
    pub host: Option<String>,
    pub database_bytes: Option<u64>,
    pub tables: Option<u32>,
    pub rows: Option<u64>,
    pub jira: Option<AtlassianPlace>,
    pub confluence: Option<AtlassianPlace>,
    /// When something last happened in it.
    pub last_activity: Option<Timestamp>,
    /// When the figures above were read.
    pub observed: Option<Timestamp>,
    /// The job that writes to it now.
    pub job: Option<JobId>,
}

impl InstanceView {
    /// A row with nothing known but its name.
    pub fn unknown(name: InstanceName) -> Self {
        InstanceView {
            name,
            current: false,
            state: InstanceState::Unknown,
            note: None,
            strategy: Strategy::default(),
            kind: ProviderKind::default(),
            purpose: String::new(),
            owner: String::new(),
            labels: Vec::new(),
            protected: false,
            expiry: "never".into(),
            created: None,
            cloned_from: None,
            project_ref: None,
            schema: "public".into(),
            region: None,
            host: None,
            database_bytes: None,
            tables: None,
            rows: None,
            jira: None,
            confluence: None,
            last_activity: None,
            observed: None,
            job: None,
        }
    }
}
