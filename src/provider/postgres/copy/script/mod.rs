//! From the dump's entries to what is run in the target: every statement is run, rewritten or
//! skipped with a reason before the first one is sent.

pub mod acl;
pub mod classify;
pub mod outward;
pub mod owner;
pub mod run;

use crate::provider::postgres::copy::request::Skipped;

/// When a statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Tables, types, functions: before the rows.
    Schema,
    /// Indexes and the constraints that stand on them: when their table's rows are in.
    Index,
    /// An index becomes part of its partitioned table's.
    Attach,
    ForeignKey,
    /// Triggers, policies, rules, publications.
    Rest,
    Owner,
    Rights,
    DefaultRights,
    Comment,
    /// Event triggers: they would fire on everything above.
    Last,
}

/// One entry's statements, to be run as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub stage: Stage,
    /// What a progress line or an error calls it.
    pub title: String,
    pub sql: String,
    /// The place of its entry in the dump.
    pub entry: usize,
    /// The table that it belongs to, as the dump names it.
    pub table: Option<(String, String)>,
    /// Where the server may say that the role has no right to it: then it is skipped with the
    /// server's reason. Never for anything that holds or guards rows.
    pub may_be_refused: bool,
}

/// All that a copy runs besides moving rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    pub tasks: Vec<Task>,
    pub skipped: Vec<Skipped>,
    /// Why the copy can't be made at all.
    pub refusals: Vec<String>,
    /// Triggers and policies that will be made on tables which the target has by itself: needed to
    /// take the copy back.
    pub on_managed: Vec<String>,
}

impl Script {
    pub fn stage(&self, stage: Stage) -> Vec<&Task> {
        self.tasks
            .iter()
            .filter(|task| task.stage == stage)
            .collect()
    }
}
