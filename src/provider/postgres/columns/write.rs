//! Rewriting one table, in one transaction.

use std::collections::HashMap;

use futures_util::future::join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Statement, Transaction};

use super::candidates::{Candidate, Candidates};
use super::catalog::{Column, Table};
use super::look::{apply, count, shown};
use super::notes::{self, Outcome};
use super::search::Search;
use super::session::Session;
use crate::domain::reference::Rewriter;
use crate::domain::report::{RowChange, TableChanges};
use crate::domain::secret;
use crate::error::Result;
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::ident;

/// So many rows of one table are listed in the report; the rest is counted.
const LISTED: usize = 10_000;

/// A row's new values, by column.
struct Change {
    ctid: String,
    key: Option<String>,
    /// Column's place, new value, references in it.
    values: Vec<(usize, String, u64)>,
}

/// Rewrites a table and notes the outcome. A row that the database refuses stays as it was and is in
/// the outcome, with the reason.
pub async fn table(
    session: &mut Session,
    table: &Table,
    rewriter: &Rewriter,
    search: &Search,
    token: &str,
    mut rewritten: impl FnMut(u64),
) -> Result<Outcome> {
    let doing = format!("Rewriting the references in {}", table.plain());
    let failed = |e| explain::statement(e, &doing);
    let silent = session.silent && !table.checks_late;
    let transaction = session.connection.transaction().await.map_err(failed)?;
    transaction
        .batch_execute(&opening(table, silent))
        .await
        .map_err(failed)?;
    let mut writer = Writer {
        transaction: &transaction,
        table,
        rewriter,
        statements: HashMap::new(),
        outcome: Outcome {
            changes: TableChanges {
                table: table.plain(),
                computed: table.computed.clone(),
                ..TableChanges::default()
            },
            refused: Vec::new(),
        },
    };
    let mut candidates = Candidates::open(&transaction, table, search).await?;
    loop {
        let batch = candidates.next().await?;
        if batch.is_empty() {
            break;
        }
        let changes: Vec<Change> = batch
            .into_iter()
            .filter_map(|row| change(table, rewriter, row))
            .collect();
        rewritten(writer.batch(changes).await?);
    }
    drop(candidates);
    let outcome = writer.outcome;
    if !silent {
        let sql = format!("ALTER TABLE {} ENABLE TRIGGER USER", table.sql());
        transaction.batch_execute(&sql).await.map_err(failed)?;
    }
    notes::write(&transaction, token, &outcome).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(outcome)
}

/// Nobody else writes meanwhile, so places stay; and triggers don't fire: a row that is rewritten
/// isn't news to anybody.
fn opening(table: &Table, silent: bool) -> String {
    let name = table.sql();
    let quiet = if silent {
        "SET LOCAL session_replication_role = replica".to_owned()
    } else {
        format!("ALTER TABLE {name} DISABLE TRIGGER USER; SET CONSTRAINTS ALL IMMEDIATE")
    };
    format!("LOCK TABLE ONLY {name} IN SHARE ROW EXCLUSIVE MODE; {quiet}")
}

fn change(table: &Table, rewriter: &Rewriter, row: Candidate) -> Option<Change> {
    let mut values = Vec::new();
    for (place, (column, value)) in table.columns.iter().zip(&row.values).enumerate() {
        if let Some(value) = value
            && table.reason(column).is_none()
        {
            let new = apply(rewriter, &column.shape, value);
            if new.count > 0 {
                values.push((place, new.text.into_owned(), new.count as u64));
            }
        }
    }
    (!values.is_empty()).then_some(Change {
        ctid: row.ctid,
        key: row.key,
        values,
    })
}

struct Writer<'t> {
    transaction: &'t Transaction<'t>,
    table: &'t Table,
    rewriter: &'t Rewriter,
    /// By the columns that they change.
    statements: HashMap<Vec<usize>, Statement>,
    outcome: Outcome,
}

