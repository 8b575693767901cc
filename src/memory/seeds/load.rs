//! Loading seeds: a transaction for each file.

use std::collections::{BTreeMap, HashSet};

use futures_util::future::join_all;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use tokio_util::sync::CancellationToken;

use super::columns::{self, Table, TextColumn};
use super::model::{self, Record};
use super::parse::{SeedFile, SeedSet};
use super::plan::{self, Filled, Group, PlannedRow};
use super::progress::Tracker;
use super::reembed;
use crate::domain::progress::Report;
use crate::error::{Error, Result};
use crate::memory::embed::MODEL_NAME;
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::search_path;

/// Rows sent side by side, without waiting for each answer.
const PIPELINE: usize = 128;

#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Compute all vectors anew in the tables that the seeds name, also those of another model.
    pub reembed: bool,
    /// Which text a vector column is made of, before the seeds' own `_embed` and the usual names.
    pub text_columns: Vec<TextColumn>,
}

/// What loading did to one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableReport {
    pub table: String,
    pub inserted: u64,
    /// Rows that were there already.
    pub skipped: u64,
    /// Vectors computed for inserted rows.
    pub embedded: u64,
    /// Rows whose vectors were computed anew.
    pub reembedded: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// In the order of the seeds.
    pub tables: Vec<TableReport>,
    /// What a person should know: vector columns that stay empty, for one.
    pub notes: Vec<String>,
}

impl SeedReport {
    pub fn inserted(&self) -> u64 {
        self.tables.iter().map(|table| table.inserted).sum()
    }

    pub fn skipped(&self) -> u64 {
        self.tables.iter().map(|table| table.skipped).sum()
    }

    fn table(&mut self, name: &str) -> &mut TableReport {
        let at = match self.tables.iter().position(|table| table.table == name) {
            Some(at) => at,
            None => {
                self.tables.push(TableReport {
                    table: name.to_owned(),
                    ..TableReport::default()
                });
                self.tables.len() - 1
            }
        };
        &mut self.tables[at]
    }
}

