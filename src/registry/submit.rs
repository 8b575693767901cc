//! Writing a job down, and the rule that keeps two jobs off one instance.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::domain::job::{JobId, JobKind, JobState};
use crate::error::{Error, Kind, Result};

use super::jobs::{JobRow, NewJob, StepMeta, Work, find, select};
use super::process::Process;
use super::{Fault, Registry, now};

/// What a request to cancel came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelRequest {
    /// Written down: its worker cleans up and ends the job. With the process to wake up, where it
    /// listens to signals.
    Asked(Option<Process>),
    /// No worker has it: it is planned again, as a clean-up, and needs a worker.
    NeedsWorker,
    /// It had not begun: it is cancelled already.
    Cancelled,
}

/// The same for the same steps in the same order.
pub fn plan_hash(plan: &[StepMeta]) -> String {
    let mut hash = Sha256::new();
    for step in plan {
        hash.update(format!("{}\t{}\n", step.stage, step.name));
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

impl Registry {
    /// Writes a job and its steps down, all or nothing.
    ///
    /// Errors: `Conflict`, naming the job that is in the way.
    pub fn submit(&self, new: &NewJob) -> Result<JobId> {
        check_plan(&new.plan)?;
        self.write(|tx| {
            let mut writes = vec![new.instance.as_str()];
            writes.extend(new.also_writes.iter().map(String::as_str));
            refuse_conflicts(tx, None, new.kind, &writes, new.source.as_deref())?;
            let at = now();
            tx.execute(
                "INSERT INTO job(kind, instance, source, args, plan_hash, state, created, planned)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'planned', ?6, ?6)",
                params![
                    new.kind.word(),
                    new.instance,
                    new.source,
                    new.args.to_string(),
                    plan_hash(&new.plan),
                    at
                ],
            )?;
            let id = tx.last_insert_rowid();
            for instance in writes {
                tx.prepare_cached("INSERT OR IGNORE INTO claim(job, instance) VALUES (?1, ?2)")?
                    .execute(params![id, instance])?;
            }
            for (n, step) in (0_i64..).zip(&new.plan) {
                tx.prepare_cached(
                    "INSERT INTO step(job, n, stage, name, title, weight) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![id, n, step.stage, step.name, step.title, step.weight])?;
            }
            Ok(id)
        })
    }

    /// Makes a failed or interrupted job ready for another worker. A job whose cancel had begun
    /// goes on with cleaning up.
    ///
    /// Errors: `Refused` where it can't be resumed, `Conflict` where another job is in the way.
    pub fn prepare_resume(&self, id: JobId) -> Result<Work> {
        self.write(|tx| {
            let job = find(tx, id)?;
            if !job.state.can_resume() {
                return Err(Error::refused(format!(
                    "Job {id} ({}) is {}: there is nothing to resume.",
                    job.title(),
                    job.state.word()
                ))
                .into());
            }
            plan_again(tx, &job, job.work)?;
            Ok(job.work)
        })
    }

    /// Asks for a job to be cancelled.
    ///
    /// Errors: `Refused` where it is over already.
    pub fn request_cancel(&self, id: JobId) -> Result<CancelRequest> {
        self.write(|tx| {
            let job = find(tx, id)?;
            match job.state {
                JobState::Done | JobState::Cancelled => Err(Error::refused(format!(
                    "Job {id} ({}) is {} already.",
                    job.title(),
                    job.state.word()
                ))
                .into()),
                JobState::Running | JobState::Cancelling => {
                    tx.execute("UPDATE job SET cancel_requested = 1 WHERE id = ?1", [id])?;
                    let worker = job.worker.filter(|_| job.worker_listens);
                    Ok(CancelRequest::Asked(worker))
                }
                JobState::Planned | JobState::Interrupted | JobState::Failed
                    if !was_begun(tx, id)? =>
                {
                    tx.execute(
                        "UPDATE job SET state = 'cancelled', work = 'undo', token = token + 1,
                         cancel_requested = 1, ended = ?2, error = NULL, hint = NULL WHERE id = ?1",
                        params![id, now()],
                    )?;
                    Ok(CancelRequest::Cancelled)
                }
                JobState::Planned => {
                    // its worker is about to start, and will see this at once
                    tx.execute(
                        "UPDATE job SET work = 'undo', cancel_requested = 1 WHERE id = ?1",
                        [id],
                    )?;
                    Ok(CancelRequest::Asked(None))
                }
                JobState::Interrupted | JobState::Failed => {
                    plan_again(tx, &job, Work::Undo)?;
                    Ok(CancelRequest::NeedsWorker)
                }
            }
        })
    }
}

fn was_begun(c: &Connection, id: JobId) -> rusqlite::Result<bool> {
    c.query_row(
        "SELECT EXISTS(SELECT 1 FROM step WHERE job = ?1 AND touched = 1)",
        [id],
        |row| row.get(0),
    )
}

/// Back to `planned`, with a new token so that whatever is left of the last worker writes nothing.
fn plan_again(c: &Connection, job: &JobRow, work: Work) -> std::result::Result<(), Fault> {
    let claims = claims(c, job.id)?;
    let writes: Vec<&str> = claims.iter().map(String::as_str).collect();
    refuse_conflicts(c, Some(job.id), job.kind, &writes, job.source.as_deref())?;
    let newer: Option<JobId> = c.query_row(
        "SELECT max(other.job) FROM claim other
         JOIN claim mine ON mine.instance = other.instance AND mine.job = ?1
         JOIN job ON job.id = other.job
         WHERE other.job > ?1 AND job.started IS NOT NULL",
        [job.id],
        |row| row.get(0),
    )?;
    if let Some(newer) = newer {
        return Err(Error::refused(format!(
            "Job {newer} has changed {} since job {} stopped.",
            job.instance, job.id
        ))
        .hint("Start a new job instead.")
        .into());
    }
    c.execute(
        "UPDATE job SET state = 'planned', work = ?2, planned = ?3, token = token + 1,
         cancel_requested = 0, ended = NULL, error = NULL, hint = NULL, summary = NULL,
         worker_pid = NULL, worker_start = NULL, worker_scope = NULL, lease_until = NULL
         WHERE id = ?1",
        params![job.id, work.word(), now()],
    )?;
    c.execute(
        "UPDATE step SET state = 'pending', ended = NULL, error = NULL
         WHERE job = ?1 AND state IN ('running', 'failed', 'undoing')",
        [job.id],
    )?;
    Ok(())
}

pub(super) fn claims(c: &Connection, id: JobId) -> rusqlite::Result<Vec<String>> {
    c.prepare_cached("SELECT instance FROM claim WHERE job = ?1")?
        .query_map([id], |row| row.get(0))?
        .collect()
}

/// One writing job an instance, no copying from one that is being changed, no deleting of one that
/// is being copied.
fn refuse_conflicts(
    c: &Connection,
    own: Option<JobId>,
    kind: JobKind,
    writes: &[&str],
    source: Option<&str>,
) -> std::result::Result<(), Fault> {
    let open = "WHERE state IN ('planned', 'running', 'cancelling', 'interrupted') ORDER BY id";
    for other in select(c, open, [])? {
        if Some(other.id) == own {
            continue;
        }
        let (id, title, state) = (other.id, other.title(), other.state.word());
        let theirs = claims(c, id)?;
        let conflict = |message: String| Error::new(Kind::Conflict, message);
        if let Some(name) = writes.iter().find(|name| theirs.iter().any(|t| t == *name)) {
            return Err(if other.state.is_active() {
                conflict(format!("Job {id} ({title}) is {state}: {name} is in use."))
                    .hint(format!("Wait for it, or cancel it: matriz jobs cancel {id}"))
            } else {
                conflict(format!("Job {id} ({title}) was interrupted, and {name} is unfinished."))
                    .hint(format!(
                        "Finish it first (matriz jobs resume {id}), or undo it (matriz jobs cancel {id})."
                    ))
            }
            .into());
        }
        if !other.state.is_active() {
            continue;
        }
        if let Some(source) = source.filter(|source| theirs.iter().any(|t| t == source)) {
            return Err(conflict(format!(
                "Job {id} ({title}) is {state}: {source} can't be copied meanwhile."
            ))
            .hint("Wait for it, then try again.")
            .into());
        }
        let read = other.source.as_deref();
        if kind.is_destructive() && read.is_some_and(|read| writes.contains(&read)) {
            return Err(conflict(format!(
                "Job {id} ({title}) is {state}: it still reads {}.",
                read.unwrap_or_default()
            ))
            .hint(format!(
                "Wait for it, or cancel it: matriz jobs cancel {id}"
            ))
            .into());
        }
    }
    Ok(())
}

fn check_plan(plan: &[StepMeta]) -> Result<()> {
    let mut last = 0;
    for (n, step) in plan.iter().enumerate() {
        if step.stage < last || plan.iter().take(n).any(|other| other.name == step.name) {
            return Err(Error::internal(format!(
                "The plan's step {} stands twice, or out of order.",
                step.name
            )));
        }
        last = step.stage;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::process::Process;
    use super::*;

    fn registry() -> (tempfile::TempDir, Registry) {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        (dir, registry)
    }

    fn job(kind: JobKind, source: Option<&str>, instance: &str) -> NewJob {
        let step = |stage, name: &str| StepMeta {
            stage,
            name: name.into(),
            title: name.into(),
            weight: 1,
        };
        NewJob {
            kind,
            instance: instance.into(),
            source: source.map(str::to_owned),
            also_writes: Vec::new(),
            args: serde_json::json!({}),
            plan: vec![step(0, "a"), step(1, "b")],
        }
    }

    fn refused(registry: &Registry, new: &NewJob, by: JobId) {
        let error = registry.submit(new).unwrap_err();
        assert_eq!(error.kind, Kind::Conflict, "{error}");
        assert!(error.message.contains(&format!("Job {by} ")), "{error}");
        assert!(error.hint.is_some());
    }

    /// A job that began its first step and failed.
    fn failed(registry: &Registry, new: &NewJob) -> JobId {
        let id = registry.submit(new).unwrap();
        let (lease, _) = registry.acquire(id, &Process::current(), false).unwrap();
        registry
            .step_begins(&lease, 0, crate::domain::progress::WorkState::Running, true)
            .unwrap();
        let error = Error::internal("no");
        assert!(
            registry
                .release(&lease, JobState::Failed, Some(&error))
                .unwrap()
        );
        id
    }

    #[test]
    fn one_writing_job_an_instance() {
        let (_dir, registry) = registry();
        let clone = registry
            .submit(&job(JobKind::Clone, Some("default"), "c1"))
            .unwrap();
        refused(&registry, &job(JobKind::Seed, None, "c1"), clone);
        refused(&registry, &job(JobKind::Clone, Some("c1"), "c2"), clone);
        refused(&registry, &job(JobKind::Delete, None, "default"), clone);
        // reading what another one reads, and seeding what is copied under a snapshot, is fine
        registry
            .submit(&job(JobKind::Clone, Some("default"), "c2"))
            .unwrap();
        registry
            .submit(&job(JobKind::Seed, None, "default"))
            .unwrap();
    }

    #[test]
    fn a_job_may_write_to_more_than_its_own_instance() {
        let (_dir, registry) = registry();
        let mut new = job(JobKind::Clone, Some("default"), "c1");
        new.also_writes = vec!["default".into()];
        let id = registry.submit(&new).unwrap();
        refused(&registry, &job(JobKind::Seed, None, "default"), id);
        assert_eq!(registry.active_job("default").unwrap().unwrap().id, id);
        assert_eq!(registry.active_job("c1").unwrap().unwrap().id, id);
        assert!(registry.active_job("c2").unwrap().is_none());
    }

    #[test]
    fn a_failed_job_is_history_once_another_one_began() {
        let (_dir, registry) = registry();
        let new = job(JobKind::Init, None, "a");
        let old = failed(&registry, &new);
        let newer = failed(&registry, &new);
        for error in [
            registry.prepare_resume(old).unwrap_err(),
            registry.request_cancel(old).unwrap_err(),
        ] {
            assert_eq!(error.kind, Kind::Refused);
            assert!(error.message.contains(&format!("Job {newer} ")), "{error}");
        }
        assert_eq!(registry.prepare_resume(newer).unwrap(), Work::Run);
        assert!(
            registry.prepare_resume(newer).is_err(),
            "it is planned already"
        );
    }

    #[test]
    fn what_had_not_begun_is_cancelled_at_once() {
        let (_dir, registry) = registry();
        let id = registry.submit(&job(JobKind::Init, None, "a")).unwrap();
        assert_eq!(
            registry.request_cancel(id).unwrap(),
            CancelRequest::Cancelled
        );
        assert_eq!(registry.job(id).unwrap().state, JobState::Cancelled);
        assert!(registry.acquire(id, &Process::current(), false).is_err());
        assert_eq!(registry.request_cancel(id).unwrap_err().kind, Kind::Refused);
    }

    #[test]
    fn a_cancel_of_a_failed_job_is_a_clean_up_for_good() {
        let (_dir, registry) = registry();
        let id = failed(&registry, &job(JobKind::Init, None, "a"));
        assert_eq!(
            registry.request_cancel(id).unwrap(),
            CancelRequest::NeedsWorker
        );
        let dead = Process {
            start: "never".into(),
            ..Process::current()
        };
        let (_, row) = registry.acquire(id, &dead, false).unwrap();
        assert_eq!((row.work, row.state), (Work::Undo, JobState::Interrupted));
        assert_eq!(registry.prepare_resume(id).unwrap(), Work::Undo);
    }

    #[test]
    fn a_plan_names_its_steps_once() {
        let (_dir, registry) = registry();
        let mut new = job(JobKind::Init, None, "a");
        new.plan[1].name = "a".into();
        assert_eq!(registry.submit(&new).unwrap_err().kind, Kind::Internal);
        assert!(registry.job_views(&Default::default()).unwrap().is_empty());
    }
}
