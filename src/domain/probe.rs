//! What one read-only call to a real service showed: what was expected, what came, what differs.

use serde::{Deserialize, Serialize};

/// How a call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As the program expects it.
    Ok,
    /// It came, and is otherwise.
    Differs,
    /// The service said no, or nothing.
    Refused,
    /// Nothing was asked: there is nothing to ask about.
    Skipped,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Differs => "differs",
            Outcome::Refused => "refused",
            Outcome::Skipped => "skipped",
        }
    }

    /// Whether the program may meet a surprise there.
    pub fn is_bad(self) -> bool {
        matches!(self, Outcome::Differs | Outcome::Refused)
    }
}

/// What a call showed. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeFinding {
    /// Supabase, Auth, Postgres, Jira or Confluence.
    pub service: String,
    /// `project`, `issues.fetch`: unique within its service.
    pub name: String,
    /// Method and path, or the question in words.
    pub asked: String,
    /// What of the program's work rests on it.
    pub why: String,
    /// Status, fields with their types, headers: one a line.
    pub expected: Vec<String>,
    /// In short: the status, how many, a version.
    pub came: String,
    pub outcome: Outcome,
    /// A sentence each.
    pub differences: Vec<String>,
    /// What could not be seen, and what is only good to know.
    pub notes: Vec<String>,
}
