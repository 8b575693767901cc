//! What is to be copied, table by table, and the statements for it.

use crate::provider::postgres::copy::inventory::columns::Hashed;
use crate::provider::postgres::copy::inventory::{Column, Inventory, Relation};
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::copy::sql::quote::{ident, plain, qualified};

/// Tables up to this many bytes are copied many at a time.
pub const SMALL: u64 = 1024 * 1024;
/// Rows from this many bytes on are wide.
pub const WIDE: u64 = 1024 * 1024;

/// Pages `from` (inclusive) to `to` (exclusive; `None`: to the end) of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: u64,
    pub to: Option<u64>,
}

/// One table's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TableJob {
    pub source: (String, String),
    pub target: (String, String),
    pub bytes: u64,
    pub index_bytes: u64,
    pub pages: u64,
    /// The columns that are copied, with what is read where that isn't the column itself.
    pub columns: Vec<(String, Option<&'static str>)>,
    /// What the row hash takes, column by column.
    hashed: Vec<Hashed>,
    /// Only rows under this condition (`WHERE …`), as an extension declared it.
    pub filter: String,
    pub binary: bool,
    /// Its parent is a partitioned table, whose statistics are gathered with all its partitions.
    pub partition: bool,
    /// The table was there before the copy, so it isn't emptied by `TRUNCATE`.
    pub kept: bool,
    /// Bytes of its largest row, as far as that is known; 0 where none matters.
    pub widest: u64,
}

impl TableJob {
    /// A table whose definition is copied too.
    pub fn plain(relation: &Relation, inventory: &Inventory, same_major: bool) -> TableJob {
        let columns = inventory.columns_of(relation.oid);
        Self::with(relation, columns, same_major)
    }

    fn with(relation: &Relation, columns: &[Column], same_major: bool) -> TableJob {
        let copied: Vec<&Column> = columns.iter().filter(|c| !c.generated).collect();
        TableJob {
            source: (relation.schema.clone(), relation.name.clone()),
            target: (relation.schema.clone(), relation.name.clone()),
            bytes: relation.bytes,
            index_bytes: relation.index_bytes,
            pages: relation.pages,
            columns: copied.iter().map(|c| (c.name.clone(), None)).collect(),
            hashed: columns.iter().map(Column::hashed).collect(),
            filter: String::new(),
            binary: same_major && copied.iter().all(|c| c.binary),
            partition: relation.partition,
            kept: false,
            widest: 0,
        }
    }

    /// A table that the target has by itself: only the columns that both have.
    pub fn kept(
        relation: &Relation,
        inventory: &Inventory,
        theirs: &[Column],
        filter: &str,
        same_major: bool,
    ) -> TableJob {
        let shared: Vec<Column> = inventory
            .columns_of(relation.oid)
            .iter()
            .filter(|ours| {
                !ours.generated && theirs.iter().any(|t| t.name == ours.name && !t.generated)
            })
            .cloned()
            .collect();
        let same_types = shared.iter().all(|ours| {
            theirs
                .iter()
                .any(|t| t.name == ours.name && t.type_name == ours.type_name)
        });
        let mut job = Self::with(relation, &shared, same_major && same_types);
        for (place, (name, instead)) in job.columns.iter_mut().enumerate() {
            *instead = managed::switched_off(&relation.schema, &relation.name, name);
            // The hash is of what the copy holds, not of what the source does.
            if let (Some(value), Some(hashed)) = (*instead, job.hashed.get_mut(place)) {
                *hashed = Hashed::InRow(value.to_owned());
            }
        }
        job.filter = filter.to_owned();
        job.kept = true;
        job
    }

    pub fn is_small(&self) -> bool {
        self.bytes <= SMALL && !self.kept && !self.is_wide()
    }

    /// Whether single rows are large enough to count: they aren't read ahead, nor many at a time.
    pub fn is_wide(&self) -> bool {
        self.widest >= WIDE
    }

    pub fn title(&self) -> String {
        plain(&self.target.0, &self.target.1)
    }

    pub fn source_sql(&self) -> String {
        qualified(&self.source.0, &self.source.1)
    }

    pub fn target_sql(&self) -> String {
        qualified(&self.target.0, &self.target.1)
    }

