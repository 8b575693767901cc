//! Foreign keys over columns that were rewritten. Both sides are rewritten by the same map, with the
//! keys' triggers silenced; that they still agree is checked here.

use std::collections::HashSet;

use super::session::{Session, get, query};
use crate::domain::report::TableChanges;
use crate::error::{Error, Kind, Result};
use crate::provider::postgres::quote::{ident, qualified};

const KEYS: &str = "SELECT k.conname::text, n.nspname::text, c.relname::text, fn.nspname::text, fc.relname::text,
   ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS p(n, i)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.n ORDER BY p.i),
   ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS p(n, i)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.n ORDER BY p.i)
 FROM pg_catalog.pg_constraint k
 JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_class fc ON fc.oid = k.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
 WHERE k.contype = 'f' AND k.convalidated";

/// Errors: `Database`, naming the key whose two sides don't agree any more.
pub async fn check(session: &Session, changed: &[TableChanges]) -> Result<()> {
    let columns: HashSet<(String, &str)> = changed
        .iter()
        .flat_map(|t| {
            t.columns
                .iter()
                .map(|c| (t.table.clone(), c.column.as_str()))
        })
        .collect();
    if columns.is_empty() {
        return Ok(());
    }
    let keys = query(&session.connection, KEYS, &[], "Reading the foreign keys").await?;
    for row in &keys {
        let text = |n| get::<String>(row, n);
        let (name, schema, table) = (text(0)?, text(1)?, text(2)?);
        let (other_schema, other) = (text(3)?, text(4)?);
        let (own, theirs): (Vec<String>, Vec<String>) = (get(row, 5)?, get(row, 6)?);
        let touched = |table: &str, names: &[String]| {
            names
                .iter()
                .any(|c| columns.contains(&(table.to_owned(), c.as_str())))
        };
        let (place, there) = (
            format!("{schema}.{table}"),
            format!("{other_schema}.{other}"),
        );
        if !touched(&place, &own) && !touched(&there, &theirs) {
            continue;
        }
        let pairs = own.iter().zip(&theirs);
        let equal: Vec<String> = pairs
            .map(|(a, b)| format!("t.{} = o.{}", ident(b), ident(a)))
            .collect();
        let present: Vec<String> = own
            .iter()
            .map(|a| format!("o.{} IS NOT NULL", ident(a)))
            .collect();
        let sql = format!(
            "SELECT EXISTS (SELECT FROM {} o WHERE {} AND NOT EXISTS (SELECT FROM {} t WHERE {}))",
            qualified(&schema, &table),
            present.join(" AND "),
            qualified(&other_schema, &other),
            equal.join(" AND ")
        );
        let doing = format!("Checking the foreign key {name} of {place}");
        let broken = query(&session.connection, &sql, &[], &doing).await?;
        if broken.first().map(|row| get::<bool>(row, 0)).transpose()? == Some(true) {
            return Err(Error::new(
                Kind::Database,
                format!("{place} ({}) names rows of {there} that aren't there after the rewriting: the foreign key {name} doesn't hold.", own.join(", ")),
            )
            .hint("One side couldn't be rewritten; see the job's log. Mend the source's rows, then clone again."));
        }
    }
    Ok(())
}
