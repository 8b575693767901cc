//! The table of contents of a `pg_dump -Fc` archive.
//!
//! The layout is that of `src/bin/pg_dump/pg_backup_archiver.c` (`ReadHead`, `ReadToc`) and
//! `pg_backup_custom.c` (`_ReadExtraToc`) in PostgreSQL 14 to 18: archive versions 1.14 (14, 15),
//! 1.15 (16) and 1.16 (17, 18).

mod read;

use std::collections::HashMap;

pub use read::parse;

/// Where `pg_restore` would run an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    None,
    Pre,
    Data,
    Post,
}

/// One object of the dump: its statement, and what it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    /// The object's catalogue and its oid in the source; 0 for what has none of its own.
    pub table_oid: u32,
    pub oid: u32,
    /// The object's name, unquoted; for some kinds with its signature or its table.
    pub tag: String,
    /// The kind, in capitals: `TABLE`, `FK CONSTRAINT`.
    pub desc: String,
    pub section: Section,
    pub defn: String,
    pub drop: String,
    /// Empty for objects that live in no schema.
    pub namespace: String,
    pub access_method: String,
    /// Empty where the object has no owner of its own.
    pub owner: String,
    /// The ids of the entries (or of undumped objects) that must come first.
    pub deps: Vec<i64>,
}

impl Entry {
    /// The entry as a person would name it: `table public.orders`.
    pub fn title(&self) -> String {
        let kind = match self.desc.as_str() {
            "FK CONSTRAINT" => "foreign key".to_owned(),
            "ACL" => "rights on".to_owned(),
            "COMMENT" => "comment on".to_owned(),
            other => other.to_lowercase(),
        };
        if self.namespace.is_empty() {
            format!("{kind} {}", self.tag)
        } else {
            format!("{kind} {}.{}", self.namespace, self.tag)
        }
    }
}

/// The whole table of contents, in an order in which everything can be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Toc {
    pub server_version: String,
    pub entries: Vec<Entry>,
    /// SHA-256 over the entries, in hex: equal for two dumps of the same schema.
    pub hash: String,
}

impl Toc {
    /// From an entry's id to its place in [`Toc::entries`].
    pub fn places(&self) -> HashMap<i64, usize> {
        self.entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.id, place))
            .collect()
    }
}
