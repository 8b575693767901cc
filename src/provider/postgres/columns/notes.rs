//! What a pass notes in the database itself while it's under way: each table's outcome, written in
//! the transaction that rewrote it. So a table is rewritten exactly once and its outcome is never
//! lost, whenever the program is killed. The notes go when the pass is over.

use serde::{Deserialize, Serialize};
use tokio_postgres::Transaction;

use super::session::{Session, get, query};
use crate::domain::report::TableChanges;
use crate::error::{Context, Kind, Result};
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::ident;

const DOING: &str = "Noting what was rewritten";

/// How the rewriting of one table ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    pub changes: TableChanges,
    /// Place of the row, column, and why its value couldn't be changed.
    pub refused: Vec<(String, String, String)>,
}

fn schema(token: &str) -> String {
    ident(&format!("matriz_references_{token}"))
}

pub async fn prepare(session: &Session, token: &str) -> Result<()> {
    let schema = schema(token);
    session
        .connection
        .batch_execute(&format!(
            "SET client_min_messages = warning;
             CREATE SCHEMA IF NOT EXISTS {schema};
             CREATE TABLE IF NOT EXISTS {schema}.outcome (relation text PRIMARY KEY, said text NOT NULL)"
        ))
        .await
        .map_err(|e| explain::statement(e, DOING))
}

/// What the pass, or an interrupted one before it, has noted.
pub async fn read(session: &Session, token: &str) -> Result<Vec<Outcome>> {
    let sql = format!(
        "SELECT said FROM {}.outcome ORDER BY relation",
        schema(token)
    );
    let rows = query(&session.connection, &sql, &[], DOING).await?;
    rows.iter()
        .map(|row| {
            serde_json::from_str(&get::<String>(row, 0)?).context(Kind::Parse, || {
                "What was rewritten can't be read back".into()
            })
        })
        .collect()
}

/// Written with what it tells of, or not at all.
pub async fn write(transaction: &Transaction<'_>, token: &str, outcome: &Outcome) -> Result<()> {
    let said = serde_json::to_string(outcome).context(Kind::Internal, || {
        "What was rewritten can't be noted".into()
    })?;
    let sql = format!(
        "INSERT INTO {}.outcome (relation, said) VALUES ($1, $2)",
        schema(token)
    );
    transaction
        .execute(&sql, &[&outcome.changes.table, &said])
        .await
        .map(|_| ())
        .map_err(|e| explain::statement(e, DOING))
}

pub async fn forget(session: &Session, token: &str) -> Result<()> {
    let sql = format!(
        "SET client_min_messages = warning; DROP SCHEMA IF EXISTS {} CASCADE",
        schema(token)
    );
    session
        .connection
        .batch_execute(&sql)
        .await
        .map_err(|e| explain::statement(e, DOING))
}
