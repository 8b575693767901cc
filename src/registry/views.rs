//! Jobs as the screens draw them.

use rusqlite::Connection;

use crate::domain::job::{JobId, JobState, JobView};
use crate::domain::progress::{Report, WorkState};
use crate::error::Result;

use super::jobs::{self, JobRow};
use super::steps::{self, StepRow};
use super::{Fault, Registry, time};

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only those that write to this instance.
    pub instance: Option<String>,
    /// Only those that are planned, running, cancelling, interrupted or failed.
    pub unfinished: bool,
    /// At most so many; 0 is no limit.
    pub limit: u32,
}

impl Registry {
    /// Newest first.
    pub fn job_views(&self, filter: &JobFilter) -> Result<Vec<JobView>> {
        let limit = if filter.limit == 0 {
            -1
        } else {
            i64::from(filter.limit)
        };
        let read = |c: &Connection| {
            let rows = jobs::select(
                c,
                "WHERE (?1 IS NULL OR id IN (SELECT job FROM claim WHERE instance = ?1))
                 AND (?2 = 0 OR state NOT IN ('done', 'cancelled'))
                 ORDER BY id DESC LIMIT ?3",
                rusqlite::params![filter.instance, filter.unfinished, limit],
            )?;
            rows.into_iter().map(|row| view(c, row)).collect()
        };
        let interrupted = |job: &JobView| job.state == JobState::Interrupted;
        self.read_settled(read, |all: &Vec<JobView>| all.iter().any(interrupted))
    }

    /// Errors: `NotFound`.
    pub fn job_view(&self, id: JobId) -> Result<JobView> {
        self.read_settled(
            |c| view(c, jobs::find(c, id)?),
            |job| job.state == JobState::Interrupted,
        )
    }

    /// The job that writes to an instance now (planned, running or cancelling).
    pub fn active_job(&self, instance: &str) -> Result<Option<JobRow>> {
        Ok(self
            .active_jobs()?
            .into_iter()
            .find(|(_, claims)| claims.iter().any(|name| name == instance))
            .map(|(row, _)| row))
    }

    /// Jobs that a worker is on, or should be any moment, with the instances that they write to.
    pub fn active_jobs(&self) -> Result<Vec<(JobRow, Vec<String>)>> {
        self.read(|c| {
            let open = "WHERE state IN ('planned', 'running', 'cancelling') ORDER BY id";
            let mut active = Vec::new();
            for row in jobs::select(c, open, [])? {
                if row.state.is_active() {
                    let claims = super::submit::claims(c, row.id)?;
                    active.push((row, claims));
                }
            }
            Ok(active)
        })
    }
}

fn view(c: &Connection, row: JobRow) -> std::result::Result<JobView, Fault> {
    let steps = steps::of_job(c, row.id)?;
    Ok(JobView {
        id: row.id,
        kind: row.kind,
        instance: row.instance,
        source: row.source,
        state: row.state,
        created: time(row.created),
        started: row.started.map(time),
        ended: row.ended.map(time),
        error: row.error,
        hint: row.hint,
        per_mille: per_mille(row.state, &steps),
        steps: steps.into_iter().map(|s| s.view).collect(),
        summary: row.summary,
    })
}

/// The steps' ratios by their weights; 990 at the most until all is done.
fn per_mille(state: JobState, steps: &[StepRow]) -> u16 {
    if state == JobState::Done {
        return 1000;
    }
    let total: u64 = steps.iter().map(|s| u64::from(s.weight)).sum();
    if total == 0 {
        return 0;
    }
    let done: f64 = steps
        .iter()
        .map(|s| f64::from(s.weight) * ratio(s.view.state, &s.view.report))
        .sum();
    ((done / total as f64 * 1000.0) as u16).min(990)
}

fn ratio(state: WorkState, report: &Report) -> f64 {
    match state {
        WorkState::Done | WorkState::Skipped => 1.0,
        WorkState::Undone => 0.0,
        WorkState::Pending | WorkState::Running | WorkState::Failed | WorkState::Undoing => {
            report.amount.ratio().unwrap_or(0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::StepView;
    use crate::domain::progress::{Amount, Unit};

    fn step(weight: u32, state: WorkState, done: u64, total: u64) -> StepRow {
        StepRow {
            view: StepView {
                n: 0,
                stage: 0,
                name: "a".into(),
                title: "A".into(),
                state,
                report: Report {
                    amount: Amount::new(done, total, Unit::Rows),
                    ..Report::default()
                },
                started: None,
                ended: None,
                error: None,
            },
            weight,
            touched: true,
        }
    }

    #[test]
    fn progress_is_weighted_and_never_full_before_the_end() {
        let half = [
            step(1, WorkState::Done, 0, 0),
            step(3, WorkState::Running, 1, 3),
        ];
        assert_eq!(per_mille(JobState::Running, &half), 500);
        let all = [
            step(1, WorkState::Done, 0, 0),
            step(3, WorkState::Running, 3, 3),
        ];
        assert_eq!(per_mille(JobState::Running, &all), 990);
        assert_eq!(per_mille(JobState::Done, &all), 1000);
        assert_eq!(per_mille(JobState::Running, &[]), 0);
        assert_eq!(
            per_mille(JobState::Running, &[step(0, WorkState::Done, 0, 0)]),
            0
        );
    }
}
