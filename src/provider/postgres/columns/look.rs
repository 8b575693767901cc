//! Looking through tables without changing anything: first for what is to be rewritten, at the end
//! for what still names the source.

use std::collections::HashMap;

use super::candidates::{Candidate, Candidates};
use super::catalog::{Column, Shape, Table};
use super::search::{Search, condition};
use super::session::{Session, query};
use crate::domain::reference::{Leftover, Reason, Rewriter, Rewritten};
use crate::domain::report::ColumnChanges;
use crate::domain::secret;
use crate::error::Result;
use crate::provider::postgres::explain;

/// So many tables are asked about in one round trip.
const TOGETHER: usize = 40;
/// So many leftovers of one table are listed; the rest is counted.
const LISTED: usize = 1000;
/// A key longer than this is cut in a report.
const LONGEST_KEY: usize = 120;

/// What one table holds.
#[derive(Debug, Default)]
pub struct Seen {
    /// By column: what is to be rewritten.
    pub changes: Vec<ColumnChanges>,
    pub left: Vec<Leftover>,
    pub unlisted: u64,
}

/// Values that the database refused to take, by row and column, and why.
pub type Refusals = HashMap<(String, String), String>;

/// The tables that may hold something, by their place in the list; tables that can't be read end as
/// leftovers of their own.
pub async fn which(
    session: &Session,
    tables: &[Table],
    search: &Search,
    left: &mut Vec<Leftover>,
    mut looked: impl FnMut(u64),
) -> Result<Vec<usize>> {
    let mut out = Vec::new();
    let numbered: Vec<(usize, &Table)> = tables.iter().enumerate().collect();
    for group in numbered.chunks(TOGETHER) {
        match ask(session, group, search).await {
            Ok(found) => out.extend(found),
            // one of them stands in the others' way
            Err(_) => {
                for one in group {
                    match ask(session, &[*one], search).await {
                        Ok(found) => out.extend(found),
                        Err(error) if session.connection.is_closed() => return Err(error),
                        Err(error) => left.push(Leftover {
                            place: one.1.plain(),
                            row: None,
                            names: String::new(),
                            reason: Reason::Unreadable(error.message),
                        }),
                    }
                }
            }
        }
        looked(group.len() as u64);
    }
    Ok(out)
}

async fn ask(session: &Session, group: &[(usize, &Table)], search: &Search) -> Result<Vec<usize>> {
    let parts: Vec<String> = group
        .iter()
        .map(|(place, table)| {
            format!(
                "SELECT {place}::int8 WHERE EXISTS (SELECT FROM {} WHERE {})",
                table.source(),
                condition(table, search)
            )
        })
        .collect();
    let doing = match group {
        [(_, table)] => format!("Looking through {}", table.plain()),
        many => format!("Looking through {} tables", many.len()),
    };
    let sql = parts.join(" UNION ALL ");
    let rows = query(
        &session.connection,
        &sql,
        &[&search.patterns, &search.words],
        &doing,
    )
    .await?;
    rows.iter()
        .map(|row| super::session::get::<i64>(row, 0))
        .map(|place| place.map(|p| usize::try_from(p).unwrap_or(usize::MAX)))
        .collect()
}

/// One table, value by value.
pub async fn through(
    session: &mut Session,
    table: &Table,
    rewriter: &Rewriter,
    search: &Search,
    refusals: &Refusals,
) -> Result<Seen> {
    let doing = format!("Looking through {}", table.plain());
    let transaction = session
        .connection
        .build_transaction()
        .read_only(true)
        .start()
        .await
        .map_err(|e| explain::statement(e, &doing))?;
    let mut seen = Seen::default();
    let mut candidates = Candidates::open(&transaction, table, search).await?;
    loop {
        let batch = candidates.next().await?;
        if batch.is_empty() {
            break;
        }
        for row in &batch {
            for (column, value) in table.columns.iter().zip(&row.values) {
                if let Some(value) = value {
                    seen.value(table, column, row, value, rewriter, refusals);
                }
            }
        }
    }
    drop(candidates);
    transaction
        .rollback()
        .await
        .map_err(|e| explain::statement(e, &doing))?;
    Ok(seen)
}

impl Seen {
    fn value(
        &mut self,
        table: &Table,
        column: &Column,
        row: &Candidate,
        value: &str,
        rewriter: &Rewriter,
        refusals: &Refusals,
    ) {
        let new = apply(rewriter, &column.shape, value);
        let kept = table.reason(column);
        if new.count > 0 && kept.is_none() {
            count(&mut self.changes, &column.name, new.count as u64);
        }
        for residue in rewriter.residues(value) {
            let refused = || {
                let key = (row.ctid.clone(), column.name.clone());
                refusals.get(&key).cloned().map(Reason::Refused)
            };
            let reason = match residue.reason {
                Reason::NotRewritten => refused()
                    .or_else(|| kept.clone())
                    .unwrap_or(Reason::NotRewritten),
                other => other,
            };
            if self.left.len() >= LISTED {
                self.unlisted += 1;
                continue;
            }
            self.left.push(Leftover {
                place: format!("{}.{}", table.plain(), column.name),
                row: row.key.as_deref().map(|key| shown(rewriter, key)),
                names: residue.names,
                reason,
            });
        }
    }
}

/// A value rewritten as its type asks for.
pub fn apply<'v>(rewriter: &Rewriter, shape: &Shape, value: &'v str) -> Rewritten<'v> {
    match shape {
        Shape::Text | Shape::Kept(_) => rewriter.text(value),
        Shape::Json => rewriter.json(value),
        Shape::Array(elements) => rewriter.array(value, *elements),
    }
}

pub fn count(changes: &mut Vec<ColumnChanges>, column: &str, references: u64) {
    match changes.iter_mut().find(|c| c.column == column) {
        Some(known) => {
            known.values += 1;
            known.references += references;
        }
        None => changes.push(ColumnChanges {
            column: column.to_owned(),
            values: 1,
            references,
        }),
    }
}

/// A row's key as a report may show it.
pub fn shown(rewriter: &Rewriter, key: &str) -> String {
    let key = secret::redact(&rewriter.text(key).text);
    if key.chars().count() <= LONGEST_KEY {
        return key;
    }
    let cut: String = key.chars().take(LONGEST_KEY - 1).collect();
    format!("{cut}…")
}
