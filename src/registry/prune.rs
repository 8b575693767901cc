//! Forgetting the details of jobs that ended long ago.

use rusqlite::params;

use crate::domain::job::JobId;
use crate::error::Result;

use super::{Registry, now};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What is kept whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The newest so many jobs, as far as they are not older than `days`.
    pub jobs: u32,
    /// Since a job ended.
    pub days: u32,
}

/// Jobs that may be forgotten. Never one that can be resumed: one that failed can't be any more
/// once a newer job has changed an instance of its own (as `prepare_resume` has it). Never the
/// newest job of an instance.
///
/// Numbers rise by one, so the newest 1,000 are known by theirs; those that are not pruned, which
/// are few, have an index of their own.
const PRUNABLE: &str = "
SELECT id FROM job INDEXED BY job_not_pruned
WHERE pruned = 0 AND ended IS NOT NULL
  AND (ended < ?1 OR id <= (SELECT max(id) FROM job) - ?2)
  AND (state IN ('done', 'cancelled') OR (state = 'failed' AND EXISTS (
      SELECT 1 FROM claim mine
      JOIN claim other ON other.instance = mine.instance AND other.job > mine.job
      JOIN job newer ON newer.id = other.job
      WHERE mine.job = job.id AND newer.started IS NOT NULL)))
  AND NOT EXISTS (
      SELECT 1 FROM claim mine WHERE mine.job = job.id AND NOT EXISTS (
          SELECT 1 FROM claim other WHERE other.instance = mine.instance AND other.job > mine.job))
ORDER BY ended LIMIT ?3";

