//! Columns, with what each needs to be copied and hashed.

use std::collections::HashMap;

use crate::error::Result;
use crate::provider::postgres::copy::inventory::relations::oid;
use crate::provider::postgres::copy::inventory::types::{self, Hashing, TypeFacts};
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::ident;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// `int4`, `"auth"."level"[]`: compared where the target has a table of its own.
    pub type_name: String,
    pub generated: bool,
    pub binary: bool,
    pub hashing: Hashing,
    /// Its collation calls different texts equal, so the hash must not use it.
    pub loose_collation: bool,
}

/// A column as the row hash takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hashed {
    /// A call without its last argument, the seed: NULL for NULL.
    Alone(String),
    /// A value that is hashed with others as one record.
    InRow(String),
}

impl Column {
    /// Hashing a value by itself saves the server from building a record of it.
    pub fn hashed(&self) -> Hashed {
        let value = self.comparable();
        let function = match (&self.hashing, self.type_name.as_str()) {
            (Hashing::Value, "smallint") => "hashint2extended",
            (Hashing::Value, "integer") => "hashint4extended",
            (Hashing::Value, "bigint") => "hashint8extended",
            (Hashing::Value, "numeric") => "hash_numeric_extended",
            (Hashing::Value, "uuid") => "uuid_hash_extended",
            (Hashing::Value, "text" | "character varying") => "hashtextextended",
            _ => return Hashed::InRow(value),
        };
        Hashed::Alone(format!("pg_catalog.{function}({value}"))
    }

    fn comparable(&self) -> String {
        let name = ident(&self.name);
        match &self.hashing {
            Hashing::Value if self.loose_collation => format!("{name} COLLATE pg_catalog.\"C\""),
            Hashing::Value => name,
            Hashing::Sent(function) => format!("{function}({name})"),
            Hashing::Text => format!("{name}::pg_catalog.text COLLATE pg_catalog.\"C\""),
        }
    }
}

const COLUMNS: &str =
    "SELECT a.attrelid::int8, a.attname, pg_catalog.format_type(a.atttypid, NULL),
   a.attgenerated <> '', a.atttypid::int8, coalesce(NOT l.collisdeterministic, false)
 FROM pg_catalog.pg_attribute a
 JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
 WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r' AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY a.attrelid, a.attnum";

/// The live columns of every table, in their order.
pub async fn read(session: &Session) -> Result<HashMap<u32, Vec<Column>>> {
    let (types, rows) = tokio::try_join!(
        types::read(session),
        session.query(COLUMNS, &[], "Reading the columns")
    )?;
    let unknown = TypeFacts {
        binary: false,
        hashing: Hashing::Text,
    };
    let mut out: HashMap<u32, Vec<Column>> = HashMap::new();
    for row in &rows {
        let facts = types.get(&oid(get(row, 4)?)).unwrap_or(&unknown);
        out.entry(oid(get(row, 0)?)).or_default().push(Column {
            name: get(row, 1)?,
            type_name: get(row, 2)?,
            generated: get(row, 3)?,
            binary: facts.binary,
            hashing: facts.hashing.clone(),
            loose_collation: get(row, 5)?,
        });
    }
    Ok(out)
}
