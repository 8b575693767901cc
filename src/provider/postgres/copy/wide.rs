//! How large the rows of each table can be: a server sends a row as one message, so the largest one
//! decides on a copy's memory.
//!
//! Only tables that keep values out of line can have rows that matter. Of those the table itself is
//! read, never the values: a value's length stands in the reference to it.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::future::join3;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::SqlState;

use crate::domain::human;
use crate::error::Result;
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::request::memory;
use crate::provider::postgres::copy::session::Session;
use crate::provider::postgres::copy::sql::quote::{plain, qualified};

/// Rows up to this many bytes fit into what a copy always takes.
pub const ORDINARY: u64 = 8_000_000;

/// A table's schema and name.
type Name = (String, String);

/// So many tables are looked at in one query, and so many bytes of them.
const TOGETHER: usize = 50;
const BYTES_TOGETHER: i64 = 64 * 1024 * 1024;
/// A rest of the time that is too short to begin with another table.
const SHORTEST: Duration = Duration::from_millis(20);

/// Tables that keep enough out of line for a row of 8 MB: at best, a value is compressed to 1/255.
///
/// Text and bytes tell their length without being read. Of other types only the stored size is
/// known so cheaply: it's right for what isn't compressed; what is compressed and takes 256 KiB or
/// more is read to know. An array's elements travel with 4 more bytes each.
const CANDIDATES: &str = "SELECT n.nspname::text, c.relname::text,
   pg_catalog.pg_relation_size(c.oid),
   pg_catalog.string_agg(pg_catalog.format(CASE
     WHEN coalesce(nullif(t.typbasetype, 0), t.oid) IN ('bytea'::pg_catalog.regtype,
         'text'::pg_catalog.regtype, 'varchar'::pg_catalog.regtype, 'bpchar'::pg_catalog.regtype)
       THEN 'coalesce(pg_catalog.octet_length(%1$I), 0)::int8'
     ELSE 'coalesce(CASE WHEN pg_catalog.pg_column_compression(%1$I) IS NULL
             OR pg_catalog.pg_column_size(%1$I) < 262144
           THEN pg_catalog.pg_column_size(%1$I)::int8 * %2$s
           ELSE pg_catalog.octet_length(%1$I::pg_catalog.text) END, 0)' END,
     a.attname, CASE WHEN e.typlen > 0 THEN (e.typlen + 3) / e.typlen + 1 ELSE 1 END), ' + ')
 FROM pg_catalog.pg_class c
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   AND a.attlen = -1 AND a.attgenerated = ''
 JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
 LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.reltoastrelid <> 0
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND pg_catalog.pg_relation_size(c.reltoastrelid) >= 24 * 1024
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
 GROUP BY c.oid, n.nspname, c.relname, c.reltoastrelid
 ORDER BY pg_catalog.pg_relation_size(c.reltoastrelid) DESC";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WideRows {
    /// Bytes of the largest row that each table may send; a table that isn't here has none that
    /// matters.
    pub largest: HashMap<Name, u64>,
    /// Tables whose rows couldn't be looked at in time.
    pub unknown: HashSet<Name>,
}

struct Candidate {
    name: Name,
    bytes: i64,
    /// The sum of its columns' lengths.
    length: String,
}

impl Candidate {
    fn of(message: &SimpleQueryMessage) -> Option<Candidate> {
        let SimpleQueryMessage::Row(row) = message else {
            return None;
        };
        let text = |column| row.get(column).map(str::to_owned);
        Some(Candidate {
            name: (text(0)?, text(1)?),
            bytes: text(2)?.parse().ok()?,
            length: text(3)?,
        })
    }
}

impl WideRows {
    /// For the job's log, where the rows are large enough to count in its memory.
    pub fn words(&self) -> Option<String> {
        let (table, bytes) = self.largest.iter().max_by_key(|(_, bytes)| **bytes)?;
        (*bytes > ORDINARY).then(|| {
            format!(
                "The largest row, of {}, has {}: the copy takes up to {} of memory.",
                plain(&table.0, &table.1),
                human::bytes(*bytes),
                human::bytes(memory(*bytes))
            )
        })
    }

