//! What a job is, seen from outside: plain values that the registry stores and the screens draw.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::progress::{Amount, Report, WorkState};

/// A job's number: unique in a workspace, rising, never reused.
pub type JobId = i64;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    Init,
    Clone,
    /// Empties a clone and copies into it again.
    Refresh,
    Seed,
    Delete,
}

impl JobKind {
    pub fn word(self) -> &'static str {
        match self {
            JobKind::Init => "init",
            JobKind::Clone => "clone",
            JobKind::Refresh => "refresh",
            JobKind::Seed => "seed",
            JobKind::Delete => "delete",
        }
    }

    /// The word that stands beside an instance while such a job runs on it.
    pub fn working(self) -> &'static str {
        match self {
            JobKind::Init => "starting",
            JobKind::Clone => "cloning",
            JobKind::Refresh => "refreshing",
            JobKind::Seed => "seeding",
            JobKind::Delete => "deleting",
        }
    }

    /// What is there goes for good, so that the name has to be typed.
    pub fn is_destructive(self) -> bool {
        matches!(self, JobKind::Refresh | JobKind::Delete)
    }

    pub fn parse(word: &str) -> Option<Self> {
        [
            JobKind::Init,
            JobKind::Clone,
            JobKind::Refresh,
            JobKind::Seed,
            JobKind::Delete,
        ]
        .into_iter()
        .find(|k| k.word() == word)
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Written down, no worker has it yet.
    Planned,
    /// A worker holds it and renews its lease.
    Running,
    /// A cancel was asked for; the worker is cleaning up.
    Cancelling,
    /// Its worker is gone and its work isn't finished: it can be resumed or cancelled.
    Interrupted,
    Done,
    /// It stopped with an error: it can be resumed or cancelled.
    Failed,
    Cancelled,
}

impl JobState {
    pub fn word(self) -> &'static str {
        match self {
            JobState::Planned => "planned",
            JobState::Running => "running",
            JobState::Cancelling => "cancelling",
            JobState::Interrupted => "interrupted",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [
            JobState::Planned,
            JobState::Running,
            JobState::Cancelling,
            JobState::Interrupted,
            JobState::Done,
            JobState::Failed,
            JobState::Cancelled,
        ]
        .into_iter()
        .find(|s| s.word() == word)
    }

    /// Nothing more will happen to it by itself or by resume.
    pub fn is_final(self) -> bool {
        matches!(self, JobState::Done | JobState::Cancelled)
    }

    /// A worker is on it, or should be any moment.
    pub fn is_active(self) -> bool {
        matches!(
            self,
            JobState::Planned | JobState::Running | JobState::Cancelling
        )
    }

    pub fn can_resume(self) -> bool {
        matches!(self, JobState::Interrupted | JobState::Failed)
    }

    pub fn can_cancel(self) -> bool {
        matches!(
            self,
            JobState::Planned | JobState::Running | JobState::Interrupted | JobState::Failed
        )
    }
}

/// One step of a job, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepView {
    /// Position in the plan, from 0.
    pub n: u32,
    /// Steps of one stage run side by side; stages run in order, from 0.
    pub stage: u32,
    /// The step's stable name (`project.create`).
    pub name: String,
    /// What a person reads ("Create the project").
    pub title: String,
    pub state: WorkState,
    pub report: Report,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub error: Option<String>,
}

/// A job, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobView {
    pub id: JobId,
    pub kind: JobKind,
    /// The instance that it writes to.
    pub instance: String,
    /// The instance that it reads from, for a clone and a refresh.
    pub source: Option<String>,
    pub state: JobState,
    pub created: Timestamp,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// What stopped it, in one sentence, and what to do next.
    pub error: Option<String>,
    pub hint: Option<String>,
    pub steps: Vec<StepView>,
    /// How far the whole is, weighted by measured work: per mille, 990 at the most until verified.
    pub per_mille: u16,
    /// Figures for the line that stays when it's over ("3 tables, 164 rows, equal").
    pub summary: Option<String>,
}

impl JobView {
    /// "clone default → clone-1", "seed default".
    pub fn title(&self) -> String {
        match &self.source {
            Some(source) => format!("{} {} → {}", self.kind.word(), source, self.instance),
            None => format!("{} {}", self.kind.word(), self.instance),
        }
    }

    /// The step that runs, or the one that failed, or the next.
    pub fn current_step(&self) -> Option<&StepView> {
        let by = |state| self.steps.iter().find(|s| s.state == state);
        by(WorkState::Undoing)
            .or_else(|| by(WorkState::Running))
            .or_else(|| by(WorkState::Failed))
            .or_else(|| by(WorkState::Pending))
    }

    /// What the running step counts, for throughput.
    pub fn amount(&self) -> Option<Amount> {
        self.current_step().map(|s| s.report.amount)
    }
}
