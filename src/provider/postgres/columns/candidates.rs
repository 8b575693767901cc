//! Rows that may hold a reference, in batches that fit into memory.
//!
//! A portal gives the rows' places and the size of their values; the values themselves are then read
//! by place, at most [`BATCH_BYTES`] together unless one row alone is larger.

use std::collections::VecDeque;

use tokio_postgres::{Portal, Statement, Transaction};

use super::catalog::{Column, Table};
use super::search::{Search, condition, value};
use super::session::get;
use crate::error::Result;
use crate::provider::postgres::explain;

const BATCH_BYTES: i64 = 4 * 1024 * 1024;
const BATCH_ROWS: usize = 500;
/// Places that are asked for at once.
const PLACES: i32 = 5000;

/// One row: its values in the order of the table's columns.
pub struct Candidate {
    /// Its place in the table (`(0,1)`).
    pub ctid: String,
    pub key: Option<String>,
    pub values: Vec<Option<String>>,
}

pub struct Candidates<'t> {
    transaction: &'t Transaction<'t>,
    search: &'t Search,
    portal: Portal,
    read: Statement,
    pending: VecDeque<(String, i64)>,
    exhausted: bool,
    columns: usize,
    doing: String,
}

impl<'t> Candidates<'t> {
    pub async fn open(
        transaction: &'t Transaction<'t>,
        table: &Table,
        search: &'t Search,
    ) -> Result<Candidates<'t>> {
        let doing = format!("Reading {}", table.plain());
        let failed = |e| explain::statement(e, &doing);
        let sizes: Vec<String> = table.columns.iter().map(size).collect();
        let places = format!(
            "SELECT ctid::text, ({})::int8 FROM {} WHERE {}",
            sizes.join(" + "),
            table.source(),
            condition(table, search)
        );
        let places = transaction.prepare(&places).await.map_err(failed)?;
        let values: Vec<String> = table.columns.iter().map(|c| value(c, search)).collect();
        let read = format!(
            "SELECT ctid::text, {}, {} FROM {}
             WHERE ctid = ANY ($3::text[]::tid[]) AND pg_catalog.cardinality($1::text[] || $2::text[]) > 0",
            table.key_sql(),
            values.join(", "),
            table.source()
        );
        Ok(Candidates {
            transaction,
            search,
            portal: transaction
                .bind(&places, &[&search.patterns, &search.words])
                .await
                .map_err(failed)?,
            read: transaction.prepare(&read).await.map_err(failed)?,
            pending: VecDeque::new(),
            exhausted: false,
            columns: table.columns.len(),
            doing,
        })
    }

    /// The next rows; none when there are no more.
    pub async fn next(&mut self) -> Result<Vec<Candidate>> {
        if self.pending.is_empty() && !self.exhausted {
            let rows = self
                .transaction
                .query_portal(&self.portal, PLACES)
                .await
                .map_err(|e| explain::statement(e, &self.doing))?;
            self.exhausted = rows.len() < PLACES as usize;
            for row in &rows {
                self.pending.push_back((get(row, 0)?, get(row, 1)?));
            }
        }
        let mut places = Vec::new();
        let mut bytes = 0;
        while let Some((_, size)) = self.pending.front() {
            let full = places.len() >= BATCH_ROWS || bytes + size > BATCH_BYTES;
            if full && !places.is_empty() {
                break;
            }
            if let Some((place, size)) = self.pending.pop_front() {
                bytes += size;
                places.push(place);
            }
        }
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .transaction
            .query(
                &self.read,
                &[&self.search.patterns, &self.search.words, &places],
            )
            .await
            .map_err(|e| explain::statement(e, &self.doing))?;
        rows.iter()
            .map(|row| {
                Ok(Candidate {
                    ctid: get(row, 0)?,
                    key: get(row, 1)?,
                    values: (0..self.columns)
                        .map(|n| get(row, n + 2))
                        .collect::<Result<_>>()?,
                })
            })
            .collect()
    }
}

/// What a value may take in memory; of a large binary one only parts are read.
fn size(column: &Column) -> String {
    match &column.binary {
        Some(bytes) => format!("coalesce(pg_catalog.octet_length({bytes}), 0)::int8"),
        None => format!(
            "coalesce(pg_catalog.octet_length({}), 0)::int8",
            column.read
        ),
    }
}
