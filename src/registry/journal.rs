//! The journal of calls that create something at a provider: the intent is written before a call
//! leaves, the result after it came back. Whatever happens in between, it is known that the thing
//! may exist.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::domain::job::JobId;
use crate::error::Result;

use super::lease::Lease;
use super::{Fault, Registry, now};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalState {
    /// The call is about to leave: the thing may exist, or may not.
    Planned,
    /// The call left.
    Sent,
    /// The thing exists, and its id is known.
    Created,
    /// The thing was taken away again.
    Undone,
}

impl JournalState {
    fn word(self) -> &'static str {
        match self {
            JournalState::Planned => "planned",
            JournalState::Sent => "sent",
            JournalState::Created => "created",
            JournalState::Undone => "undone",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "sent" => JournalState::Sent,
            "created" => JournalState::Created,
            "undone" => JournalState::Undone,
            // the careful reading of anything else: it may exist
            _ => JournalState::Planned,
        }
    }
}

/// One thing that a job creates: what it is at which provider, what it comes from, what it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    pub seq: i64,
    /// `supabase`, `jira`, `file`…
    pub provider: String,
    /// `project`, `issue`, `folder`…
    pub kind: String,
    /// What it is made from, or the name it is to have: unique in its job, provider and kind.
    pub source_id: String,
    /// The id that the provider gave it.
    pub target_id: Option<String>,
    pub state: JournalState,
}

const COLUMNS: &str = "seq, provider, kind, source_id, target_id, state";

impl Registry {
    /// Writes the intent down and gives its number; the same number for the same thing, however
    /// often it's asked. An entry that has a result keeps it.
    pub fn journal_intent(
        &self,
        lease: &Lease,
        provider: &str,
        kind: &str,
        source_id: &str,
    ) -> Result<i64> {
        self.fenced(lease, |tx| intent(tx, lease.job, provider, kind, source_id))
    }

    /// [`Registry::journal_intent`] for many things that one call is about to create, in one
    /// transaction; the numbers come in the same order.
    pub fn journal_intents(
        &self,
        lease: &Lease,
        provider: &str,
        kind: &str,
        source_ids: &[&str],
    ) -> Result<Vec<i64>> {
        self.fenced(lease, |tx| {
            let each = source_ids.iter();
            each.map(|id| intent(tx, lease.job, provider, kind, id))
                .collect()
        })
    }

    /// Writes down what is there already, intent and result at once: other names of what was
    /// created, or what was found. Each is a kind, the source's id and the target's.
    pub fn journal_record(
        &self,
        lease: &Lease,
        provider: &str,
        pairs: &[(&str, &str, &str)],
    ) -> Result<()> {
        self.fenced(lease, |tx| {
            for (kind, source_id, target_id) in pairs {
                let seq = intent(tx, lease.job, provider, kind, source_id)?;
                set(tx, lease.job, seq, JournalState::Created, Some(target_id))?;
            }
            Ok(())
        })
    }

    /// [`Registry::journal_result`] for many, in one transaction.
    pub fn journal_results(&self, lease: &Lease, results: &[(i64, &str)]) -> Result<()> {
        self.fenced(lease, |tx| {
            for (seq, target_id) in results {
                set(tx, lease.job, *seq, JournalState::Created, Some(target_id))?;
            }
            Ok(())
        })
    }

    pub fn journal_result(&self, lease: &Lease, seq: i64, target_id: &str) -> Result<()> {
        self.fenced(lease, |tx| {
            set(tx, lease.job, seq, JournalState::Created, Some(target_id))
        })
    }

    /// Changes the state alone; the target's id stays.
    pub fn journal_mark(&self, lease: &Lease, seq: i64, state: JournalState) -> Result<()> {
        self.fenced(lease, |tx| {
            tx.prepare_cached(
                "UPDATE journal SET state = ?3, at = ?4 WHERE job = ?1 AND seq = ?2",
            )?
            .execute(params![lease.job, seq, state.word(), now()])?;
            Ok(())
        })
    }

    pub fn journal_find(
        &self,
        job: JobId,
        provider: &str,
        kind: &str,
        source_id: &str,
    ) -> Result<Option<JournalEntry>> {
        self.read(|c| find(c, job, provider, kind, source_id))
    }

