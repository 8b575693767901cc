//! Tables, sequences and materialised views.

use std::collections::HashMap;

use crate::error::Result;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::{plain, qualified};

/// One relation, with what a copy must know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    /// `pg_class.relkind`: `r` table, `p` partitioned, `S` sequence, `m` materialised view,
    /// `f` foreign table.
    pub kind: char,
    /// Rows, by the planner's estimate; 0 where it has none.
    pub rows: u64,
    /// Bytes of the table and what it keeps out of line, without indexes.
    pub bytes: u64,
    /// Pages of 8 KiB in the main file, for splitting by position.
    pub pages: u64,
    /// Bytes of the indexes.
    pub index_bytes: u64,
    /// The extension that it belongs to.
    pub extension: Option<String>,
    pub readable: bool,
    /// A materialised view's: whether it holds rows.
    pub populated: bool,
    /// Whether its parent is a partitioned table.
    pub partition: bool,
}

impl Relation {
    pub fn sql(&self) -> String {
        qualified(&self.schema, &self.name)
    }

    pub fn plain(&self) -> String {
        plain(&self.schema, &self.name)
    }
}

const RELATIONS: &str = "SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text,
   greatest(c.reltuples, 0)::int8,
   CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END,
   CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_relation_size(c.oid)
        / pg_catalog.current_setting('block_size')::int8 ELSE 0 END,
   CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_indexes_size(c.oid) ELSE 0 END,
   e.extname,
   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
   c.relispopulated, c.relispartition
 FROM pg_catalog.pg_class c
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
   AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
 LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
 WHERE c.relkind IN ('r', 'p', 'S', 'm', 'f') AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY n.nspname, c.relname";

const CONFIG: &str = "SELECT relation::int8, condition
 FROM (SELECT unnest(extconfig) AS relation, unnest(extcondition) AS condition
       FROM pg_catalog.pg_extension) x";

pub async fn read(session: &Session) -> Result<Vec<Relation>> {
    let rows = session
        .query(RELATIONS, &[], "Reading the list of tables")
        .await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        out.push(Relation {
            oid: oid(get(row, 0)?),
            schema: get(row, 1)?,
            name: get(row, 2)?,
            kind: get::<String>(row, 3)?.chars().next().unwrap_or('?'),
            rows: count(get(row, 4)?),
            bytes: count(get(row, 5)?),
            pages: count(get(row, 6)?),
            index_bytes: count(get(row, 7)?),
            extension: get(row, 8)?,
            readable: get(row, 9)?,
            populated: get(row, 10)?,
            partition: get(row, 11)?,
        });
    }
    Ok(out)
}

pub async fn read_config(session: &Session) -> Result<HashMap<u32, String>> {
    let rows = session
        .query(CONFIG, &[], "Reading the extensions' tables")
        .await?;
    let mut out = HashMap::new();
    for row in &rows {
        let condition: Option<String> = get(row, 1)?;
        out.insert(oid(get(row, 0)?), condition.unwrap_or_default());
    }
    Ok(out)
}

/// Oids travel as int8, as tokio-postgres reads `oid` and `regclass` differently.
pub fn oid(value: i64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

pub fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
