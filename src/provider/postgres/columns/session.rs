//! The one connection of a pass.

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};

use crate::error::{Error, Result};
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::url::DatabaseUrl;

/// Names are all qualified; a policy that would hide rows is an error instead.
const SETTINGS: [(&str, &str); 6] = [
    ("statement_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("search_path", ""),
    ("row_security", "off"),
    ("default_transaction_read_only", "off"),
    ("jit", "off"),
];

pub struct Session {
    pub connection: Connection,
    /// Whether the login may silence triggers.
    pub silent: bool,
}

pub async fn open(target: &DatabaseUrl) -> Result<Session> {
    let mut options = ConnectOptions::named("matriz references");
    for (name, value) in SETTINGS {
        options = options.setting(name, value);
    }
    let connection = connect(target, &options).await?;
    let silent = connection
        .batch_execute("BEGIN; SET LOCAL session_replication_role = replica; ROLLBACK")
        .await
        .is_ok();
    if !silent {
        // the failed transaction is still open
        connection
            .batch_execute("ROLLBACK")
            .await
            .map_err(|e| explain::statement(e, "Setting up the connection"))?;
    }
    Ok(Session { connection, silent })
}

pub async fn query(
    client: &tokio_postgres::Client,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
    doing: &str,
) -> Result<Vec<Row>> {
    client
        .query(sql, params)
        .await
        .map_err(|e| explain::statement(e, doing))
}

/// A column's value, or an error where the server sent another type than was asked for.
pub fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(|error| {
        Error::internal(format!("Column {column} of an answer can't be read.")).source(error)
    })
}