impl Registry {
    /// At most so many jobs that [`Registry::prune`] may be called with, those that ended first.
    pub fn prunable(&self, keep: Keep, most: u32) -> Result<Vec<JobId>> {
        let before = now().saturating_sub(i64::from(keep.days) * DAY_MS);
        self.read(|c| {
            let mut statement = c.prepare_cached(PRUNABLE)?;
            let ids = statement.query_map(params![before, keep.jobs, most], |row| row.get(0))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Removes the events and the journal of these jobs, and what their steps reported last: of
    /// all of them or of none.
    pub fn prune(&self, jobs: &[JobId]) -> Result<()> {
        self.write(|tx| {
            for id in jobs {
                for sql in [
                    "DELETE FROM event WHERE job = ?1",
                    "DELETE FROM journal WHERE job = ?1",
                    "UPDATE step SET report = NULL, checkpoint = NULL WHERE job = ?1",
                    "UPDATE job SET pruned = 1 WHERE id = ?1",
                ] {
                    tx.prepare_cached(sql)?.execute([id])?;
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::NewEvent;
    use super::super::jobs::{NewJob, StepMeta};
    use super::super::process::Process;
    use super::*;
    use crate::domain::job::{JobKind, JobState};
    use crate::domain::progress::{Report, WorkState};
    use crate::error::Error;

    const ALL: Keep = Keep { jobs: 0, days: 0 };

    /// A job that ended so long ago, with something of everything.
    fn ended(registry: &Registry, instance: &str, state: JobState, days: i64) -> JobId {
        let new = NewJob {
            kind: JobKind::Seed,
            instance: instance.into(),
            source: None,
            also_writes: Vec::new(),
            args: serde_json::Value::Null,
            plan: vec![StepMeta {
                stage: 0,
                name: "a".into(),
                title: "A".into(),
                weight: 1,
            }],
        };
        let id = registry.submit(&new).unwrap();
        let (lease, _) = registry.acquire(id, &Process::current(), false).unwrap();
        registry
            .step_begins(&lease, 0, WorkState::Running, true)
            .unwrap();
        registry.journal_intent(&lease, "p", "k", "s").unwrap();
        registry
            .save_checkpoint(&lease, 0, &serde_json::json!(1))
            .unwrap();
        let report = Report::default();
        registry
            .step_ends(&lease, 0, WorkState::Done, Some(&report), None)
            .unwrap();
        let error = (state == JobState::Failed).then(|| Error::internal("It failed."));
        registry.release(&lease, state, error.as_ref()).unwrap();
        let event = NewEvent {
            kind: "job".into(),
            instance: Some(instance.into()),
            job: Some(id),
            ..NewEvent::default()
        };
        registry.record_event(&event).unwrap();
        age(registry, id, days);
        id
    }

    fn age(registry: &Registry, id: JobId, days: i64) {
        // a second more, so that the clock's own step doesn't matter
        let at = now() - days * DAY_MS - 1000;
        registry
            .write(|tx| Ok(tx.execute("UPDATE job SET ended = ?2 WHERE id = ?1", [id, at])?))
            .unwrap();
    }

    fn rows(registry: &Registry, table: &str, id: JobId) -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE job = ?1");
        let count = |c: &rusqlite::Connection| Ok(c.query_row(&sql, [id], |row| row.get(0))?);
        registry.read(count).unwrap()
    }

    fn registry() -> (tempfile::TempDir, Registry) {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        (dir, registry)
    }

    #[test]
    fn age_and_number_decide_and_the_newest_of_an_instance_stays() {
        let (_dir, registry) = registry();
        let old = ended(&registry, "a", JobState::Done, 91);
        let young = ended(&registry, "a", JobState::Cancelled, 89);
        let alone = ended(&registry, "b", JobState::Done, 400);
        let newest = ended(&registry, "a", JobState::Done, 0);
        let keep = |jobs, days| registry.prunable(Keep { jobs, days }, 10).unwrap();
        assert_eq!(keep(1000, 90), [old]);
        assert_eq!(keep(1000, 1), [old, young]);
        // the newest three are young, alone and newest
        assert_eq!(keep(3, 1000), [old]);
        assert_eq!(keep(2, 1000), [old, young]);
        assert_eq!(keep(0, 0), [old, young]);
        assert_eq!(registry.prunable(ALL, 1).unwrap(), [old]);
        registry.prune(&[old, young]).unwrap();
        assert!(registry.prunable(ALL, 10).unwrap().is_empty());
        for (id, kept) in [(old, 0), (young, 0), (alone, 1), (newest, 1)] {
            assert_eq!(rows(&registry, "event", id), kept);
            assert_eq!(rows(&registry, "journal", id), kept);
            assert_eq!(registry.checkpoint(id, 0).unwrap().is_some(), kept == 1);
            assert_eq!(registry.job(id).unwrap().pruned, kept == 0);
            // that it was there, and how it ended, is still known
            let view = registry.job_view(id).unwrap();
            assert_eq!(
                (view.steps.len(), view.steps[0].state),
                (1, WorkState::Done)
            );
            assert!(view.state.is_final());
        }
        // once another follows it isn't the newest any more
        let last = ended(&registry, "b", JobState::Done, 0);
        assert_eq!(registry.prunable(ALL, 10).unwrap(), [alone]);
        assert!(last > newest);
    }

    #[test]
    fn what_can_be_resumed_or_still_runs_stays_whole() {
        let (_dir, registry) = registry();
        let failed = ended(&registry, "a", JobState::Failed, 400);
        let planned = registry
            .submit(&NewJob {
                kind: JobKind::Seed,
                instance: "a".into(),
                source: None,
                also_writes: vec!["b".into()],
                args: serde_json::Value::Null,
                plan: Vec::new(),
            })
            .unwrap();
        // the newer one has changed nothing yet
        assert!(registry.prunable(ALL, 10).unwrap().is_empty());
        registry.request_cancel(planned).unwrap();
        age(&registry, planned, 400);
        assert!(registry.prunable(ALL, 10).unwrap().is_empty());
        assert!(registry.prepare_resume(failed).is_ok());
        registry.request_cancel(failed).unwrap();
        assert!(registry.prunable(ALL, 10).unwrap().is_empty());

        let (_dir, registry) = super::tests::registry();
        let failed = ended(&registry, "a", JobState::Failed, 400);
        let newer = ended(&registry, "a", JobState::Failed, 400);
        assert_eq!(registry.prunable(ALL, 10).unwrap(), [failed]);
        registry.prune(&[failed]).unwrap();
        assert!(registry.prepare_resume(failed).is_err());
        assert!(registry.prepare_resume(newer).is_ok());
    }

    #[test]
    fn the_audit_stays_and_looking_is_no_scan_of_all_jobs() {
        let (_dir, registry) = registry();
        registry.audit("someone", "seed", "a", "job 1").unwrap();
        let old = ended(&registry, "a", JobState::Done, 400);
        ended(&registry, "a", JobState::Done, 0);
        registry.prune(&[old]).unwrap();
        assert_eq!(registry.audit_entries(10).unwrap().len(), 1);
        assert_eq!(registry.verify_audit().unwrap().broken_at, None);
        let plan: Vec<String> = registry
            .read(|c| {
                let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {PRUNABLE}"))?;
                let lines = statement.query_map(params![0, 0, 1], |row| row.get(3))?;
                Ok(lines.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap();
        let scans = plan.iter().filter(|line| line.starts_with("SCAN"));
        let scans: Vec<&String> = scans
            .filter(|line| !line.contains("job_not_pruned"))
            .collect();
        assert!(scans.is_empty(), "{plan:#?}");
    }
}
