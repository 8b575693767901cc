//! Forgetting the details of jobs that ended long ago: registry and logs would grow for ever.

use crate::error::Result;
use crate::registry::Registry;
use crate::registry::prune::Keep;

use super::log::JobLog;

/// So many at once, so that whoever waits doesn't notice; the others follow at the next time.
const AT_ONCE: u32 = 50;

/// Removes logs, journals and events of jobs that needn't be kept; gives their number.
pub fn prune(registry: &Registry, keep: Keep) -> Result<usize> {
    let jobs = registry.prunable(keep, AT_ONCE)?;
    if jobs.is_empty() {
        return Ok(0);
    }
    // the logs first: if this ends in between, the registry still knows what to remove
    for id in &jobs {
        JobLog::remove(registry.state_dir(), *id)?;
    }
    registry.prune(&jobs)?;
    Ok(jobs.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::{JobId, JobKind};
    use crate::registry::jobs::NewJob;

    const ALL: Keep = Keep { jobs: 0, days: 0 };

    /// Jobs on one instance, cancelled before they began, each with a log.
    fn cancelled(registry: &Registry, count: usize) -> Vec<JobId> {
        let new = NewJob {
            kind: JobKind::Seed,
            instance: "a".into(),
            source: None,
            also_writes: Vec::new(),
            args: serde_json::Value::Null,
            plan: Vec::new(),
        };
        let one = |_| {
            let id = registry.submit(&new).unwrap();
            registry.request_cancel(id).unwrap();
            let log = JobLog::open(registry.state_dir(), id).unwrap();
            log.line("test", "it was here");
            id
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn logs_go_with_their_jobs_a_few_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let jobs = cancelled(&registry, 60);
        let has_log = |id: &JobId| JobLog::path(dir.path(), *id).exists();
        // one is gone already, as after a kill
        std::fs::remove_file(JobLog::path(dir.path(), jobs[0])).unwrap();
        let keep = Keep { jobs: 60, days: 1 };
        assert_eq!(prune(&registry, keep).unwrap(), 0);
        assert_eq!(jobs.iter().filter(|id| has_log(id)).count(), 59);
        assert_eq!(prune(&registry, ALL).unwrap(), 50);
        assert_eq!(prune(&registry, ALL).unwrap(), 9);
        assert_eq!(prune(&registry, ALL).unwrap(), 0);
        let left: Vec<&JobId> = jobs.iter().filter(|id| has_log(id)).collect();
        assert_eq!(left, [jobs.last().unwrap()]);
    }

    #[test]
    fn a_log_that_cannot_be_removed_leaves_the_job_for_another_time() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let jobs = cancelled(&registry, 2);
        let log = JobLog::path(dir.path(), jobs[0]);
        std::fs::remove_file(&log).unwrap();
        std::fs::create_dir(&log).unwrap();
        assert!(prune(&registry, ALL).is_err());
        assert!(!registry.job(jobs[0]).unwrap().pruned);
        std::fs::remove_dir(&log).unwrap();
        assert_eq!(prune(&registry, ALL).unwrap(), 1);
        assert!(registry.job(jobs[0]).unwrap().pruned);
    }
}
