//! Which model filled a vector column.
//!
//! Vectors of two models can be compared in form but not in meaning, so every column that Matriz
//! fills is recorded in `matriz_meta.embedding_model`, in the database itself. A schema of its own
//! keeps the record out of the project's API (which shows the exposed schemas only; a comment on the
//! column would be shown there, and would take the place of the users' own), and it travels with a
//! copy of the whole database. Whoever copies one schema into another carries the records over with
//! [`list`] and [`record`].

use tokio_postgres::Client;

use crate::error::{Error, Result};
use crate::memory::embed::MODEL_NAME;
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::{ident, qualified};

/// One filled column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub table: String,
    pub column: String,
    pub model: String,
}

const CREATE: &str = "CREATE SCHEMA IF NOT EXISTS matriz_meta;
    CREATE TABLE IF NOT EXISTS matriz_meta.embedding_model (
      schema_name text NOT NULL,
      table_name text NOT NULL,
      column_name text NOT NULL,
      model text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (schema_name, table_name, column_name)
    );
    COMMENT ON TABLE matriz_meta.embedding_model IS 'Which model filled which vector column.'";

/// What is recorded for a schema.
pub async fn list(client: &Client, schema: &str) -> Result<Vec<Record>> {
    let failed = |error| explain::statement(error, "Cannot read which model filled the vectors");
    let there = client
        .query_one(
            "SELECT pg_catalog.to_regclass('matriz_meta.embedding_model') IS NOT NULL",
            &[],
        )
        .await
        .map_err(failed)?;
    if !there.try_get::<_, bool>(0).map_err(failed)? {
        return Ok(Vec::new());
    }
    let sql = "SELECT table_name, column_name, model FROM matriz_meta.embedding_model
        WHERE schema_name = $1 ORDER BY 1, 2";
    let rows = client.query(sql, &[&schema]).await.map_err(failed)?;
    rows.iter()
        .map(|row| {
            Ok(Record {
                table: row.try_get(0).map_err(failed)?,
                column: row.try_get(1).map_err(failed)?,
                model: row.try_get(2).map_err(failed)?,
            })
        })
        .collect()
}

/// Writes records for a schema, over what is there.
pub async fn record(client: &Client, schema: &str, records: &[Record]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let failed = |error| explain::statement(error, "Cannot record which model filled the vectors");
    client.batch_execute(CREATE).await.map_err(failed)?;
    let sql =
        "INSERT INTO matriz_meta.embedding_model (schema_name, table_name, column_name, model)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (schema_name, table_name, column_name)
        DO UPDATE SET model = excluded.model, updated_at = now()";
    for entry in records {
        client
            .execute(sql, &[&schema, &entry.table, &entry.column, &entry.model])
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Refuses a column that holds vectors of another model, or of one that nobody recorded.
pub(super) async fn check(
    client: &Client,
    schema: &str,
    records: &[Record],
    table: &str,
    column: &str,
) -> Result<()> {
    let hint = "Load with re-embedding to compute all its vectors anew.";
    let known = records
        .iter()
        .find(|record| record.table == table && record.column == column);
    if let Some(record) = known {
        if record.model == MODEL_NAME {
            return Ok(());
        }
        return Err(Error::refused(format!(
            "The vectors in {table}.{column} were made by the model {}; {MODEL_NAME} can't be mixed in.",
            record.model
        ))
        .hint(hint));
    }
    let sql = format!(
        "SELECT EXISTS (SELECT FROM {} WHERE {} IS NOT NULL)",
        qualified(schema, table),
        ident(column)
    );
    let failed = |error| explain::statement(error, &format!("Cannot read {table}.{column}"));
    let row = client.query_one(&sql, &[]).await.map_err(failed)?;
    if row.try_get(0).map_err(failed)? {
        return Err(Error::refused(format!(
            "{table}.{column} holds vectors, and it isn't recorded which model made them."
        ))
        .hint(hint));
    }
    Ok(())
}
