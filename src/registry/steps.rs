//! A job's steps: where each stands, its last report, its checkpoint.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::domain::job::{JobId, StepView};
use crate::domain::progress::{Report, WorkState};
use crate::error::{Error, Kind, Result};

use super::lease::{self, Lease};
use super::{Fault, Registry, now, time};

/// A step's row.
#[derive(Debug, Clone)]
pub struct StepRow {
    pub view: StepView,
    pub weight: u32,
    /// Its run was begun at least once, so there may be something to undo.
    pub touched: bool,
}

impl Registry {
    pub fn steps(&self, id: JobId) -> Result<Vec<StepRow>> {
        self.read(|c| of_job(c, id))
    }

    /// Written before a step does anything; `touched` once it may have changed something.
    pub fn step_begins(
        &self,
        lease: &Lease,
        n: u32,
        state: WorkState,
        touched: bool,
    ) -> Result<()> {
        self.fenced(lease, |tx| {
            tx.prepare_cached(
                "UPDATE step SET state = ?3, touched = max(touched, ?5), started = coalesce(started, ?4),
                 ended = NULL, error = NULL WHERE job = ?1 AND n = ?2",
            )?
            .execute(params![lease.job, n, word(state), now(), touched])?;
            Ok(())
        })
    }

    /// Written when a step is over, or goes back to wait; with its last report in the same breath.
    pub fn step_ends(
        &self,
        lease: &Lease,
        n: u32,
        state: WorkState,
        report: Option<&Report>,
        error: Option<&Error>,
    ) -> Result<()> {
        self.fenced(lease, |tx| {
            if let Some(report) = report {
                put_report(tx, lease.job, n, report)?;
            }
            tx.prepare_cached(
                "UPDATE step SET state = ?3, ended = ?4, error = ?5 WHERE job = ?1 AND n = ?2",
            )?
            .execute(params![
                lease.job,
                n,
                word(state),
                state.is_over().then(now),
                error.map(Error::chain)
            ])?;
            Ok(())
        })
    }

    /// The last reports of some steps, in one write.
    pub fn save_reports(&self, lease: &Lease, reports: &[(u32, Report)]) -> Result<()> {
        self.write_sampled(|tx| {
            lease::check(tx, lease)?;
            for (n, report) in reports {
                put_report(tx, lease.job, *n, report)?;
            }
            Ok(())
        })
    }

    pub fn checkpoint(&self, id: JobId, n: u32) -> Result<Option<Value>> {
        self.read(|c| {
            let text: Option<Option<String>> = c
                .prepare_cached("SELECT checkpoint FROM step WHERE job = ?1 AND n = ?2")?
                .query_row(params![id, n], |row| row.get(0))
                .optional()?;
            match text.flatten() {
                None => Ok(None),
                Some(text) => Ok(Some(parse(id, &text)?)),
            }
        })
    }

    /// Durable when this returns.
    pub fn save_checkpoint(&self, lease: &Lease, n: u32, value: &Value) -> Result<()> {
        self.fenced(lease, |tx| {
            tx.prepare_cached("UPDATE step SET checkpoint = ?3 WHERE job = ?1 AND n = ?2")?
                .execute(params![lease.job, n, value.to_string()])?;
            Ok(())
        })
    }
}

fn put_report(
    c: &Connection,
    id: JobId,
    n: u32,
    report: &Report,
) -> std::result::Result<(), Fault> {
    let text = serde_json::to_string(report)
        .map_err(|e| Error::internal("A report can't be written as JSON.").source(e))?;
    c.prepare_cached("UPDATE step SET report = ?3 WHERE job = ?1 AND n = ?2")?
        .execute(params![id, n, text])?;
    Ok(())
}

pub(super) fn of_job(c: &Connection, id: JobId) -> std::result::Result<Vec<StepRow>, Fault> {
    let mut statement = c.prepare_cached(
        "SELECT n, stage, name, title, state, report, started, ended, error, weight, touched
         FROM step WHERE job = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query([id])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let state: String = row.get(4)?;
        let report: Option<String> = row.get(5)?;
        steps.push(StepRow {
            view: StepView {
                n: row.get(0)?,
                stage: row.get(1)?,
                name: row.get(2)?,
                title: row.get(3)?,
                state: parse(id, &format!("\"{state}\""))?,
                report: match report {
                    Some(text) => parse(id, &text)?,
                    None => Report::default(),
                },
                started: row.get::<_, Option<i64>>(6)?.map(time),
                ended: row.get::<_, Option<i64>>(7)?.map(time),
                error: row.get(8)?,
            },
            weight: row.get(9)?,
            touched: row.get(10)?,
        });
    }
    Ok(steps)
}

fn parse<T: serde::de::DeserializeOwned>(id: JobId, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        Error::new(
            Kind::Parse,
            format!("A step of job {id} in the registry can't be read."),
        )
        .hint("It may come from another version of Matriz.")
        .source(error)
    })
}

/// The word that serde gives a state, which [`of_job`] reads back.
fn word(state: WorkState) -> &'static str {
    match state {
        WorkState::Pending => "pending",
        WorkState::Running => "running",
        WorkState::Done => "done",
        WorkState::Skipped => "skipped",
        WorkState::Failed => "failed",
        WorkState::Undoing => "undoing",
        WorkState::Undone => "undone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for state in [
            WorkState::Pending,
            WorkState::Running,
            WorkState::Done,
            WorkState::Skipped,
            WorkState::Failed,
            WorkState::Undoing,
            WorkState::Undone,
        ] {
            let text = format!("\"{}\"", word(state));
            assert_eq!(serde_json::from_str::<WorkState>(&text).unwrap(), state);
        }
    }
}
