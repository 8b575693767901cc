//! The SQL for rows that name the same columns.

use std::path::Path;

use super::columns::{Column, Table, TableKind};
use super::parse::{SeedRow, SeedTable};
use super::values::text_form;
use crate::error::{Error, Kind, Result};
use crate::memory::embed;
use crate::provider::postgres::quote::{ident, qualified};

/// A vector column that Matriz fills, and its text.
#[derive(Debug, Clone)]
pub struct Filled<'t> {
    pub vector: &'t Column,
    pub text: &'t Column,
    /// Values to write: the column's width.
    pub width: usize,
}

/// Rows of one table that name the same columns, ready to be sent.
#[derive(Debug)]
pub struct Group<'t> {
    pub columns: Vec<&'t Column>,
    pub rows: Vec<PlannedRow>,
}

#[derive(Debug)]
pub struct PlannedRow {
    pub line: u64,
    /// One for each column of the group.
    pub values: Vec<Option<String>>,
}

/// The vector columns of a table that are filled here.
///
/// # Errors
/// `Kind::Refused` when a column is too narrow for the model's vectors.
pub fn filled<'t>(
    table: &'t Table,
    pairs: Vec<(&'t Column, Option<&'t Column>)>,
) -> Result<Vec<Filled<'t>>> {
    let mut filled = Vec::new();
    for (vector, text) in pairs {
        let Some(text) = text else { continue };
        let width = match vector.form {
            super::columns::Form::Vector(0) => embed::DIM,
            super::columns::Form::Vector(width) => width,
            _ => continue,
        };
        if width < embed::DIM {
            return Err(Error::refused(format!(
                "The column {}.{} holds vectors of {width} values; the embedding model makes {}.",
                table.name,
                vector.name,
                embed::DIM
            ))
            .hint(format!(
                "Make the column vector({}). The values that are left over are filled with zeros.",
                embed::COLUMN_DIM
            )));
        }
        filled.push(Filled {
            vector,
            text,
            width,
        });
    }
    Ok(filled)
}

/// The database's table for a seed's table.
pub fn find<'t>(
    path: &Path,
    seed: &SeedTable,
    schema: &str,
    tables: &'t std::collections::BTreeMap<String, Table>,
) -> Result<&'t Table> {
    let place = format!("{}:{}", path.display(), seed.line);
    match tables.get(&seed.name) {
        Some(table) if table.kind == TableKind::Table => Ok(table),
        Some(_) => Err(Error::refused(format!(
            "{place}: {} is not a table that rows can be put into.",
            seed.name
        ))),
        None => {
            let names: Vec<&str> = tables.keys().map(String::as_str).take(20).collect();
            let hint = if names.is_empty() {
                format!("The schema {schema} has no tables. Run the migrations first.")
            } else {
                format!("The schema {schema} has: {}.", names.join(", "))
            };
            Err(Error::not_found(format!(
                "{place}: there is no table {} in the schema {schema}.",
                seed.name
            ))
            .hint(hint))
        }
    }
}

/// Cuts a seed's rows into groups with the same columns, in the order of their first row.
pub fn groups<'t>(
    path: &Path,
    seed: &SeedTable,
    table: &'t Table,
    filled: &[Filled<'t>],
) -> Result<Vec<Group<'t>>> {
    let mut groups: Vec<Group<'t>> = Vec::new();
    for row in &seed.rows {
        let (columns, values) = planned(path, row, table, filled)?;
        let planned = PlannedRow {
            line: row.line,
            values,
        };
        let same = groups.iter_mut().find(|group| {
            group.columns.len() == columns.len()
                && group
                    .columns
                    .iter()
                    .zip(&columns)
                    .all(|(a, b)| a.name == b.name)
        });
        match same {
            Some(group) => group.rows.push(planned),
            None => groups.push(Group {
                columns,
                rows: vec![planned],
            }),
        }
    }
    Ok(groups)
}

