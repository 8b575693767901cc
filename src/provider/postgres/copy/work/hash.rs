//! Counts and content hashes of rows, computed inside the servers.
//!
//! The hash of a table is the sum over its rows of a 64-bit hash of each, so the order of the rows
//! doesn't matter and equal rows don't cancel each other out.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::session::Session;

/// Servers before 14 can't hash a row.
const FIRST_WITH_ROW_HASH: u32 = 14;

/// So many tables in one query, and so many bytes of them.
const TOGETHER: usize = 50;
const BYTES_TOGETHER: u64 = 8 * 1024 * 1024;

/// What one side says of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowHash {
    pub rows: u64,
    /// The sum, in decimal: it doesn't fit 64 bits.
    pub sum: String,
}

/// Whether both servers hash a row alike, or its text has to be hashed instead.
pub fn needs_text(source: &Session, target: &Session) -> bool {
    [source, target]
        .iter()
        .any(|session| session.connection.server_major() < FIRST_WITH_ROW_HASH)
}

/// The hashes of several tables, in one round trip.
pub async fn of_tables(
    session: &Session,
    jobs: &[&TableJob],
    of_target: bool,
    as_text: bool,
) -> Result<Vec<RowHash>> {
    let parts: Vec<String> = jobs
        .iter()
        .enumerate()
        .map(|(place, job)| {
            format!(
                "SELECT {place}::int4, x.* FROM ({}) x",
                job.hash_query(of_target, as_text)
            )
        })
        .collect();
    let doing = match jobs {
        [one] => format!("Checking the rows of {}", one.title()),
        many => format!("Checking the rows of {} tables", many.len()),
    };
    let answer = session
        .connection
        .simple_query(&parts.join(" UNION ALL "))
        .await
        .map_err(|error| session.explain(error, &doing))?;
    let mut out = vec![None; jobs.len()];
    for message in answer {
        if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
            let text = |column| row.get(column).unwrap_or_default();
            let place: usize = text(0).parse().unwrap_or(usize::MAX);
            if let Some(slot) = out.get_mut(place) {
                *slot = Some(RowHash {
                    rows: text(1).parse().unwrap_or_default(),
                    sum: text(2).to_owned(),
                });
            }
        }
    }
    out.into_iter()
        .map(|hash| hash.ok_or_else(|| Error::internal(format!("{doing}: no answer."))))
        .collect()
}

/// By the job's place.
pub type SourceHashes = HashMap<usize, RowHash>;

/// All tables of the source: large ones one by one, small ones many at a time.
pub async fn of_source(
    session: &Session,
    jobs: &[TableJob],
    as_text: bool,
) -> Result<SourceHashes> {
    let mut out = HashMap::new();
    let mut group: Vec<usize> = Vec::new();
    let mut bytes = 0;
    for (place, job) in jobs.iter().enumerate() {
        group.push(place);
        bytes += job.bytes;
        let last = place + 1 == jobs.len();
        if last || group.len() == TOGETHER || bytes > BYTES_TOGETHER {
            let chosen: Vec<&TableJob> = group.iter().filter_map(|n| jobs.get(*n)).collect();
            let hashes = of_tables(session, &chosen, false, as_text).await?;
            out.extend(group.drain(..).zip(hashes));
            bytes = 0;
        }
    }
    Ok(out)
}
