//! What the screen asks of the rest of the program, and nothing more.
//!
//! The façade implements [`Backend`]; tests script it. Every method but [`Backend::workspace`] may
//! take its time: it is called on a task of its own, and its answer comes back as a message.
//! [`Backend::instances`] and [`Backend::jobs`] feed the first frame, so they read the registry
//! only and answer in a few milliseconds.

use std::ffi::OsString;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::stream::BoxStream;
use jiff::Timestamp;

use crate::domain::env_schema::{Schema, Wanted};
use crate::domain::held::HeldView;
use crate::domain::instance::InstanceView;
use crate::domain::isolation::Finding;
use crate::domain::job::{JobId, JobView};
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::domain::secret::Secret;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::Result;

/// Something outside the screen is different now. It says where to look, never what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The list of instances, or a figure in it.
    Instances,
    /// A job, a step or its progress.
    Jobs,
    /// The files of one instance.
    Files(InstanceName),
    /// It isn't known what: read everything that is shown.
    All,
}

/// An act that is planned before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Init {
        instance: InstanceName,
        /// Whose project it is to share, with [`Strategy::Schema`].
        project_of: Option<InstanceName>,
    },
    Clone {
        source: InstanceName,
        target: InstanceName,
        strategy: Strategy,
        /// Whose project is shared, with [`Strategy::Schema`].
        project_of: Option<InstanceName>,
    },
    Seed {
        instance: InstanceName,
    },
    /// A clone is emptied, and its source copied into it again.
    Refresh {
        instance: InstanceName,
    },
    Delete {
        instance: InstanceName,
    },
}

impl Request {
    /// The instance that is written to.
    pub fn target(&self) -> &InstanceName {
        match self {
            Request::Init { instance, .. }
            | Request::Seed { instance }
            | Request::Refresh { instance }
            | Request::Delete { instance } => instance,
            Request::Clone { target, .. } => target,
        }
    }

    /// "Planning the clone of default": what stands on the screen while the plan is made.
    pub fn working(&self) -> String {
        match self {
            Request::Init { instance, .. } => format!("Planning how to set up {instance}"),
            Request::Clone { source, .. } => format!("Planning the clone of {source}"),
            Request::Seed { instance } => format!("Planning the seeds of {instance}"),
            Request::Refresh { instance } => format!("Planning the refresh of {instance}"),
            Request::Delete { instance } => format!("Looking at what belongs to {instance}"),
        }
    }
}

/// What a new instance is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstance {
    pub name: InstanceName,
    pub purpose: String,
    pub strategy: Strategy,
    pub kind: ProviderKind,
}

/// What an instance is to be connected to; what is empty stays as it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Connect {
    pub access_token: Option<Secret>,
    pub organization: Option<String>,
    pub project: Option<String>,
    pub db_password: Option<Secret>,
    pub site: Option<String>,
    pub email: Option<String>,
    pub token: Option<Secret>,
    pub jira_project: Option<String>,
    pub space: Option<String>,
}

/// A file's text, and a stamp that says whether it is still the same when it is written back.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// The file's name, as it stands in the instance's folder: `.env`, `mcp.json`.
    pub name: String,
    /// Where `$EDITOR` finds it.
    pub path: PathBuf,
    pub text: String,
    /// Opaque; equal stamps mean the same content. Empty where the file isn't there yet.
    pub stamp: String,
}

impl fmt::Debug for Document {
    /// The text may hold secrets, so only its length is told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("name", &self.name)
            .field("bytes", &self.text.len())
            .field("stamp", &self.stamp)
            .finish()
    }
}

/// What the keys of an instance's environment have to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvRules {
    pub schema: Arc<Schema>,
    pub wanted: Wanted,
}

/// One change of a key's value. Values are told apart by fingerprints, never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// By this `matriz env undo` takes it back.
    pub number: i64,
    pub at: Timestamp,
    /// Who and by what: `ana, screen`; `outside`.
    pub by: String,
    /// `set`, `unset` or `undo`.
    pub what: &'static str,
    /// None where there was no such key.
    pub before: Option<String>,
    pub after: Option<String>,
    /// The change that took this one back.
    pub undone_by: Option<i64>,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    Written(Document),
    /// The file was changed since it was read; nothing was written. This is what stands there now.
    Stale(Document),
}

/// A part of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPart {
    /// Where the next part begins: an opaque position that only grows.
    pub next: u64,
    pub lines: Vec<String>,
}

/// One line of what happened in an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub at: Timestamp,
    pub text: String,
}

type Answer<T> = Result<T>;

