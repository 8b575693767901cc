//! Jobs as the registry keeps them.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::job::{JobId, JobKind, JobState};
use crate::error::{Error, Kind, Result};

use super::process::{Liveness, Process};
use super::{Fault, Registry, now};

/// A planned job that no worker took for this long was given up by whoever planned it.
const FORGOTTEN_MS: i64 = 30_000;

/// A step as it is written down when a job is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepMeta {
    /// Stages run in order, from 0; steps of one stage side by side.
    pub stage: u32,
    /// Stable and unique in the job (`project.create`).
    pub name: String,
    pub title: String,
    /// Its share of the whole's progress.
    pub weight: u32,
}

/// A job to be written down.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: JobKind,
    /// The instance that it writes to.
    pub instance: String,
    /// The instance that it reads from.
    pub source: Option<String>,
    /// Further instances that it writes to (a clone that also sets up its source).
    pub also_writes: Vec<String>,
    /// Whatever `build` needs to make the same steps again. Never a secret.
    pub args: Value,
    pub plan: Vec<StepMeta>,
}

/// Which way a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Run,
    /// A cancel began. There is no way back to `Run`.
    Undo,
}

impl Work {
    pub(super) fn word(self) -> &'static str {
        match self {
            Work::Run => "run",
            Work::Undo => "undo",
        }
    }
}

/// A job's row.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub id: JobId,
    pub kind: JobKind,
    pub instance: String,
    pub source: Option<String>,
    pub args: Value,
    pub plan_hash: String,
    pub work: Work,
    /// As it is now: `Interrupted` where the row says otherwise but its worker is gone.
    pub state: JobState,
    pub cancel_requested: bool,
    /// The worker that holds it, or held it last.
    pub worker: Option<Process>,
    /// Whether the worker listens to signals.
    pub worker_listens: bool,
    pub token: i64,
    pub created: i64,
    pub started: Option<i64>,
    pub ended: Option<i64>,
    pub error: Option<String>,
    pub hint: Option<String>,
    pub summary: Option<String>,
    /// Its log, its journal and its events are not kept any more.
    pub pruned: bool,
}

impl JobRow {
    /// "clone default → clone-1".
    pub fn title(&self) -> String {
        match &self.source {
            Some(source) => format!("{} {} → {}", self.kind.word(), source, self.instance),
            None => format!("{} {}", self.kind.word(), self.instance),
        }
    }
}

const COLUMNS: &str = "id, kind, instance, source, args, plan_hash, work, state, cancel_requested,
    worker_pid, worker_start, worker_scope, worker_listens, token, created, planned, started,
    ended, error, hint, summary, lease_until, pruned";

impl Registry {
    /// Errors: `NotFound`.
    pub fn job(&self, id: JobId) -> Result<JobRow> {
        self.read_settled(|c| find(c, id), |job| job.state == JobState::Interrupted)
    }

    /// Reads jobs, and reads again where a worker seems to be gone: it may have ended its job and
    /// itself between the reading of the row and the look at its process. What it wrote before it
    /// ended is in the second reading.
    pub(super) fn read_settled<T>(
        &self,
        read: impl Fn(&Connection) -> std::result::Result<T, Fault>,
        interrupted: impl Fn(&T) -> bool,
    ) -> Result<T> {
        let first = self.read(&read)?;
        if interrupted(&first) {
            self.read(&read)
        } else {
            Ok(first)
        }
    }
}

pub(super) fn find(c: &Connection, id: JobId) -> std::result::Result<JobRow, Fault> {
    let row = c
        .prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?;
    match row {
        Some(row) => Ok(row?),
        None => Err(Error::not_found(format!("There is no job {id}."))
            .hint("See all jobs with: matriz jobs list")
            .into()),
    }
}

