//! A worker's hold on a job, and the fence that keeps a worker that lost it from writing.

use rusqlite::{Connection, Transaction, params};

use crate::domain::job::{JobId, JobState};
use crate::error::{Error, Kind, Result};

use super::jobs::{JobRow, Work, find};
use super::process::Process;
use super::{Fault, Registry, now};

/// How long a lease lasts when it isn't renewed, in milliseconds.
pub const LEASE_MS: i64 = 10_000;

/// Proof of being a job's worker. Every write of the worker carries it, and is refused as soon as
/// another one took over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub job: JobId,
    pub token: i64,
}

impl Registry {
    /// Takes a planned job. Of many workers that try, one gets it.
    ///
    /// Errors: `Conflict` where another worker has it, `Refused` where it isn't planned.
    pub fn acquire(&self, id: JobId, worker: &Process, listens: bool) -> Result<(Lease, JobRow)> {
        self.write(|tx| {
            let job = find(tx, id)?;
            let stored: String =
                tx.query_row("SELECT state FROM job WHERE id = ?1", [id], |row| {
                    row.get(0)
                })?;
            if stored != JobState::Planned.word() {
                return Err(not_planned(&job).into());
            }
            let state = match job.work {
                Work::Run => JobState::Running,
                Work::Undo => JobState::Cancelling,
            };
            let at = now();
            tx.execute(
                "UPDATE job SET state = ?2, token = token + 1, lease_until = ?3, worker_pid = ?4,
                 worker_start = ?5, worker_scope = ?6, worker_listens = ?7,
                 started = coalesce(started, ?8) WHERE id = ?1",
                params![
                    id,
                    state.word(),
                    at + LEASE_MS,
                    worker.pid,
                    worker.start,
                    worker.scope,
                    listens,
                    at
                ],
            )?;
            let lease = Lease {
                job: id,
                token: job.token + 1,
            };
            Ok((lease, find(tx, id)?))
        })
    }

    /// Makes the lease last for another [`LEASE_MS`].
    ///
    /// Errors: `Conflict` where another worker took over.
    pub fn renew(&self, lease: &Lease) -> Result<()> {
        self.write_sampled(|tx| {
            check(tx, lease)?;
            tx.prepare_cached("UPDATE job SET lease_until = ?2 WHERE id = ?1")?
                .execute(params![lease.job, now() + LEASE_MS])?;
            Ok(())
        })
    }

    /// Whether a cancel was asked for.
    ///
    /// Errors: `Conflict` where another worker took over.
    pub fn cancel_requested(&self, lease: &Lease) -> Result<bool> {
        self.read(|c| {
            check(c, lease)?;
            Ok(
                c.prepare_cached("SELECT cancel_requested FROM job WHERE id = ?1")?
                    .query_row([lease.job], |row| row.get(0))?,
            )
        })
    }

    /// Whether the lease is still the job's.
    pub fn holds(&self, lease: &Lease) -> Result<bool> {
        self.read(|c| Ok(token(c, lease.job)? == lease.token))
    }

    /// From here on the job only goes back.
    pub fn begin_undo(&self, lease: &Lease) -> Result<()> {
        self.fenced(lease, |tx| {
            tx.execute(
                "UPDATE job SET state = 'cancelling', work = 'undo' WHERE id = ?1",
                [lease.job],
            )?;
            Ok(())
        })
    }

    /// Ends the worker's hold: the job is over, failed, or left to be resumed.
    ///
    /// Gives `false`, and changes nothing, where a cancel was asked for that this worker has not
    /// begun: it still has the job, and has to undo it.
    pub fn release(&self, lease: &Lease, state: JobState, error: Option<&Error>) -> Result<bool> {
        self.fenced(lease, |tx| {
            let ended = (state != JobState::Interrupted).then(now);
            let changed = tx.execute(
                "UPDATE job SET state = ?2, ended = ?3, error = ?4, hint = ?5, lease_until = NULL
                 WHERE id = ?1 AND (cancel_requested = 0 OR work = 'undo')",
                params![
                    lease.job,
                    state.word(),
                    ended,
                    error.map(Error::chain),
                    error.and_then(|e| e.hint.clone())
                ],
            )?;
            Ok(changed == 1)
        })
    }