/// The rest of the program, seen from the screen.
pub trait Backend: Send + Sync + 'static {
    /// The workspace's name, for the header. No I/O.
    fn workspace(&self) -> String;

    /// The instance that the shell around the screen is locked to. No I/O.
    fn locked(&self) -> Option<InstanceName> {
        None
    }

    /// The program and its arguments that open a shell in an instance; an error where that would be
    /// refused. It reads files, and is called while nothing else goes on.
    fn shell(&self, name: &InstanceName) -> Result<Vec<OsString>>;

    /// Notifications, as they come. The stream ends when nothing more will be told. It may wait
    /// on whatever it likes; while nothing runs it should cost no wake-ups.
    fn changes(&self) -> BoxStream<'static, Changed>;

    fn instances(&self) -> impl Future<Output = Answer<Vec<InstanceView>>> + Send;

    /// Newest first; the active ones, and as many of the others as are worth showing.
    fn jobs(&self) -> impl Future<Output = Answer<Vec<JobView>>> + Send;

    /// Newest first.
    fn activity(&self, name: &InstanceName) -> impl Future<Output = Answer<Vec<Activity>>> + Send;

    /// Asks the providers for fresh figures of one instance.
    fn refresh(&self, name: &InstanceName) -> impl Future<Output = Answer<()>> + Send;

    fn plan(&self, request: &Request) -> impl Future<Output = Answer<Plan>> + Send;

    /// Starts what was planned. `typed` is the name, where the plan asks for it.
    fn start(
        &self,
        request: &Request,
        plan: &Plan,
        typed: Option<&str>,
    ) -> impl Future<Output = Answer<JobId>> + Send;

    fn cancel_job(&self, id: JobId) -> impl Future<Output = Answer<()>> + Send;

    fn resume_job(&self, id: JobId) -> impl Future<Output = Answer<()>> + Send;

    /// The log from a position that an earlier part named, or from 0.
    fn job_log(&self, id: JobId, from: u64) -> impl Future<Output = Answer<LogPart>> + Send;

    /// What the job did, line by line, for reading when it's over.
    fn job_report(&self, id: JobId) -> impl Future<Output = Answer<Vec<String>>> + Send;

    /// Whether the instances keep apart: everything that is wrong, errors first. Reads all their files.
    fn isolation(&self) -> impl Future<Output = Answer<Vec<Finding>>> + Send;

    /// Does what a finding proposes, where everything still is as it was; says what was done.
    fn mend(&self, finding: &Finding) -> impl Future<Output = Answer<String>> + Send;
    /// How two instances differ, as lines of at most so many cells.
    fn difference(
        &self,
        left: &InstanceName,
        right: &InstanceName,
        width: usize,
    ) -> impl Future<Output = Answer<Vec<String>>> + Send;

    /// What a clone holds back, as it stands now.
    fn held(&self, name: &InstanceName) -> impl Future<Output = Answer<Vec<HeldView>>> + Send;

    /// Turns one of it on.
    fn turn_on(
        &self,
        name: &InstanceName,
        id: &str,
    ) -> impl Future<Output = Answer<HeldView>> + Send;

    fn load_env(&self, name: &InstanceName) -> impl Future<Output = Answer<Document>> + Send;

    /// What its keys have to be: the workspace's schema, and what the instance is.
    fn env_rules(&self, name: &InstanceName) -> impl Future<Output = Answer<EnvRules>> + Send;

    /// What its `.env` would start from: its `.env.example`, else the template.
    fn env_template(&self, name: &InstanceName) -> impl Future<Output = Answer<Document>> + Send;

    /// Every saved change of one key, newest first.
    fn env_history(
        &self,
        name: &InstanceName,
        key: &str,
    ) -> impl Future<Output = Answer<Vec<KeyChange>>> + Send;

    /// Writes down that a value was shown or copied: the key's name, never the value.
    fn note(
        &self,
        name: &InstanceName,
        action: &'static str,
        key: &str,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Writes the whole text, unless the file's stamp is another than `stamp`.
    fn save_env(
        &self,
        name: &InstanceName,
        stamp: &str,
        text: &str,
    ) -> impl Future<Output = Answer<Saved>> + Send;

    /// The JSON and TOML files of an instance that are there, in a fixed order.
    fn load_configs(
        &self,
        name: &InstanceName,
    ) -> impl Future<Output = Answer<Vec<Document>>> + Send;

    /// Checks the text against the file's shape, then writes it, unless the stamp is another.
    fn save_config(
        &self,
        name: &InstanceName,
        file: &str,
        stamp: &str,
        text: &str,
    ) -> impl Future<Output = Answer<Saved>> + Send;

    fn create_instance(&self, new: &NewInstance) -> impl Future<Output = Answer<()>> + Send;

    /// Connects an instance to what exists, once all of it was tried; says how well, a sentence each.
    fn connect(
        &self,
        name: &InstanceName,
        to: &Connect,
    ) -> impl Future<Output = Answer<Vec<String>>> + Send;

    fn select_instance(&self, name: &InstanceName) -> impl Future<Output = Answer<()>> + Send;
}
