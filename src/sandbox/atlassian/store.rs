//! A store of documents in SQLite: kinds, ids, parents, an order among siblings, names.
//!
//! A document is JSON under a kind and an id. `parent` and `sort` make lists of siblings, found by
//! an index, so that a site with many thousands of documents stays quick. Names are other, unique
//! ways to a document (an issue's key, a page's title in its space). Numbers come from sequences
//! and are never given twice.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;

use crate::error::{Context, Error, Kind, Result};

const SCHEMA: &str = "
create table if not exists doc (
    kind text not null, id text not null, parent text not null, sort text not null, body text not null,
    primary key (kind, id)
) without rowid;
create index if not exists doc_siblings on doc (kind, parent, sort, id);
create table if not exists name (
    kind text not null, name text not null, id text not null, primary key (kind, name)
) without rowid;
create table if not exists sequence (name text primary key, last integer not null) without rowid;
";

/// A document as it's stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Doc {
    pub id: String,
    pub parent: String,
    pub sort: String,
    pub body: Value,
}

/// One transaction on the store.
pub struct Db<'a> {
    transaction: &'a Transaction<'a>,
}

pub fn open(path: &Path) -> Result<Connection> {
    let failed = || format!("Cannot open {}", path.display());
    let connection = Connection::open(path).context(Kind::Io, failed)?;
    connection
        .execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000;",
        )
        .context(Kind::Io, failed)?;
    connection.execute_batch(SCHEMA).context(Kind::Io, failed)?;
    Ok(connection)
}

/// A number as text that sorts as the number does.
pub fn order(number: i64) -> String {
    format!("{number:019}")
}

fn failed(error: rusqlite::Error) -> Error {
    Error::new(
        Kind::Io,
        format!("The sandbox's site cannot be read or written: {error}"),
    )
}

fn doc(row: &Row<'_>) -> rusqlite::Result<Doc> {
    let text: String = row.get(3)?;
    Ok(Doc {
        id: row.get(0)?,
        parent: row.get(1)?,
        sort: row.get(2)?,
        body: serde_json::from_str(&text).unwrap_or_default(),
    })
}

impl<'a> Db<'a> {
    pub fn new(transaction: &'a Transaction<'a>) -> Self {
        Db { transaction }
    }

    /// The next number of a sequence, starting after `from`.
    pub fn next(&self, sequence: &str, from: i64) -> Result<i64> {
        self.transaction
            .prepare_cached(
                "insert into sequence values (?1, ?2 + 1)
                 on conflict (name) do update set last = last + 1 returning last",
            )
            .and_then(|mut s| s.query_row(params![sequence, from], |row| row.get(0)))
            .map_err(failed)
    }

    /// Writes a document, new or in the place of the old one.
    pub fn put(&self, kind: &str, id: &str, parent: &str, sort: &str, body: &Value) -> Result<()> {
        self.transaction
            .prepare_cached(
                "insert into doc values (?1, ?2, ?3, ?4, ?5) on conflict (kind, id)
                 do update set parent = ?3, sort = ?4, body = ?5",
            )
            .and_then(|mut s| s.execute(params![kind, id, parent, sort, body.to_string()]))
            .map_err(failed)?;
        Ok(())
    }

    /// Writes the body of a document that there is; its place stays.
    pub fn set(&self, kind: &str, id: &str, body: &Value) -> Result<()> {
        self.transaction
            .prepare_cached("update doc set body = ?3 where kind = ?1 and id = ?2")
            .and_then(|mut s| s.execute(params![kind, id, body.to_string()]))
            .map_err(failed)?;
        Ok(())
    }

    pub fn doc(&self, kind: &str, id: &str) -> Result<Option<Doc>> {
        self.transaction
            .prepare_cached("select id, parent, sort, body from doc where kind = ?1 and id = ?2")
            .and_then(|mut s| s.query_row(params![kind, id], doc).optional())
            .map_err(failed)
    }

    pub fn get(&self, kind: &str, id: &str) -> Result<Option<Value>> {
        Ok(self.doc(kind, id)?.map(|doc| doc.body))
    }

    /// Whether there was one to remove.
    pub fn remove(&self, kind: &str, id: &str) -> Result<bool> {
        self.transaction
            .prepare_cached("delete from doc where kind = ?1 and id = ?2")
            .and_then(|mut s| s.execute(params![kind, id]))
            .map(|n| n > 0)
            .map_err(failed)
    }