    pub fn set_summary(&self, lease: &Lease, summary: &str) -> Result<()> {
        self.fenced(lease, |tx| {
            tx.execute(
                "UPDATE job SET summary = ?2 WHERE id = ?1",
                params![lease.job, summary],
            )?;
            Ok(())
        })
    }

    /// A durable write that only the lease's holder can make.
    pub(super) fn fenced<T>(
        &self,
        lease: &Lease,
        f: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        self.write(|tx| {
            check(tx, lease)?;
            f(tx)
        })
    }
}

pub(super) fn check(c: &Connection, lease: &Lease) -> std::result::Result<(), Fault> {
    if token(c, lease.job)? == lease.token {
        return Ok(());
    }
    Err(Error::new(
        Kind::Conflict,
        format!("Job {} was taken over; this worker stops.", lease.job),
    )
    .into())
}

fn token(c: &Connection, job: JobId) -> rusqlite::Result<i64> {
    c.prepare_cached("SELECT coalesce(max(token), -1) FROM job WHERE id = ?1")?
        .query_row([job], |row| row.get(0))
}

fn not_planned(job: &JobRow) -> Error {
    let (id, title) = (job.id, job.title());
    match job.state {
        JobState::Running | JobState::Cancelling => Error::new(
            Kind::Conflict,
            format!("Job {id} ({title}) has a worker already."),
        ),
        JobState::Interrupted | JobState::Failed => Error::refused(format!(
            "Job {id} ({title}) is {}: it has to be resumed.",
            job.state.word()
        ))
        .hint(format!("matriz jobs resume {id}")),
        _ => Error::refused(format!(
            "Job {id} ({title}) is {} already.",
            job.state.word()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::jobs::NewJob;
    use super::*;
    use crate::domain::job::JobKind;

    fn job(instance: &str) -> NewJob {
        NewJob {
            kind: JobKind::Seed,
            instance: instance.into(),
            source: None,
            also_writes: Vec::new(),
            args: serde_json::json!({}),
            plan: Vec::new(),
        }
    }

    #[test]
    fn of_many_workers_one_gets_the_job() {
        let dir = tempfile::tempdir().unwrap();
        let id = Registry::open(dir.path())
            .unwrap()
            .submit(&job("a"))
            .unwrap();
        let threads: Vec<_> = (0..8)
            .map(|_| {
                // a connection each, as processes would have
                let registry = Registry::open(dir.path()).unwrap();
                std::thread::spawn(move || registry.acquire(id, &Process::current(), false))
            })
            .collect();
        let results: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
        for error in results.into_iter().filter_map(Result::err) {
            assert_eq!(error.kind, Kind::Conflict, "{error}");
        }
    }

    #[test]
    fn a_worker_that_was_replaced_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let id = registry.submit(&job("a")).unwrap();
        let dead = Process {
            start: "1".into(),
            ..Process::current()
        };
        let (old, _) = registry.acquire(id, &dead, false).unwrap();
        registry.renew(&old).unwrap();
        registry.prepare_resume(id).unwrap();
        assert!(!registry.holds(&old).unwrap());
        let (new, _) = registry.acquire(id, &Process::current(), false).unwrap();
        for result in [
            registry.renew(&old),
            registry.release(&old, JobState::Done, None).map(|_| ()),
            registry.set_summary(&old, "x"),
            registry.begin_undo(&old),
            registry.cancel_requested(&old).map(|_| ()),
        ] {
            assert_eq!(result.unwrap_err().kind, Kind::Conflict);
        }
        assert_eq!(registry.job(id).unwrap().state, JobState::Running);
        assert!(registry.release(&new, JobState::Done, None).unwrap());
        assert_eq!(registry.job(id).unwrap().state, JobState::Done);
    }

    #[test]
    fn a_cancel_that_comes_at_the_last_moment_is_not_overlooked() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let id = registry.submit(&job("a")).unwrap();
        let (lease, _) = registry.acquire(id, &Process::current(), false).unwrap();
        registry.request_cancel(id).unwrap();
        assert!(!registry.release(&lease, JobState::Done, None).unwrap());
        assert_eq!(registry.job(id).unwrap().state, JobState::Running);
        registry.begin_undo(&lease).unwrap();
        assert!(registry.release(&lease, JobState::Cancelled, None).unwrap());
    }
}
