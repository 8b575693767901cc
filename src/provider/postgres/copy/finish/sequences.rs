//! Positions of sequences, those behind identity columns of partitioned tables among them.

use std::collections::HashMap;

use tokio_postgres::SimpleQueryMessage;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::copy::session::Session;
use crate::provider::postgres::copy::sql::quote::{literal, plain, qualified};

/// So many sequences in one statement.
const TOGETHER: usize = 200;

/// A sequence's name, and where it stands: `last_value` and `is_called`.
pub type Positions = HashMap<(String, String), (i64, bool)>;

/// Read after the snapshot was taken: a sequence may only be ahead of the rows, never behind.
pub async fn read(session: &Session, names: &[(String, String)]) -> Result<Positions> {
    let doing = "Reading the sequences";
    let mut out = HashMap::new();
    for chunk in names.chunks(TOGETHER) {
        let parts: Vec<String> = chunk
            .iter()
            .enumerate()
            .map(|(place, (schema, name))| {
                format!(
                    "SELECT {place}, last_value, is_called FROM {}",
                    qualified(schema, name)
                )
            })
            .collect();
        let answer = session
            .connection
            .simple_query(&parts.join(" UNION ALL "))
            .await
            .map_err(|error| session.explain(error, doing))?;
        for message in answer {
            let SimpleQueryMessage::Row(row) = message else {
                continue;
            };
            let text = |column| row.get(column).unwrap_or_default();
            let place = text(0).parse::<usize>().ok().and_then(|n| chunk.get(n));
            if let (Some(name), Ok(value)) = (place, text(1).parse()) {
                out.insert(name.clone(), (value, text(2) == "t"));
            }
        }
    }
    Ok(out)
}

/// Sets the sequences, then reads them back.
pub async fn write(session: &Session, positions: &Positions) -> Result<()> {
    let names: Vec<(String, String)> = positions.keys().cloned().collect();
    for chunk in names.chunks(TOGETHER) {
        let parts: Vec<String> = chunk
            .iter()
            .filter_map(|name| Some((name, positions.get(name)?)))
            .map(|((schema, name), (value, called))| {
                format!(
                    "pg_catalog.setval({}::pg_catalog.regclass, {value}, {called})",
                    literal(&qualified(schema, name))
                )
            })
            .collect();
        let sql = format!("SELECT {}", parts.join(", "));
        session.batch(&sql, "Setting the sequences").await?;
    }
    let there = read(session, &names).await?;
    let wrong: Vec<String> = names
        .iter()
        .filter(|name| there.get(*name) != positions.get(*name))
        .map(|(schema, name)| plain(schema, name))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Database,
        format!(
            "Sequences of the target don't stand where they should: {}.",
            wrong.join(", ")
        ),
    )
    .hint("Something else writes to the target. Stop it, then run it again."))
}