    /// All below a parent, in order.
    pub fn list(&self, kind: &str, parent: &str) -> Result<Vec<Doc>> {
        self.page(kind, parent, 0, i64::MAX)
    }

    /// Some below a parent, in order.
    pub fn page(&self, kind: &str, parent: &str, start: i64, limit: i64) -> Result<Vec<Doc>> {
        self.transaction
            .prepare_cached(
                "select id, parent, sort, body from doc where kind = ?1 and parent = ?2
                 order by sort, id limit ?4 offset ?3",
            )
            .and_then(|mut s| {
                s.query_map(params![kind, parent, start, limit], doc)?
                    .collect()
            })
            .map_err(failed)
    }

    /// The last below a parent.
    pub fn last(&self, kind: &str, parent: &str) -> Result<Option<Doc>> {
        self.transaction
            .prepare_cached(
                "select id, parent, sort, body from doc where kind = ?1 and parent = ?2
                 order by sort desc, id desc limit 1",
            )
            .and_then(|mut s| s.query_row(params![kind, parent], doc).optional())
            .map_err(failed)
    }

    pub fn count(&self, kind: &str, parent: &str) -> Result<i64> {
        self.transaction
            .prepare_cached("select count(*) from doc where kind = ?1 and parent = ?2")
            .and_then(|mut s| s.query_row(params![kind, parent], |row| row.get(0)))
            .map_err(failed)
    }

    /// All of a kind, by their parents and their order.
    pub fn all(&self, kind: &str) -> Result<Vec<Doc>> {
        self.transaction
            .prepare_cached(
                "select id, parent, sort, body from doc where kind = ?1 order by parent, sort, id",
            )
            .and_then(|mut s| s.query_map(params![kind], doc)?.collect())
            .map_err(failed)
    }

    /// Gives a document a name; the name's older holder loses it.
    pub fn name(&self, kind: &str, name: &str, id: &str) -> Result<()> {
        self.transaction
            .prepare_cached("insert or replace into name values (?1, ?2, ?3)")
            .and_then(|mut s| s.execute(params![kind, name, id]))
            .map_err(failed)?;
        Ok(())
    }

    /// Whose name it is.
    pub fn named(&self, kind: &str, name: &str) -> Result<Option<String>> {
        self.transaction
            .prepare_cached("select id from name where kind = ?1 and name = ?2")
            .and_then(|mut s| {
                s.query_row(params![kind, name], |row| row.get(0))
                    .optional()
            })
            .map_err(failed)
    }

    pub fn unname(&self, kind: &str, name: &str) -> Result<()> {
        self.transaction
            .prepare_cached("delete from name where kind = ?1 and name = ?2")
            .and_then(|mut s| s.execute(params![kind, name]))
            .map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_listed_in_order_and_numbers_are_never_given_twice() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = open(&dir.path().join("site.db")).unwrap();
        let transaction = connection.transaction().unwrap();
        let db = Db::new(&transaction);
        assert_eq!(db.next("issue", 10_000).unwrap(), 10_001);
        for n in [10, 9, 2] {
            let id = format!("c{n}");
            db.put("comment", &id, "10001", &order(n), &json!({ "n": n }))
                .unwrap();
        }
        let order: Vec<String> = db
            .list("comment", "10001")
            .unwrap()
            .into_iter()
            .map(|d| d.id)
            .collect();
        assert_eq!(order, ["c2", "c9", "c10"]);
        assert_eq!(db.last("comment", "10001").unwrap().unwrap().id, "c10");
        assert_eq!(db.page("comment", "10001", 1, 1).unwrap()[0].id, "c9");
        assert!(db.remove("comment", "c10").unwrap());
        assert_eq!(db.count("comment", "10001").unwrap(), 2);
        db.name("issue", "A-1", "10001").unwrap();
        assert_eq!(db.named("issue", "A-1").unwrap().unwrap(), "10001");
        transaction.commit().unwrap();

        drop(connection);
        let mut connection = open(&dir.path().join("site.db")).unwrap();
        let transaction = connection.transaction().unwrap();
        let db = Db::new(&transaction);
        assert_eq!(db.next("issue", 10_000).unwrap(), 10_002);
        assert_eq!(db.get("comment", "c9").unwrap().unwrap()["n"], 9);
    }
}
