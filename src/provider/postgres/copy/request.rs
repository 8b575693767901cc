//! What a copy is asked to do, what it tells while it runs, and what it answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::progress::Report;
use crate::error::{Error, Result};
use crate::provider::postgres::copy::early::EarlySchema;
use crate::provider::postgres::copy::space::Room;
use crate::provider::postgres::copy::wide;
use crate::provider::postgres::tools::PgDump;
use crate::provider::postgres::url::DatabaseUrl;

/// What a copy takes at most while no row is larger than 8 MB, in bytes.
const MEMORY: u64 = 100_000_000;

/// One copy: everything that it needs to know beforehand.
#[derive(Debug, Clone)]
pub struct CopyRequest {
    pub source: DatabaseUrl,
    pub target: DatabaseUrl,
    /// A `pg_dump` at least as new as the source's server.
    pub pg_dump: PgDump,
    /// `None`: the whole database. `Some`: one schema, under another name in the target.
    pub schemas: Option<SchemaMap>,
    /// How many tables are copied side by side. Each takes three connections to the source and
    /// one to the target.
    pub jobs: usize,
    /// Whether one large table is worth several sessions at a time.
    pub spare_cores: bool,
    /// The source's schema, where it was read ahead; it's read anew where that doesn't hold any more.
    pub early: Option<Arc<EarlySchema>>,
    /// How long the copy waits for a lock on the source's tables, in milliseconds.
    pub lock_timeout_ms: u64,
}

impl CopyRequest {
    pub fn new(source: DatabaseUrl, target: DatabaseUrl, pg_dump: impl Into<PgDump>) -> Self {
        let spare_cores = has_spare_cores(&source, &target);
        CopyRequest {
            source,
            target,
            pg_dump: pg_dump.into(),
            schemas: None,
            jobs: 4,
            spare_cores,
            early: None,
            lock_timeout_ms: 10_000,
        }
    }
}

/// Whether the servers could read and write one table in several sessions faster than in one. With
/// a database on this machine we know its cores, and each session of ours keeps two servers busy;
/// of others we assume the best, as over a network one stream rarely fills it.
fn has_spare_cores(source: &DatabaseUrl, target: &DatabaseUrl) -> bool {
    const NEEDED: usize = 6;
    let here = source.is_local() || target.is_local();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    !here || cores >= NEEDED
}

/// The schema that is copied, and what it is called in the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaMap {
    pub from: String,
    pub to: String,
}

/// Who watches a copy and keeps its checkpoint.
pub trait Observer: Send + Sync {
    /// At most ten times a second; the latest wins.
    fn report(&self, report: Report);
    /// One line for the job's log; never a secret.
    fn log(&self, line: &str);
    /// What the last run of this copy saved.
    fn checkpoint(&self) -> Option<serde_json::Value>;
    /// Durable when it returns.
    fn save_checkpoint(&self, value: serde_json::Value) -> Result<()>;
}

/// In which way the target isn't as the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It isn't there.
    #[default]
    LeftOut,
    /// It's there, and does nothing until somebody switches it on.
    SwitchedOff,
    /// It's there, with a difference.
    Changed,
}

impl How {
    /// As the job's log begins its line.
    pub fn words(self) -> &'static str {
        match self {
            How::LeftOut => "left out",
            How::SwitchedOff => "switched off",
            How::Changed => "not as in the source",
        }
    }
}

/// Something that the target will not have as the source has it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Skipped {
    /// As a person would write it: `event trigger guard`, `rights on table public.t`.
    pub object: String,
    pub reason: String,
    #[serde(default)]
    pub how: How,
}

impl Skipped {
    /// Something that is left out.
    pub fn new(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Skipped {
            object: object.into(),
            reason: reason.into(),
            how: How::LeftOut,
        }
    }

    pub fn changed(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Skipped {
            how: How::Changed,
            ..Skipped::new(object, reason)
        }
    }

    pub fn switched_off(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Skipped {
            how: How::SwitchedOff,
            ..Skipped::new(object, reason)
        }
    }
}

/// What a finished copy made.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CopySummary {
    pub tables: u64,
    pub rows: u64,
    /// Bytes of table data that crossed the program.
    pub bytes: u64,
    pub statements: u64,
    /// What was left out or done otherwise, each with its reason.
    pub skipped: Vec<Skipped>,
    /// Tables whose count and content hash were found equal on both sides.
    pub verified: u64,
    pub seconds: f64,
}

/// What a look at both databases says before anything is changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    pub source_version: String,
    pub target_version: String,
    pub tables: u64,
    /// The planner's estimate.
    pub rows: u64,
    /// Size of the source's tables with their indexes, in bytes.
    pub bytes: u64,
    /// The biggest tables, largest first, with their size in bytes.
    pub largest: Vec<(String, u64)>,
    /// What the target already holds; a copy into it is refused unless this is empty.
    pub target_holds: Vec<String>,
    /// Reasons why a copy would be refused.
    pub refusals: Vec<String>,
    /// What differs between the servers.
    pub warnings: Vec<Skipped>,
    /// The file systems of this machine that the copy would write to; `None` where the target's
    /// are another machine's, or nobody tells.
    pub space: Option<Vec<Room>>,
    /// The table with the largest row, and that row's size in bytes, where one may matter. Only
    /// [`super::foresee`] looks for it, and for the rest.
    pub largest_row: Option<(String, u64)>,
    /// Tables whose rows couldn't be looked at in time.
    pub unmeasured: Vec<String>,
    /// What a copy would leave out or do otherwise.
    pub left_out: Vec<Skipped>,
}

impl CheckReport {
    /// The refusal that a copy would end in, if any.
    pub fn refusal(&self) -> Option<Error> {
        if !self.target_holds.is_empty() {
            return Some(not_empty("target database", &self.target_holds));
        }
        let reasons = self.refusals.join(" ");
        if !reasons.is_empty() {
            return Some(Error::refused(reasons));
        }
        self.space.iter().flatten().find_map(Room::refusal)
    }

    pub fn is_ready(&self) -> bool {
        self.refusal().is_none()
    }

    /// The table with a row that doesn't fit into what a copy always takes, and its bytes.
    pub fn large_row(&self) -> Option<(&str, u64)> {
        let (table, bytes) = self.largest_row.as_ref()?;
        (*bytes > wide::ORDINARY).then_some((table.as_str(), *bytes))
    }

    /// The most memory that a copy takes, in bytes.
    pub fn memory(&self) -> u64 {
        memory(self.large_row().map_or(0, |(_, bytes)| bytes))
    }
}

/// The most memory that a copy takes whose largest row has so many bytes.
pub(super) fn memory(largest_row: u64) -> u64 {
    let beyond = match largest_row > wide::ORDINARY {
        true => largest_row,
        false => 0,
    };
    MEMORY.saturating_add(beyond.saturating_mul(3))
}

/// Said of a target that has something in it.
pub(super) fn not_empty(what: &str, holds: &[String]) -> Error {
    Error::refused(format!(
        "The {what} isn't empty. It holds: {}.",
        holds.join(", ")
    ))
    .hint("Use a new, empty one, or empty this one first.")
}

/// Two databases, table by table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Comparison {
    pub tables: u64,
    pub rows: u64,
    /// One line for each difference; empty when both are equal.
    pub differences: Vec<String>,
}

impl Comparison {
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}