/// Loads seeds into a schema. Rows that are there already are left alone, so it can run again.
///
/// A file is loaded whole or not at all. When the future is dropped in the middle, close the
/// connection: the server then takes the open transaction back.
///
/// # Errors
/// `Kind::NotFound` for a table or column that isn't there, `Kind::Refused` for a vector column of
/// another model, `Kind::Database` for a row that the server refuses; each with file and line.
/// `Kind::Cancelled` when `cancel` fires; files before that stay loaded.
pub async fn load(
    client: &Client,
    schema: &str,
    set: &SeedSet,
    options: &LoadOptions,
    progress: &mut (dyn FnMut(Report) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<SeedReport> {
    let mut rules = options.text_columns.clone();
    rules.extend(set.files.iter().flat_map(|file| file.text_columns.clone()));
    let mut work = Work {
        client,
        schema,
        tables: columns::tables(client, schema).await?,
        rules,
        report: SeedReport::default(),
        tracker: Tracker::new(set, progress),
        cancel,
    };
    // Everything that can be refused without touching a row is refused before the first one.
    for file in &set.files {
        work.check(file, options.reembed).await?;
    }
    if options.reembed {
        let done = work.reembed(set).await;
        work.end(done).await?;
    }
    for file in &set.files {
        let done = work.file(file).await;
        work.end(done).await?;
    }
    Ok(work.report)
}

struct Work<'a> {
    client: &'a Client,
    schema: &'a str,
    tables: BTreeMap<String, Table>,
    rules: Vec<TextColumn>,
    report: SeedReport,
    tracker: Tracker<'a>,
    cancel: &'a CancellationToken,
}

impl<'a> Work<'a> {
    async fn check(&mut self, file: &SeedFile, reembed: bool) -> Result<()> {
        let records = model::list(self.client, self.schema).await?;
        for seed in &file.tables {
            let table = plan::find(&file.path, seed, self.schema, &self.tables)?;
            let pairs = table.embeddings(&self.rules);
            for (vector, _) in pairs.iter().filter(|(_, text)| text.is_none()) {
                let note = format!(
                    "{}.{} stays empty: no column is obviously its text. Name one under _embed.",
                    table.name, vector.name
                );
                if !self.report.notes.contains(&note) {
                    self.report.notes.push(note);
                }
            }
            let filled = plan::filled(table, pairs)?;
            plan::groups(&file.path, seed, table, &filled)?;
            if reembed {
                continue;
            }
            for one in &filled {
                let column = &one.vector.name;
                model::check(self.client, self.schema, &records, &table.name, column).await?;
            }
        }
        Ok(())
    }

    async fn begin(&self) -> Result<()> {
        let path = search_path(self.schema);
        // Two loads at the same time would both find a row missing.
        self.run(&format!(
            "BEGIN; SET LOCAL search_path TO {path};
             SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('matriz.seeds'))"
        ))
        .await
    }

    /// Ends the transaction the way its work ended.
    async fn end(&self, done: Result<()>) -> Result<()> {
        match done {
            Ok(()) => self.run("COMMIT").await,
            Err(error) => {
                // The first error is the one that tells something.
                let _ = self.client.batch_execute("ROLLBACK").await;
                Err(error)
            }
        }
    }

    async fn run(&self, sql: &str) -> Result<()> {
        let failed = |error| explain::statement(error, "Cannot load the seeds");
        self.client.batch_execute(sql).await.map_err(failed)
    }

    async fn reembed(&mut self, set: &SeedSet) -> Result<()> {
        self.begin().await?;
        let mut names: Vec<&str> = Vec::new();
        for seed in set.files.iter().flat_map(|file| &file.tables) {
            if !names.contains(&seed.name.as_str()) {
                names.push(&seed.name);
            }
        }
        for name in names {
            let Some(table) = self.tables.get(name) else {
                continue;
            };
            for filled in plan::filled(table, table.embeddings(&self.rules))? {
                let column = &filled.vector.name;
                self.tracker
                    .note(format!("Embedding {name}.{column} again"));
                let tracker = &mut self.tracker;
                let rows = reembed::column(
                    self.client,
                    self.schema,
                    name,
                    &filled,
                    self.cancel,
                    &mut |done| {
                        tracker.note(format!("Embedding {name}.{column} again: {done} rows"))
                    },
                )
                .await?;
                self.report.table(name).reembedded += rows;
                model::record(self.client, self.schema, &[ours(name, column)]).await?;
            }
        }
        Ok(())
    }

    async fn file(&mut self, file: &SeedFile) -> Result<()> {
        self.begin().await?;
        for seed in &file.tables {
            let table = plan::find(&file.path, seed, self.schema, &self.tables)?.clone();
            let filled = plan::filled(&table, table.embeddings(&self.rules))?;
            self.tracker.table(&seed.name);
            self.report.table(&seed.name);
            // All groups are compared with the table before the first row goes in: a row with
            // fewer columns would otherwise find a new row of its own file and count as present.
            let groups = plan::groups(&file.path, seed, &table, &filled)?;
            let mut work = Vec::with_capacity(groups.len());
            for group in &groups {
                work.push((group, self.missing(file, &table, group).await?));
            }
            for (group, missing) in work {
                self.group(file, &table, &filled, group, missing).await?;
            }
            self.tracker.table_done(&seed.name);
        }
        Ok(())
    }

    async fn group(
        &mut self,
        file: &SeedFile,
        table: &Table,
        filled: &[Filled<'_>],
        group: &Group<'_>,
        missing: Vec<&PlannedRow>,
    ) -> Result<()> {
        let skipped = (group.rows.len() - missing.len()) as u64;
        self.report.table(&table.name).skipped += skipped;
        self.tracker.rows(&table.name, skipped);
        if missing.is_empty() {
            return Ok(());
        }
        let insert = group.insert_sql(self.schema, table, filled);
        let insert = self.prepare(&insert, &table.name).await?;
        for chunk in missing.chunks(PIPELINE) {
            self.stop_if_cancelled()?;
            let mut values: Vec<Vec<Option<String>>> =
                chunk.iter().map(|row| row.values.clone()).collect();
            let mut embedded = 0;
            for one in filled {
                let at = group.columns.iter().position(|c| c.name == one.text.name);
                let texts = chunk.iter().map(|row| row.values.get(at?)?.clone());
                let made = reembed::vectors(texts.collect(), one.width).await?;
                embedded += made.iter().flatten().count() as u64;
                for (row, vector) in values.iter_mut().zip(made) {
                    row.push(vector);
                }
            }
            let client = self.client;
            let sent = values.iter().map(|row| {
                let row: Vec<&(dyn ToSql + Sync)> =
                    row.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
                let insert = &insert;
                async move { client.execute(insert, &row).await }
            });
            let answers = join_all(sent).await;
            for (answer, row) in answers.into_iter().zip(chunk) {
                answer.map_err(|error| refused(error, file, table, row))?;
            }
            let report = self.report.table(&table.name);
            report.inserted += chunk.len() as u64;
            report.embedded += embedded;
            self.tracker.rows(&table.name, chunk.len() as u64);
        }
        for sql in group.sequence_sql(self.schema, table) {
            self.run(&sql).await?;
        }
        let records: Vec<Record> = filled
            .iter()
            .map(|one| ours(&table.name, &one.vector.name))
            .collect();
        model::record(self.client, self.schema, &records).await
    }

    /// The rows of a group that the table doesn't have.
    async fn missing<'g>(
        &self,
        file: &SeedFile,
        table: &Table,
        group: &'g Group<'_>,
    ) -> Result<Vec<&'g PlannedRow>> {
        let digest = self.prepare(&group.digest_sql(), &table.name).await?;
        let mut digests: Vec<String> = Vec::with_capacity(group.rows.len());
        for chunk in group.rows.chunks(PIPELINE) {
            self.stop_if_cancelled()?;
            let sent = chunk.iter().map(|row| {
                let values: Vec<&(dyn ToSql + Sync)> = row
                    .values
                    .iter()
                    .map(|v| v as &(dyn ToSql + Sync))
                    .collect();
                let digest = &digest;
                async move { self.client.query_one(digest, &values).await?.try_get(0) }
            });
            for (answer, row) in join_all(sent).await.into_iter().zip(chunk) {
                digests.push(answer.map_err(|error| refused(error, file, table, row))?);
            }
        }
        let failed = |error| explain::statement(error, &format!("Cannot read {}", table.name));
        let present = group.present_sql(self.schema, table);
        let rows = self
            .client
            .query(&present, &[&digests])
            .await
            .map_err(failed)?;
        let mut seen = HashSet::new();
        for row in rows {
            seen.insert(row.try_get::<_, String>(0).map_err(failed)?);
        }
        let pairs = group.rows.iter().zip(digests);
        let missing = pairs.filter(|(_, digest)| seen.insert(digest.clone()));
        Ok(missing.map(|(row, _)| row).collect())
    }

    async fn prepare(&self, sql: &str, table: &str) -> Result<tokio_postgres::Statement> {
        let failed = |error| explain::statement(error, &format!("Cannot load seeds into {table}"));
        self.client.prepare(sql).await.map_err(failed)
    }

    fn stop_if_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
        Ok(())
    }
}

fn ours(table: &str, column: &str) -> Record {
    Record {
        table: table.to_owned(),
        column: column.to_owned(),
        model: MODEL_NAME.to_owned(),
    }
}

fn refused(
    error: tokio_postgres::Error,
    file: &SeedFile,
    table: &Table,
    row: &PlannedRow,
) -> Error {
    let place = format!("{}:{}", file.path.display(), row.line);
    explain::statement(
        error,
        &format!("{place}: the table {} refuses this row", table.name),
    )
}
