//! What a database is made of, object by object, to be compared with another: read from the
//! catalogue over one connection.

mod query;

use tokio_postgres::Row;

use crate::error::{Error, Result};
use crate::provider::postgres::connect::Connection;
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::{ident, search_path};

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `table`, `column`, `constraint`, `index`, `policy`, `function`, `trigger`, `type`, `view` or
    /// `extension`.
    pub kind: String,
    /// Without the schema where it's the instance's own.
    pub name: String,
    /// What it is, as the server writes it, without the instance's own schema.
    pub definition: String,
}

/// How many rows a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    pub table: String,
    pub rows: u64,
    /// The planner's estimate: the table is large.
    pub estimated: bool,
}

/// From so many rows on (as the planner has it) a table isn't counted one by one.
const LARGE: f32 = 1_000_000.0;

/// Every object of the schema, and of all others that the project's users made where `whole`.
///
/// # Errors
/// `Database` and `Network`, as the server or the line has it.
pub async fn read(connection: &Connection, schema: &str, whole: bool) -> Result<Vec<Object>> {
    settle(connection, schema).await?;
    let mut found = Vec::new();
    for sql in query::ALL {
        let rows = connection.query(*sql, &[&schema, &whole]).await;
        let rows = rows.map_err(|e| explain::statement(e, "read the schema"))?;
        for row in &rows {
            found.extend(object(row, schema)?);
        }
    }
    found.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
    Ok(found)
}

/// How many rows each table has.
///
/// # Errors
/// As [`read`].
pub async fn rows(connection: &Connection, schema: &str, whole: bool) -> Result<Vec<TableRows>> {
    let doing = "count the rows";
    let tables = connection.query(query::TABLES, &[&schema, &whole]).await;
    let mut found = Vec::new();
    for row in &tables.map_err(|e| explain::statement(e, doing))? {
        let (space, name): (String, String) = (get(row, 0)?, get(row, 1)?);
        if space != schema && managed::is_managed_name(&space) {
            continue;
        }
        let estimate: f32 = get(row, 2)?;
        let table = match space == schema {
            true => name.clone(),
            false => format!("{space}.{name}"),
        };
        if estimate >= LARGE {
            let rows = estimate as u64;
            found.push(TableRows {
                table,
                rows,
                estimated: true,
            });
            continue;
        }
        let sql = format!("SELECT count(*) FROM {}.{}", ident(&space), ident(&name));
        let counted = connection.query_one(sql.as_str(), &[]).await;
        let counted = counted.map_err(|e| explain::statement(e, doing))?;
        let rows = u64::try_from(get::<i64>(&counted, 0)?).unwrap_or(0);
        found.push(TableRows {
            table,
            rows,
            estimated: false,
        });
    }
    Ok(found)
}

/// Definitions come without the names of these schemas.
async fn settle(connection: &Connection, schema: &str) -> Result<()> {
    let sql = format!("SET search_path = {}", search_path(schema));
    let set = connection.batch_execute(&sql).await;
    set.map_err(|e| explain::statement(e, "choose the schema"))
}

/// `None` for what the platform manages by itself.
fn object(row: &Row, schema: &str) -> Result<Option<Object>> {
    let (kind, space, name): (String, String, String) = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
    if !space.is_empty() && space != schema && managed::is_managed_name(&space) {
        return Ok(None);
    }
    let definition: String = get(row, 3)?;
    Ok(Some(Object {
        name: match space.is_empty() || space == schema {
            true => name,
            false => format!("{space}.{name}"),
        },
        definition: definition
            .replace(&format!("{}.", ident(schema)), "")
            .replace(&format!("{schema}."), ""),
        kind,
    }))
}

fn get<'r, T: tokio_postgres::types::FromSql<'r>>(row: &'r Row, at: usize) -> Result<T> {
    row.try_get(at)
        .map_err(|e| Error::internal("The catalogue answered in another form.").source(e))
}