type Planned<'t> = (Vec<&'t Column>, Vec<Option<String>>);

/// The row's columns in the table's order, and their values.
fn planned<'t>(
    path: &Path,
    row: &SeedRow,
    table: &'t Table,
    filled: &[Filled<'t>],
) -> Result<Planned<'t>> {
    let wrong =
        |kind, what: String| Error::new(kind, format!("{}:{}: {what}.", path.display(), row.line));
    if let Some((name, _)) = row
        .values
        .iter()
        .find(|(name, _)| table.column(name).is_none())
    {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        let what = format!("the table {} has no column {name}", table.name);
        return Err(wrong(Kind::NotFound, what).hint(format!("It has: {}.", names.join(", "))));
    }
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for column in &table.columns {
        let Some((_, value)) = row.values.iter().find(|(name, _)| *name == column.name) else {
            continue;
        };
        if let Some(own) = filled.iter().find(|f| f.vector.name == column.name) {
            let what = format!(
                "the column {} is computed from {} when the seeds are loaded",
                column.name, own.text.name
            );
            return Err(wrong(Kind::Refused, what).hint("Take the column out of the seed."));
        }
        values.push(text_form(column, value).map_err(|what| wrong(Kind::Parse, what))?);
        columns.push(column);
    }
    Ok((columns, values))
}

impl Group<'_> {
    /// A digest of one row's values, computed by the server in the columns' own types.
    pub fn digest_sql(&self) -> String {
        let casts = self.columns.iter().enumerate();
        let casts = casts.map(|(n, column)| format!("${}::text::{}", n + 1, column.full_type));
        format!(
            "SELECT pg_catalog.md5(ROW({})::text)",
            casts.collect::<Vec<_>>().join(", ")
        )
    }

    /// Which of the digests in `$1` belong to rows of the table.
    pub fn present_sql(&self, schema: &str, table: &Table) -> String {
        let names = self.columns.iter().map(|column| ident(&column.name));
        let digest = format!(
            "pg_catalog.md5(ROW({})::text)",
            names.collect::<Vec<_>>().join(", ")
        );
        format!(
            "SELECT DISTINCT {digest} FROM {} WHERE {digest} = ANY($1)",
            qualified(schema, &table.name)
        )
    }

    /// Puts one row in: the group's columns, then the vectors.
    ///
    /// The casts name no length: a text that is too long for its column is then an error, where a
    /// cast with a length would cut it silently.
    pub fn insert_sql(&self, schema: &str, table: &Table, filled: &[Filled<'_>]) -> String {
        let vectors = filled.iter().map(|f| f.vector);
        let all: Vec<&Column> = self.columns.iter().copied().chain(vectors).collect();
        let names: Vec<String> = all.iter().map(|column| ident(&column.name)).collect();
        let values: Vec<String> = all
            .iter()
            .enumerate()
            .map(|(n, column)| format!("${}::text::{}", n + 1, column.base_type))
            .collect();
        let overriding = if self.columns.iter().any(|column| column.identity_always) {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        format!(
            "INSERT INTO {} ({}){overriding} VALUES ({})",
            qualified(schema, &table.name),
            names.join(", "),
            values.join(", ")
        )
    }

    /// Moves a sequence past the values that the seeds gave its column, so that the next row
    /// without one doesn't collide.
    pub fn sequence_sql(&self, schema: &str, table: &Table) -> Vec<String> {
        let behind = self
            .columns
            .iter()
            .filter_map(|column| Some((column, column.sequence.as_ref()?)));
        behind
            .map(|(column, sequence)| {
                let name = sequence.replace('\'', "''");
                format!(
                    "SELECT pg_catalog.setval('{name}', m) FROM (SELECT max({}) AS m FROM {}) s \
                     WHERE m >= (SELECT last_value FROM {sequence})",
                    ident(&column.name),
                    qualified(schema, &table.name)
                )
            })
            .collect()
    }
}