/// Rows that a condition on `job` selects, newest first.
pub(super) fn select(
    c: &Connection,
    condition: &str,
    params: impl rusqlite::Params,
) -> std::result::Result<Vec<JobRow>, Fault> {
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS} FROM job {condition}"))?;
    let rows = statement.query_map(params, from_row)?;
    let mut all = Vec::new();
    for row in rows {
        all.push(row??);
    }
    Ok(all)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Result<JobRow>> {
    let id: JobId = row.get(0)?;
    let kind: String = row.get(1)?;
    let args: String = row.get(4)?;
    let work: String = row.get(6)?;
    let state: String = row.get(7)?;
    let pid: Option<u32> = row.get(9)?;
    let worker = match pid {
        Some(pid) => Some(Process {
            pid,
            start: row.get::<_, Option<String>>(10)?.unwrap_or_default(),
            scope: row.get::<_, Option<String>>(11)?.unwrap_or_default(),
        }),
        None => None,
    };
    let planned: i64 = row.get(15)?;
    let lease_until: Option<i64> = row.get(21)?;
    let (Some(kind), Some(state)) = (JobKind::parse(&kind), JobState::parse(&state)) else {
        return Ok(Err(unreadable(id)));
    };
    let Ok(args) = serde_json::from_str(&args) else {
        return Ok(Err(unreadable(id)));
    };
    Ok(Ok(JobRow {
        id,
        kind,
        instance: row.get(2)?,
        source: row.get(3)?,
        args,
        plan_hash: row.get(5)?,
        work: if work == "undo" {
            Work::Undo
        } else {
            Work::Run
        },
        state: derive(state, worker.as_ref(), lease_until, planned),
        cancel_requested: row.get(8)?,
        worker,
        worker_listens: row.get(12)?,
        token: row.get(13)?,
        created: row.get(14)?,
        started: row.get(16)?,
        ended: row.get(17)?,
        error: row.get(18)?,
        hint: row.get(19)?,
        summary: row.get(20)?,
        pruned: row.get(22)?,
    }))
}

fn unreadable(id: JobId) -> Error {
    Error::new(
        Kind::Parse,
        format!("Job {id} in the registry can't be read."),
    )
    .hint("It may come from another version of Matriz.")
}

/// What a stored state means now.
///
/// A living worker is believed even when its lease ran out: a machine that slept wakes up with
/// every lease run out, and its workers go on. The lease decides only about workers that can't be
/// looked at from here.
fn derive(
    stored: JobState,
    worker: Option<&Process>,
    lease_until: Option<i64>,
    planned: i64,
) -> JobState {
    match (stored, worker) {
        (JobState::Planned, _) if now().saturating_sub(planned) > FORGOTTEN_MS => {
            JobState::Interrupted
        }
        (JobState::Running | JobState::Cancelling, Some(worker)) => match worker.liveness() {
            Liveness::Alive => stored,
            Liveness::Dead => JobState::Interrupted,
            Liveness::Elsewhere if lease_until.unwrap_or(0) < now() => JobState::Interrupted,
            Liveness::Elsewhere => stored,
        },
        (JobState::Running | JobState::Cancelling, None) => JobState::Interrupted,
        _ => stored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_believed_only_while_its_worker_lives() {
        let me = Process::current();
        let dead = Process {
            start: "1".into(),
            ..me.clone()
        };
        let far = Process {
            scope: "far".into(),
            ..me.clone()
        };
        let (past, future) = (now() - 1_000, now() + 60_000);
        let running =
            |worker: &Process, lease| derive(JobState::Running, Some(worker), Some(lease), now());
        assert_eq!(running(&me, past), JobState::Running);
        assert_eq!(running(&dead, future), JobState::Interrupted);
        assert_eq!(running(&far, past), JobState::Interrupted);
        assert_eq!(running(&far, future), JobState::Running);
        assert_eq!(derive(JobState::Done, Some(&dead), None, 0), JobState::Done);
        assert_eq!(
            derive(JobState::Planned, None, None, now()),
            JobState::Planned
        );
        assert_eq!(
            derive(JobState::Planned, None, None, 0),
            JobState::Interrupted
        );
    }

    #[test]
    fn a_job_that_ends_while_it_is_read_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let reads = std::cell::Cell::new(0);
        let read = |_: &Connection| {
            reads.set(reads.get() + 1);
            Ok(match reads.get() {
                1 => JobState::Interrupted,
                _ => JobState::Done,
            })
        };
        let state = registry.read_settled(read, |s| *s == JobState::Interrupted);
        assert_eq!((state.unwrap(), reads.get()), (JobState::Done, 2));
    }
}