    fn format(&self) -> &'static str {
        if self.binary { "binary" } else { "text" }
    }

    fn column_list(&self) -> String {
        if self.columns.is_empty() {
            return String::new();
        }
        let names: Vec<String> = self.columns.iter().map(|(name, _)| ident(name)).collect();
        format!(" ({})", names.join(", "))
    }

    /// `COPY … TO STDOUT`, of all rows or of a range.
    pub fn copy_out(&self, range: Option<Range>) -> String {
        let switched = self.columns.iter().any(|(_, instead)| instead.is_some());
        let format = self.format();
        if range.is_none() && self.filter.is_empty() && !switched {
            return format!(
                "COPY {}{} TO STDOUT (FORMAT {format})",
                self.source_sql(),
                self.column_list()
            );
        }
        let values: Vec<String> = self
            .columns
            .iter()
            .map(|(name, instead)| instead.map_or_else(|| ident(name), str::to_owned))
            .collect();
        let mut from = format!(
            "SELECT {} FROM ONLY {}",
            values.join(", "),
            self.source_sql()
        );
        if let Some(range) = range {
            from.push_str(&format!(" WHERE ctid >= '({},0)'", range.from));
            if let Some(to) = range.to {
                from.push_str(&format!(" AND ctid < '({to},0)'"));
            }
        } else if !self.filter.is_empty() {
            from.push(' ');
            from.push_str(&self.filter);
        }
        format!("COPY ({from}) TO STDOUT (FORMAT {format})")
    }

    /// `COPY … FROM STDIN`; frozen rows need the table to be emptied in the same transaction.
    pub fn copy_in(&self, frozen: bool) -> String {
        format!(
            "COPY {}{} FROM STDIN (FORMAT {}{})",
            self.target_sql(),
            self.column_list(),
            self.format(),
            if frozen { ", FREEZE" } else { "" }
        )
    }

    /// Count and content hash of the rows, on the source or on the target.
    pub fn hash_query(&self, of_target: bool, as_text: bool) -> String {
        let table = if of_target {
            self.target_sql()
        } else {
            self.source_sql()
        };
        let hash = self.row_hash(as_text);
        format!(
            "SELECT pg_catalog.count(*)::int8, coalesce(pg_catalog.sum({hash}), 0)::pg_catalog.text FROM ONLY {table} {}",
            self.filter
        )
    }

    /// 64 bits of one row. Each column has a seed of its own, so that two values that change places
    /// don't go unseen.
    fn row_hash(&self, as_text: bool) -> String {
        let (mut parts, mut row) = (Vec::new(), Vec::new());
        for (seed, hashed) in (1..).zip(&self.hashed) {
            match hashed {
                Hashed::Alone(call) if as_text => {
                    let (_, value) = call.split_once('(').unwrap_or_default();
                    row.push(value);
                }
                Hashed::Alone(call) => parts.push(format!("coalesce({call}, {seed}), {seed})")),
                Hashed::InRow(value) => row.push(value.as_str()),
            }
        }
        if !row.is_empty() {
            let row = row.join(", ");
            parts.push(if as_text {
                format!(
                    "pg_catalog.hashtextextended(ROW({row})::pg_catalog.text COLLATE pg_catalog.\"C\", 0)"
                )
            } else {
                format!("pg_catalog.hash_record_extended(ROW({row}), 0)")
            });
        }
        if parts.is_empty() {
            return "0::int8".to_owned();
        }
        parts.join(" OPERATOR(pg_catalog.#) ")
    }

    /// Ranges of about `pages` pages each; the last one is open, as a table may grow.
    pub fn ranges(&self, pages: u64) -> Vec<Range> {
        let count = (self.pages / pages.max(1)).max(1);
        let step = self.pages.div_ceil(count);
        (0..count)
            .map(|n| Range {
                from: n * step,
                to: (n + 1 < count).then_some((n + 1) * step),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> TableJob {
        TableJob {
            source: ("public".into(), "a \"b\"".into()),
            target: ("public".into(), "a \"b\"".into()),
            bytes: 1,
            index_bytes: 0,
            pages: 100,
            columns: vec![("id".into(), None), ("active".into(), Some("false"))],
            hashed: vec![
                Hashed::Alone("pg_catalog.hashint8extended(\"id\"".into()),
                Hashed::InRow("false".into()),
            ],
            filter: String::new(),
            binary: true,
            partition: false,
            kept: false,
            widest: 0,
        }
    }

    #[test]
    fn a_switched_off_column_is_read_as_such() {
        assert_eq!(
            job().copy_out(None),
            "COPY (SELECT \"id\", false FROM ONLY \"public\".\"a \"\"b\"\"\") TO STDOUT (FORMAT binary)"
        );
    }

    #[test]
    fn a_row_is_hashed_by_its_columns_or_as_text() {
        let alone = "coalesce(pg_catalog.hashint8extended(\"id\", 1), 1)";
        let rest = "pg_catalog.hash_record_extended(ROW(false), 0)";
        assert_eq!(
            job().row_hash(false),
            format!("{alone} OPERATOR(pg_catalog.#) {rest}")
        );
        assert!(job().row_hash(true).contains("(ROW(\"id\", false)::"));
    }

    #[test]
    fn ranges_leave_no_gap_and_no_end() {
        let ranges = job().ranges(30);
        assert_eq!(ranges.first().unwrap().from, 0);
        assert_eq!(ranges.last().unwrap().to, None);
        for pair in ranges.windows(2) {
            assert_eq!(pair[0].to, Some(pair[1].from));
        }
    }

    #[test]
    fn a_table_without_columns_is_copied_too() {
        let bare = TableJob {
            columns: vec![],
            hashed: vec![],
            ..job()
        };
        assert!(
            bare.copy_in(false)
                .ends_with("\" FROM STDIN (FORMAT binary)")
        );
        assert!(bare.hash_query(true, false).contains("sum(0::int8)"));
    }
}
