//! Who did what: a trail that only grows. Each entry's hash covers the one before it, so that a
//! changed or missing entry shows.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Result;

use super::{Registry, now, time};

/// The setting that remembers the last hash, so that a cut tail shows too.
const HEAD: &str = "audit.head";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub seq: i64,
    pub at: Timestamp,
    /// Who: the user of the system.
    pub actor: String,
    /// A stable word (`instance.delete`).
    pub action: String,
    /// On what.
    pub subject: String,
    /// More, in one sentence. Never a secret.
    pub detail: String,
    pub hash: String,
}

/// What checking the trail came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    pub entries: u64,
    /// The first entry that isn't what was written, or that is missing.
    pub broken_at: Option<i64>,
}

impl Registry {
    pub fn audit(&self, actor: &str, action: &str, subject: &str, detail: &str) -> Result<i64> {
        self.write(|tx| {
            let (seq, before) = last(tx)?;
            let (seq, at) = (seq + 1, now());
            let hash = digest(&before, seq, at, [actor, action, subject, detail]);
            tx.execute(
                "INSERT INTO audit(seq, at, actor, action, subject, detail, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![seq, at, actor, action, subject, detail, hash],
            )?;
            tx.execute(
                "INSERT INTO setting(name, value) VALUES (?1, ?2)
                 ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                params![HEAD, hash],
            )?;
            Ok(seq)
        })
    }

    /// The last entries, newest first.
    pub fn audit_entries(&self, limit: u32) -> Result<Vec<AuditEntry>> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT seq, at, actor, action, subject, detail, hash FROM audit
                 ORDER BY seq DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                Ok(AuditEntry {
                    seq: row.get(0)?,
                    at: time(row.get(1)?),
                    actor: row.get(2)?,
                    action: row.get(3)?,
                    subject: row.get(4)?,
                    detail: row.get(5)?,
                    hash: row.get(6)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Computes every hash again.
    pub fn verify_audit(&self) -> Result<AuditCheck> {
        let mut entries = self.audit_entries(u32::MAX)?;
        entries.reverse();
        let (mut before, mut next) = (String::new(), 1);
        let count = entries.len() as u64;
        for entry in entries {
            let fields = [
                &*entry.actor,
                &*entry.action,
                &*entry.subject,
                &*entry.detail,
            ];
            let hash = digest(&before, next, entry.at.as_millisecond(), fields);
            if entry.seq != next || entry.hash != hash {
                return Ok(AuditCheck {
                    entries: count,
                    broken_at: Some(next),
                });
            }
            before = hash;
            next += 1;
        }
        let head = self.setting(HEAD)?.unwrap_or_default();
        let broken_at = (head != before).then_some(next);
        Ok(AuditCheck {
            entries: count,
            broken_at,
        })
    }
}

fn last(c: &Connection) -> rusqlite::Result<(i64, String)> {
    let row = c.query_row(
        "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    );
    match row {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok((0, String::new())),
        other => other,
    }
}

/// Every field with its length, so that no two entries can look alike.
fn digest(before: &str, seq: i64, at: i64, fields: [&str; 4]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{before}\n{seq}\n{at}\n"));
    for field in fields {
        hash.update(format!("{}:{field}\n", field.len()));
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail() -> (tempfile::TempDir, Registry) {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        for subject in ["a", "b", "c"] {
            registry
                .audit("someone", "instance.delete", subject, "")
                .unwrap();
        }
        (dir, registry)
    }

    #[test]
    fn a_whole_trail_verifies() {
        let (_dir, registry) = trail();
        let check = registry.verify_audit().unwrap();
        assert_eq!(
            check,
            AuditCheck {
                entries: 3,
                broken_at: None
            }
        );
        assert_eq!(registry.audit_entries(1).unwrap()[0].subject, "c");
    }

    #[test]
    fn the_trail_refuses_to_be_changed() {
        let (_dir, registry) = trail();
        let c = Connection::open(registry.path()).unwrap();
        assert!(c.execute("UPDATE audit SET subject = 'x'", []).is_err());
        assert!(c.execute("DELETE FROM audit", []).is_err());
    }

    #[test]
    fn a_change_behind_its_back_shows() {
        for (sql, at) in [
            ("UPDATE audit SET subject = 'x' WHERE seq = 2", 2),
            ("DELETE FROM audit WHERE seq = 1", 1),
            ("DELETE FROM audit WHERE seq = 3", 3),
        ] {
            let (_dir, registry) = trail();
            let c = Connection::open(registry.path()).unwrap();
            c.execute_batch("DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_cut")
                .unwrap();
            c.execute(sql, []).unwrap();
            assert_eq!(
                registry.verify_audit().unwrap().broken_at,
                Some(at),
                "{sql}"
            );
        }
    }
}
