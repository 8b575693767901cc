//! What jobs had to say, for reading when they are over.

use rusqlite::params;
use serde_json::Value;

use crate::domain::job::JobId;
use crate::domain::report::ReportPart;
use crate::error::{Error, Kind, Result};

use super::lease::Lease;
use super::{Registry, now};

impl Registry {
    /// Writes a part of the job's report, in the place of an earlier one of this name. The caller
    /// keeps secrets out of it. Durable when this returns.
    pub fn save_report_part(&self, lease: &Lease, name: &str, data: &Value) -> Result<()> {
        self.fenced(lease, |tx| {
            tx.prepare_cached(
                "INSERT INTO report(job, part, at, data) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (job, part) DO UPDATE SET at = excluded.at, data = excluded.data",
            )?
            .execute(params![lease.job, name, now(), data.to_string()])?;
            Ok(())
        })
    }

    /// The parts of a job's report in the order in which they were written.
    pub fn report_parts(&self, id: JobId) -> Result<Vec<ReportPart>> {
        self.read(|c| {
            let mut statement =
                c.prepare_cached("SELECT part, data FROM report WHERE job = ?1 ORDER BY at, part")?;
            let rows = statement.query_map([id], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            let mut parts = Vec::new();
            for row in rows {
                let (name, text) = row?;
                let data = serde_json::from_str(&text).map_err(|e| {
                    Error::new(
                        Kind::Parse,
                        format!("The report of job {id} can't be read."),
                    )
                    .source(e)
                })?;
                parts.push(ReportPart { name, data });
            }
            Ok(parts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::JobKind;
    use crate::registry::jobs::NewJob;
    use crate::registry::process::Process;

    #[test]
    fn a_part_is_kept_and_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let id = registry
            .submit(&NewJob {
                kind: JobKind::Seed,
                instance: "a".into(),
                source: None,
                also_writes: Vec::new(),
                args: serde_json::json!({}),
                plan: Vec::new(),
            })
            .unwrap();
        let (lease, _) = registry.acquire(id, &Process::current(), false).unwrap();
        for n in [1, 2] {
            let data = serde_json::json!({"n": n});
            registry.save_report_part(&lease, "a", &data).unwrap();
        }
        let parts = registry.report_parts(id).unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].data["n"], 2);
    }
}
