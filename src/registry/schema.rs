//! The tables, and how an older file gets them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Result};

use super::open::explain;

/// Marks the file as ours (`PRAGMA application_id`), so that another program's is never changed.
const APPLICATION: i32 = 0x4d54_525a;

/// One script a version, in order. A published one is never edited: a change is a new one.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// Brings the file to this version's shape, all of it or nothing.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let version = (|| {
        let version = user_version(connection)?;
        let application: i32 =
            connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let objects: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((version, application, objects))
    })();
    let (version, application, objects) = version.map_err(|error| explain(path, "read", error))?;
    if objects > 0 && application != APPLICATION {
        return Err(Error::refused(format!(
            "{} is a database of another program.",
            path.display()
        ))
        .hint("Move it away, then start again."));
    }
    if version > MIGRATIONS.len() {
        return Err(Error::refused(format!(
            "The registry {} was written by a newer version of Matriz (its format is {version}, this one knows {}).",
            path.display(),
            MIGRATIONS.len()
        ))
        .hint("Update Matriz on this machine, then start again."));
    }
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    apply(connection).map_err(|error| explain(path, "update", error))
}

fn apply(connection: &mut Connection) -> rusqlite::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // another process may have done it while this one waited
    let version = user_version(&tx)?;
    for script in MIGRATIONS.iter().skip(version) {
        tx.execute_batch(script)?;
    }
    if version < MIGRATIONS.len() {
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    }
    tx.commit()
}

fn user_version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // a negative number is nobody's version: refuse it as one that is not known
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::{FILE, Registry};
    use super::*;

    #[test]
    fn a_newer_file_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        drop(Registry::open(dir.path()).unwrap());
        let path = dir.path().join(FILE);
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = Registry::open(dir.path()).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.message.contains("newer version"), "{error}");
        assert_eq!(user_version(&connection).unwrap(), 99);
    }

    #[test]
    fn an_older_file_keeps_what_it_holds() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let old = Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch(
            "INSERT INTO job(kind, instance, args, plan_hash, state, created, planned)
             VALUES ('seed', 'a', 'null', '', 'done', 1, 1)",
        )
        .unwrap();
        old.pragma_update(None, "application_id", APPLICATION)
            .unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);
        let job = Registry::open(dir.path()).unwrap().job(1).unwrap();
        assert_eq!((job.instance.as_str(), job.pruned), ("a", false));
    }

    #[test]
    fn another_programs_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE theirs(a)")
            .unwrap();
        let error = Registry::open(dir.path()).unwrap_err();
        assert!(error.message.contains("another program"), "{error}");
    }

    #[test]
    fn opening_twice_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        registry.set_setting("a", "1").unwrap();
        let again = Registry::open(dir.path()).unwrap();
        assert_eq!(again.setting("a").unwrap().as_deref(), Some("1"));
    }
}