    /// Notes at every table how large its rows are. As text, bytes take twice their number, and
    /// other values may need as many marks again.
    pub fn note(&self, jobs: &mut [TableJob]) {
        for job in jobs {
            let bytes = self.largest.get(&job.source).copied().unwrap_or_default();
            job.widest = if job.binary {
                bytes
            } else {
                bytes.saturating_mul(2)
            };
        }
    }
}

/// Looks at every table that may have large rows, for so long at most.
///
/// The session has to be in a transaction, which goes on afterwards. Other queries may be on their
/// way on it.
pub async fn read(session: &Session, within: Duration) -> Result<WideRows> {
    let end = Instant::now() + within;
    let answer = session.connection.simple_query(CANDIDATES).await;
    let answer = answer.map_err(|error| session.explain(error, DOING))?;
    let candidates: Vec<Candidate> = answer.iter().filter_map(Candidate::of).collect();
    let mut out = WideRows::default();
    let mut rest = candidates.as_slice();
    while !rest.is_empty() {
        let (group, others) = rest.split_at(together(rest));
        rest = others;
        let left = end.saturating_duration_since(Instant::now());
        let found = match left > SHORTEST {
            true => look(session, group, left).await?,
            false => None,
        };
        let names = group.iter().map(|candidate| candidate.name.clone());
        match found {
            Some(found) => out.largest.extend(names.zip(found)),
            None => out.unknown.extend(names),
        }
    }
    Ok(out)
}

const DOING: &str = "Looking for the largest row";

/// How many of these tables are looked at in one query.
fn together(candidates: &[Candidate]) -> usize {
    let mut bytes = 0;
    let fit = candidates.iter().take(TOGETHER).take_while(|candidate| {
        bytes += candidate.bytes;
        bytes <= BYTES_TOGETHER
    });
    fit.count().max(1)
}

/// The largest row of each of these tables, or `None` where the time was up.
async fn look(session: &Session, group: &[Candidate], left: Duration) -> Result<Option<Vec<u64>>> {
    let parts: Vec<String> = group
        .iter()
        .enumerate()
        .map(|(place, table)| {
            format!(
                "SELECT {place}::int4, coalesce(pg_catalog.max({}), 0) FROM ONLY {}",
                table.length,
                qualified(&table.name.0, &table.name.1)
            )
        })
        .collect();
    // A statement that was stopped must not end the transaction, whose snapshot others may use.
    let begin = format!(
        "SAVEPOINT wide; SET LOCAL statement_timeout = {}",
        left.as_millis().max(1)
    );
    let sql = parts.join(" UNION ALL ");
    // One behind the other, with nothing of another's in between.
    let (begun, answer, ended) = join3(
        session.batch(&begin, DOING),
        session.connection.simple_query(&sql),
        session.batch("ROLLBACK TO wide; RELEASE wide", DOING),
    )
    .await;
    begun?;
    ended?;
    let answer = match answer {
        Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => return Ok(None),
        other => other.map_err(|error| session.explain(error, DOING))?,
    };
    let mut out = vec![0; group.len()];
    for message in answer {
        if let SimpleQueryMessage::Row(row) = message {
            let number = |column| row.get(column).and_then(|text| text.parse::<u64>().ok());
            let place = number(0).and_then(|place| usize::try_from(place).ok());
            if let (Some(place), Some(bytes)) = (place, number(1))
                && let Some(slot) = out.get_mut(place)
            {
                *slot = bytes;
            }
        }
    }
    Ok(Some(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(sizes: &[i64]) -> Vec<Candidate> {
        let make = |bytes| Candidate {
            name: Name::default(),
            bytes,
            length: String::new(),
        };
        sizes.iter().copied().map(make).collect()
    }

    #[test]
    fn large_tables_go_alone_and_small_ones_together() {
        assert_eq!(together(&tables(&[BYTES_TOGETHER * 9, 1])), 1);
        assert_eq!(together(&tables(&[1, BYTES_TOGETHER, 1])), 1);
        assert_eq!(together(&tables(&[1, BYTES_TOGETHER - 1, 1])), 2);
        assert_eq!(together(&tables(&[0; 120])), TOGETHER);
    }
}
