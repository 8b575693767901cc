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

/// Those that are there and that the login may set: of a sequence that the platform made, neither is
/// certain.
pub async fn settable(
    session: &Session,
    names: &[(String, String)],
) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for chunk in names.chunks(TOGETHER) {
        let values: Vec<String> = chunk
            .iter()
            .enumerate()
            .map(|(place, (schema, name))| {
                format!("({place}, {})", literal(&qualified(schema, name)))
            })
            .collect();
        let sql = format!(
            "SELECT place FROM (VALUES {}) AS v (place, name)
             WHERE pg_catalog.has_sequence_privilege(pg_catalog.to_regclass(name)::oid, 'UPDATE')
               AND pg_catalog.has_sequence_privilege(pg_catalog.to_regclass(name)::oid, 'SELECT')",
            values.join(", ")
        );
        let answer = session
            .connection
            .simple_query(&sql)
            .await
            .map_err(|error| session.explain(error, "Looking at the sequences"))?;
        for message in answer {
            let SimpleQueryMessage::Row(row) = message else {
                continue;
            };
            let place = row.get(0).and_then(|text| text.parse::<usize>().ok());
            found.extend(place.and_then(|n| chunk.get(n)).cloned());
        }
    }
    Ok(found)
}

/// Where both have a position, the one that is further: numbers that were given stay given.
pub fn furthest(source: Positions, target: &Positions) -> Positions {
    let further = |name: &(String, String), position: (i64, bool)| match target.get(name) {
        Some(own) => position.max(*own),
        None => position,
    };
    source
        .into_iter()
        .map(|(name, position)| {
            let furthest = further(&name, position);
            (name, furthest)
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_never_goes_back() {
        let name = |n: &str| ("auth".to_owned(), n.to_owned());
        let source = HashMap::from([(name("a"), (5, true)), (name("b"), (1, false))]);
        let target = HashMap::from([(name("a"), (1, false)), (name("b"), (1, true))]);
        let both = furthest(source, &target);
        assert_eq!(both[&name("a")], (5, true));
        assert_eq!(both[&name("b")], (1, true));
    }
}