impl Writer<'_> {
    /// How many rows were changed.
    async fn batch(&mut self, changes: Vec<Change>) -> Result<u64> {
        for change in &changes {
            self.prepare(change).await?;
        }
        self.control("SAVEPOINT matriz_batch").await?;
        let all = join_all(changes.iter().map(|change| self.update(change))).await;
        if all.iter().all(std::result::Result::is_ok) {
            self.control("RELEASE SAVEPOINT matriz_batch").await?;
            for change in &changes {
                self.note(change);
            }
            return Ok(changes.len() as u64);
        }
        self.control("ROLLBACK TO SAVEPOINT matriz_batch").await?;
        let mut done = 0;
        for change in &changes {
            match self.update(change).await {
                Ok(()) => {
                    self.control("RELEASE SAVEPOINT matriz_batch; SAVEPOINT matriz_batch")
                        .await?;
                    self.note(change);
                    done += 1;
                }
                Err(Refusal::Row(why)) => {
                    self.control("ROLLBACK TO SAVEPOINT matriz_batch").await?;
                    for (place, _, _) in &change.values {
                        let column = self.table.columns.get(*place).map(|c| c.name.clone());
                        self.outcome.refused.push((
                            change.ctid.clone(),
                            column.unwrap_or_default(),
                            why.clone(),
                        ));
                    }
                }
                Err(Refusal::All(error)) => return Err(*error),
            }
        }
        self.control("RELEASE SAVEPOINT matriz_batch").await?;
        Ok(done)
    }

    async fn control(&self, sql: &str) -> Result<()> {
        let doing = format!("Rewriting the references in {}", self.table.plain());
        self.transaction
            .batch_execute(sql)
            .await
            .map_err(|e| explain::statement(e, &doing))
    }

    async fn prepare(&mut self, change: &Change) -> Result<()> {
        let places: Vec<usize> = change.values.iter().map(|(place, ..)| *place).collect();
        if self.statements.contains_key(&places) {
            return Ok(());
        }
        let sets: Vec<String> = places
            .iter()
            .enumerate()
            .filter_map(|(n, place)| {
                let column: &Column = self.table.columns.get(*place)?;
                let cast = if column.cast == "text" {
                    String::new()
                } else {
                    format!("::{}", column.cast)
                };
                Some(format!("{} = ${}::text{cast}", ident(&column.name), n + 2))
            })
            .collect();
        let sql = format!(
            "UPDATE ONLY {} SET {} WHERE ctid = $1::text::tid",
            self.table.sql(),
            sets.join(", ")
        );
        let statement = self
            .transaction
            .prepare(&sql)
            .await
            .map_err(|e| explain::statement(e, &self.doing(change)))?;
        self.statements.insert(places, statement);
        Ok(())
    }

    async fn update(&self, change: &Change) -> std::result::Result<(), Refusal> {
        let places: Vec<usize> = change.values.iter().map(|(place, ..)| *place).collect();
        let Some(statement) = self.statements.get(&places) else {
            return Err(Refusal::Row("no statement was prepared".into()));
        };
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&change.ctid];
        for (_, new, _) in &change.values {
            params.push(new);
        }
        match self.transaction.execute(statement, &params).await {
            Ok(1) => Ok(()),
            Ok(_) => Err(Refusal::Row(
                "a rule or a trigger kept the row as it was".into(),
            )),
            Err(error) => match error.as_db_error() {
                // of the row itself: its data, an integrity constraint, a check that a trigger makes
                Some(db)
                    if matches!(
                        db.code().code().get(..2),
                        Some("22" | "23" | "P0" | "42" | "44")
                    ) =>
                {
                    let text = format!("{} ({})", db.message(), db.code().code());
                    Err(Refusal::Row(secret::redact(
                        &self.rewriter.text(&text).text,
                    )))
                }
                _ => Err(Refusal::All(Box::new(explain::statement(
                    error,
                    &self.doing(change),
                )))),
            },
        }
    }

    /// What is being done, with the table and its columns.
    fn doing(&self, change: &Change) -> String {
        let columns: Vec<&str> = change
            .values
            .iter()
            .filter_map(|(place, ..)| self.table.columns.get(*place))
            .map(|c| c.name.as_str())
            .collect();
        let table = self.table.plain();
        format!("Rewriting {} of {table}", columns.join(", "))
    }

    fn note(&mut self, change: &Change) {
        let changes = &mut self.outcome.changes;
        let mut columns = Vec::new();
        for (place, _, references) in &change.values {
            if let Some(column) = self.table.columns.get(*place) {
                count(&mut changes.columns, &column.name, *references);
                columns.push(column.name.clone());
            }
        }
        if changes.rows.len() >= LISTED {
            changes.unlisted += 1;
            return;
        }
        let row = change.key.as_deref().map(|key| shown(self.rewriter, key));
        changes.rows.push(RowChange { row, columns });
    }
}

/// Why an update wasn't made.
enum Refusal {
    /// Because of this row: the others may be.
    Row(String),
    /// Because of something that holds for all.
    All(Box<crate::error::Error>),
}
