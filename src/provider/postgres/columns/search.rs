//! What a server looks for before anything is read: nothing else can hold a reference.

use super::catalog::{Column, Table};
use crate::domain::reference::Rewriter;

/// A binary value beyond this many bytes is looked through by its bytes, and only the parts around
/// what was found are read: as text it would take up to four times as much.
const LARGE: u32 = 1024 * 1024;
/// The parts, in bytes: from so much before a word, and so much in all.
const BEFORE: u32 = 200;
const PART: u32 = 1000;

/// What to look for.
pub struct Search {
    /// For `LIKE`, in lower case.
    pub patterns: Vec<String>,
    /// As they are written, for large binary values; empty where there are too many.
    pub words: Vec<String>,
}

impl Search {
    pub fn of(rewriter: &Rewriter) -> Search {
        match rewriter.needles() {
            Some(needles) => Search {
                patterns: needles.iter().map(|needle| pattern(needle)).collect(),
                words: needles.to_vec(),
            },
            None => Search {
                patterns: vec!["%".to_owned()],
                words: Vec::new(),
            },
        }
    }
}

fn pattern(needle: &str) -> String {
    let lower = needle.to_ascii_lowercase();
    let escaped = lower
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// Whether a row may hold a reference; `$1` are the patterns, `$2` the words. The C collation knows
/// ASCII only, which is all that is needed, and is fast.
pub fn condition(table: &Table, search: &Search) -> String {
    let parts: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let like = format!(
                "pg_catalog.lower(({}) COLLATE \"C\") LIKE ANY ($1::text[])",
                column.read
            );
            match &column.binary {
                Some(bytes) if !search.words.is_empty() => format!(
                    "CASE WHEN pg_catalog.octet_length({bytes}) <= {LARGE} THEN {like}
                       ELSE EXISTS (SELECT FROM {}) END",
                    found(bytes)
                ),
                _ => like,
            }
        })
        .collect();
    // every statement has both parameters, whatever it makes of them
    format!(
        "pg_catalog.cardinality($1::text[] || $2::text[]) > 0 AND ({})",
        parts.join(" OR ")
    )
}

/// A column's value as text.
pub fn value(column: &Column, search: &Search) -> String {
    match &column.binary {
        Some(bytes) if !search.words.is_empty() => format!(
            "CASE WHEN pg_catalog.octet_length({bytes}) <= {LARGE} THEN {}
               ELSE (SELECT pg_catalog.string_agg(pg_catalog.encode(pg_catalog.substring({bytes},
                       greatest(found.at - {BEFORE}, 1), {PART}), 'escape'), E'\\n')
                     FROM {}) END",
            column.read,
            found(bytes)
        ),
        _ => column.read.clone(),
    }
}

/// Where in these bytes each word stands first.
fn found(bytes: &str) -> String {
    format!(
        "(SELECT pg_catalog.position({bytes}, pg_catalog.convert_to(word, 'UTF8'))
            FROM pg_catalog.unnest($2::text[]) word) found(at) WHERE found.at > 0"
    )
}
