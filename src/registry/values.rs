//! The history of instances' values: what was last seen of each key, and every change. Values come
//! sealed; this room can't read them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::Result;

use super::{Registry, now, time};

/// A value that only the holder of the key can read, and its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    pub print: String,
    pub sealed: Vec<u8>,
}

/// One instance from its making to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    pub id: i64,
    pub instance: String,
    /// When its folder was made, as its `instance.toml` has it; empty where that doesn't say.
    pub born: String,
}

/// A change that is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewValueChange {
    pub actor: String,
    pub origin: String,
    pub key: String,
    /// `None`: the key wasn't there.
    pub before: Option<SealedValue>,
    /// `None`: the key is gone.
    pub after: Option<SealedValue>,
    /// The change that this one takes back.
    pub undoes: Option<i64>,
}

/// A change that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueChange {
    pub id: i64,
    pub at: Timestamp,
    pub change: NewValueChange,
}

/// What a look at a file came to, written in one transaction.
#[derive(Debug, Default)]
pub struct Settled {
    /// Changes that were about to be written, and were.
    pub written: Vec<i64>,
    /// Changes that were about to be written, and weren't.
    pub dropped: Vec<i64>,
    /// What others changed.
    pub found: Vec<NewValueChange>,
}

const COLUMNS: &str =
    "id, at, actor, origin, key, before_print, before_sealed, after_print, after_sealed, undoes";

impl Registry {
    /// The life of this name that began then.
    pub fn value_life(&self, instance: &str, born: &str) -> Result<Option<i64>> {
        self.read(|c| {
            Ok(
                c.prepare_cached("SELECT id FROM env_life WHERE instance = ?1 AND born = ?2")?
                    .query_row([instance, born], |row| row.get(0))
                    .optional()?,
            )
        })
    }

