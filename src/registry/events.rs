//! What happened, for the activity list. Facts with their data, newest last, never a secret.

use jiff::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::job::JobId;
use crate::error::Result;

use super::{Registry, now, time};

/// Something that happened.
#[derive(Debug, Clone, Default)]
pub struct NewEvent {
    /// A stable word (`job.failed`).
    pub kind: String,
    pub instance: Option<String>,
    pub job: Option<JobId>,
    /// One short sentence.
    pub text: String,
    pub data: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: i64,
    pub at: Timestamp,
    pub kind: String,
    pub instance: Option<String>,
    pub job: Option<JobId>,
    pub text: String,
    pub data: Option<Value>,
}

impl Registry {
    pub fn record_event(&self, event: &NewEvent) -> Result<i64> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO event(at, kind, instance, job, text, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                now(),
                event.kind,
                event.instance,
                event.job,
                event.text,
                event.data.as_ref().map(Value::to_string)
            ])?;
            Ok(tx.last_insert_rowid())
        })
    }

    /// The last events of an instance, or of all, newest first.
    pub fn events(&self, instance: Option<&str>, limit: u32) -> Result<Vec<Event>> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, at, kind, instance, job, text, data FROM event
                 WHERE ?1 IS NULL OR instance = ?1 ORDER BY id DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![instance, limit], |row| {
                Ok(Event {
                    id: row.get(0)?,
                    at: time(row.get(1)?),
                    kind: row.get(2)?,
                    instance: row.get(3)?,
                    job: row.get(4)?,
                    text: row.get(5)?,
                    data: row
                        .get::<_, Option<String>>(6)?
                        .and_then(|text| serde_json::from_str(&text).ok()),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_an_instance_come_first() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        for (instance, text) in [("a", "one"), ("b", "two"), ("a", "three")] {
            let event = NewEvent {
                kind: "test".into(),
                instance: Some(instance.into()),
                text: text.into(),
                data: Some(serde_json::json!({"n": 1})),
                ..NewEvent::default()
            };
            registry.record_event(&event).unwrap();
        }
        let texts = |instance, limit| -> Vec<String> {
            let events = registry.events(instance, limit).unwrap();
            events.into_iter().map(|e| e.text).collect()
        };
        assert_eq!(texts(Some("a"), 10), ["three", "one"]);
        assert_eq!(texts(None, 2), ["three", "two"]);
    }
}