    /// In the order in which they were written.
    pub fn journal(&self, job: JobId) -> Result<Vec<JournalEntry>> {
        self.read(|c| {
            let mut statement = c.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM journal WHERE job = ?1 ORDER BY seq"
            ))?;
            let entries = statement.query_map([job], entry)?;
            Ok(entries.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn intent(
    tx: &Connection,
    job: JobId,
    provider: &str,
    kind: &str,
    source_id: &str,
) -> std::result::Result<i64, Fault> {
    if let Some(entry) = find(tx, job, provider, kind, source_id)? {
        if entry.state == JournalState::Undone {
            set(tx, job, entry.seq, JournalState::Planned, None)?;
        }
        return Ok(entry.seq);
    }
    let seq: i64 = tx.query_row(
        "SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE job = ?1",
        [job],
        |row| row.get(0),
    )?;
    tx.prepare_cached(
        "INSERT INTO journal(job, seq, provider, kind, source_id, state, at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'planned', ?6)",
    )?
    .execute(params![job, seq, provider, kind, source_id, now()])?;
    Ok(seq)
}

fn set(
    c: &Connection,
    job: JobId,
    seq: i64,
    state: JournalState,
    target: Option<&str>,
) -> std::result::Result<(), Fault> {
    c.prepare_cached(
        "UPDATE journal SET state = ?3, target_id = ?4, at = ?5 WHERE job = ?1 AND seq = ?2",
    )?
    .execute(params![job, seq, state.word(), target, now()])?;
    Ok(())
}

fn find(
    c: &Connection,
    job: JobId,
    provider: &str,
    kind: &str,
    source_id: &str,
) -> std::result::Result<Option<JournalEntry>, Fault> {
    Ok(c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM journal
         WHERE job = ?1 AND provider = ?2 AND kind = ?3 AND source_id = ?4"
    ))?
    .query_row(params![job, provider, kind, source_id], entry)
    .optional()?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<JournalEntry> {
    Ok(JournalEntry {
        seq: row.get(0)?,
        provider: row.get(1)?,
        kind: row.get(2)?,
        source_id: row.get(3)?,
        target_id: row.get(4)?,
        state: JournalState::parse(&row.get::<_, String>(5)?),
    })
}

#[cfg(test)]
mod tests {
    use super::super::jobs::NewJob;
    use super::super::process::Process;
    use super::*;
    use crate::domain::job::JobKind;

    #[test]
    fn an_intent_has_one_number_and_keeps_its_result() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let new = NewJob {
            kind: JobKind::Init,
            instance: "a".into(),
            source: None,
            also_writes: Vec::new(),
            args: serde_json::Value::Null,
            plan: Vec::new(),
        };
        let id = registry.submit(&new).unwrap();
        let (lease, _) = registry.acquire(id, &Process::current(), false).unwrap();
        let intent = |source| {
            registry
                .journal_intent(&lease, "supabase", "project", source)
                .unwrap()
        };
        assert_eq!((intent("a"), intent("b"), intent("a")), (1, 2, 1));
        registry.journal_result(&lease, 1, "ref-1").unwrap();
        assert_eq!(intent("a"), 1);
        let find = || {
            registry
                .journal_find(id, "supabase", "project", "a")
                .unwrap()
                .unwrap()
        };
        assert_eq!(find().target_id.as_deref(), Some("ref-1"));
        registry
            .journal_mark(&lease, 1, JournalState::Undone)
            .unwrap();
        assert_eq!(
            (find().state, find().target_id.as_deref()),
            (JournalState::Undone, Some("ref-1"))
        );
        // made again after it was taken away: another thing, whose id isn't known yet
        assert_eq!(intent("a"), 1);
        assert_eq!(
            (find().state, find().target_id),
            (JournalState::Planned, None)
        );
        let states: Vec<_> = registry
            .journal(id)
            .unwrap()
            .into_iter()
            .map(|e| e.state)
            .collect();
        assert_eq!(states, [JournalState::Planned, JournalState::Planned]);
    }
    #[test]
    fn many_go_in_one_transaction_and_keep_what_they_have() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let new = NewJob {
            kind: JobKind::Clone,
            instance: "b".into(),
            source: Some("a".into()),
            also_writes: Vec::new(),
            args: serde_json::Value::Null,
            plan: Vec::new(),
        };
        let id = registry.submit(&new).unwrap();
        let (lease, _) = registry.acquire(id, &Process::current(), false).unwrap();
        let intents = |ids: &[&str]| registry.journal_intents(&lease, "jira", "issue", ids);
        assert_eq!(intents(&["1", "2"]).unwrap(), [1, 2]);
        registry
            .journal_results(&lease, &[(1, "11"), (2, "12")])
            .unwrap();
        assert_eq!(intents(&["2", "3"]).unwrap(), [2, 3]);
        registry
            .journal_record(&lease, "jira", &[("issue-key", "A-1", "B-1")])
            .unwrap();
        let all = registry.journal(id).unwrap();
        let all: Vec<_> = all
            .iter()
            .map(|e| (&*e.kind, &*e.source_id, e.target_id.as_deref()))
            .collect();
        assert_eq!(
            all,
            [
                ("issue", "1", Some("11")),
                ("issue", "2", Some("12")),
                ("issue", "3", None),
                ("issue-key", "A-1", Some("B-1")),
            ]
        );
    }
}