    /// All lives of a name.
    pub fn value_lives(&self, instance: &str) -> Result<Vec<Life>> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, instance, born FROM env_life WHERE instance = ?1 ORDER BY id",
            )?;
            let rows = statement.query_map([instance], |row| {
                Ok(Life {
                    id: row.get(0)?,
                    instance: row.get(1)?,
                    born: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Begins a life with the values that it has now; one that another process began stays as it is.
    pub fn begin_value_life(
        &self,
        instance: &str,
        born: &str,
        values: &BTreeMap<String, SealedValue>,
    ) -> Result<i64> {
        self.write(|tx| {
            let made = tx.execute(
                "INSERT INTO env_life(instance, born, since) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                params![instance, born, now()],
            )?;
            let life = tx.query_row(
                "SELECT id FROM env_life WHERE instance = ?1 AND born = ?2",
                [instance, born],
                |row| row.get(0),
            )?;
            if made == 1 {
                for (key, value) in values {
                    know(tx, life, key, Some(value))?;
                }
            }
            Ok(life)
        })
    }

    /// Forgets a life with all its values.
    pub fn forget_value_life(&self, life: i64) -> Result<()> {
        self.write(|tx| {
            for table in ["env_change", "env_known"] {
                tx.execute(&format!("DELETE FROM {table} WHERE life = ?1"), [life])?;
            }
            tx.execute("DELETE FROM env_life WHERE id = ?1", [life])?;
            Ok(())
        })
    }

    /// The values as they were last seen.
    pub fn known_values(&self, life: i64) -> Result<BTreeMap<String, SealedValue>> {
        self.read(|c| {
            let mut statement =
                c.prepare_cached("SELECT key, print, sealed FROM env_known WHERE life = ?1")?;
            let rows = statement.query_map([life], |row| {
                let value = SealedValue {
                    print: row.get(1)?,
                    sealed: row.get(2)?,
                };
                Ok((row.get(0)?, value))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Changes that were about to be written when their writer was last heard of, oldest first.
    pub fn intended_values(&self, life: i64) -> Result<Vec<ValueChange>> {
        self.read(|c| changes(c, life, 0))
    }

    /// All changes of a life, oldest first.
    pub fn value_changes(&self, life: i64) -> Result<Vec<ValueChange>> {
        self.read(|c| changes(c, life, 1))
    }

    /// Writes down what is about to be written; their numbers.
    pub fn intend_values(&self, life: i64, changes: &[NewValueChange]) -> Result<Vec<i64>> {
        self.write(|tx| {
            let ids = changes.iter().map(|change| insert(tx, life, change, false));
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Writes down what became of what was about to be written, and what others did.
    pub fn settle_values(&self, life: i64, settled: &Settled) -> Result<()> {
        self.write(|tx| {
            for id in &settled.written {
                tx.prepare_cached("UPDATE env_change SET written = 1 WHERE id = ?1")?
                    .execute([id])?;
                let change = tx
                    .prepare_cached(&format!("SELECT {COLUMNS} FROM env_change WHERE id = ?1"))?
                    .query_row([id], from_row)
                    .optional()?;
                if let Some(ValueChange { change, .. }) = change {
                    know(tx, life, &change.key, change.after.as_ref())?;
                }
            }
            for id in &settled.dropped {
                tx.prepare_cached("DELETE FROM env_change WHERE id = ?1 AND written = 0")?
                    .execute([id])?;
            }
            for change in &settled.found {
                insert(tx, life, change, true)?;
                know(tx, life, &change.key, change.after.as_ref())?;
            }
            Ok(())
        })
    }
}

fn know(c: &Connection, life: i64, key: &str, value: Option<&SealedValue>) -> rusqlite::Result<()> {
    match value {
        Some(value) => c
            .prepare_cached(
                "INSERT OR REPLACE INTO env_known(life, key, print, sealed) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![life, key, value.print, value.sealed])?,
        None => c
            .prepare_cached("DELETE FROM env_known WHERE life = ?1 AND key = ?2")?
            .execute(params![life, key])?,
    };
    Ok(())
}

fn insert(
    c: &Connection,
    life: i64,
    change: &NewValueChange,
    written: bool,
) -> rusqlite::Result<i64> {
    let print = |v: &Option<SealedValue>| v.as_ref().map(|v| v.print.clone());
    let sealed = |v: &Option<SealedValue>| v.as_ref().map(|v| v.sealed.clone());
    c.prepare_cached(
        "INSERT INTO env_change(life, at, actor, origin, key, before_print, before_sealed, after_print, after_sealed, undoes, written)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .insert(params![
        life,
        now(),
        change.actor,
        change.origin,
        change.key,
        print(&change.before),
        sealed(&change.before),
        print(&change.after),
        sealed(&change.after),
        change.undoes,
        written,
    ])
}

fn changes(
    c: &Connection,
    life: i64,
    written: i64,
) -> std::result::Result<Vec<ValueChange>, super::Fault> {
    let mut statement = c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM env_change WHERE life = ?1 AND written = ?2 ORDER BY id"
    ))?;
    let rows = statement.query_map([life, written], from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ValueChange> {
    let value = |at: usize| -> rusqlite::Result<Option<SealedValue>> {
        let print: Option<String> = row.get(at)?;
        let sealed: Option<Vec<u8>> = row.get(at + 1)?;
        Ok(print
            .zip(sealed)
            .map(|(print, sealed)| SealedValue { print, sealed }))
    };
    Ok(ValueChange {
        id: row.get(0)?,
        at: time(row.get(1)?),
        change: NewValueChange {
            actor: row.get(2)?,
            origin: row.get(3)?,
            key: row.get(4)?,
            before: value(5)?,
            after: value(7)?,
            undoes: row.get(9)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(print: &str) -> SealedValue {
        SealedValue {
            print: print.into(),
            sealed: vec![1, 2, 3],
        }
    }

    fn change(key: &str, before: Option<&str>, after: Option<&str>) -> NewValueChange {
        NewValueChange {
            actor: "someone".into(),
            origin: "env set".into(),
            key: key.into(),
            before: before.map(value),
            after: after.map(value),
            undoes: None,
        }
    }

    #[test]
    fn an_intent_counts_when_it_is_settled_and_never_when_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let known = BTreeMap::from([("A".to_owned(), value("1"))]);
        let life = registry.begin_value_life("x", "", &known).unwrap();
        assert_eq!(registry.begin_value_life("x", "", &known).unwrap(), life);
        let ids = registry
            .intend_values(
                life,
                &[
                    change("A", Some("1"), Some("2")),
                    change("B", None, Some("3")),
                ],
            )
            .unwrap();
        assert_eq!(registry.intended_values(life).unwrap().len(), 2);
        assert_eq!(registry.known_values(life).unwrap(), known);
        let settled = Settled {
            written: vec![ids[0]],
            dropped: vec![ids[1]],
            found: vec![change("C", None, Some("4"))],
        };
        registry.settle_values(life, &settled).unwrap();
        assert!(registry.intended_values(life).unwrap().is_empty());
        let keys: Vec<String> = registry
            .value_changes(life)
            .unwrap()
            .into_iter()
            .map(|c| c.change.key)
            .collect();
        assert_eq!(keys, ["A", "C"]);
        let known = registry.known_values(life).unwrap();
        assert_eq!(known["A"].print, "2");
        assert_eq!(known.keys().collect::<Vec<_>>(), ["A", "C"]);
    }

    #[test]
    fn another_life_of_the_name_has_nothing_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let first = registry
            .begin_value_life("x", "1", &BTreeMap::new())
            .unwrap();
        let settled = Settled {
            found: vec![change("A", None, Some("1"))],
            ..Settled::default()
        };
        registry.settle_values(first, &settled).unwrap();
        let second = registry
            .begin_value_life("x", "2", &BTreeMap::new())
            .unwrap();
        assert_ne!(first, second);
        assert!(registry.value_changes(second).unwrap().is_empty());
        assert_eq!(registry.value_lives("x").unwrap().len(), 2);
        registry.forget_value_life(first).unwrap();
        assert_eq!(registry.value_life("x", "1").unwrap(), None);
        assert!(registry.value_changes(first).unwrap().is_empty());
    }
}
