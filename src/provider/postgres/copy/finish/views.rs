//! Materialised views with their rows, and statistics for the planner.

use std::collections::HashMap;

use crate::provider::postgres::copy::inventory::Relation;
use crate::provider::postgres::copy::script::{Stage, Task};
use crate::provider::postgres::copy::sql::quote::{plain, qualified};
use crate::provider::postgres::copy::toc::Toc;

/// So many tables in one `ANALYZE`.
const TOGETHER: usize = 50;

/// A refresh for every view that holds rows in the source; the dump's order is that of their
/// dependencies.
pub fn refreshes(toc: &Toc, relations: &[Relation]) -> Vec<Task> {
    let populated: HashMap<u32, bool> = relations.iter().map(|r| (r.oid, r.populated)).collect();
    toc.entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| {
            entry.desc == "MATERIALIZED VIEW" && populated.get(&entry.oid) == Some(&true)
        })
        .map(|(place, entry)| Task {
            stage: Stage::Rest,
            title: format!("rows of {}", plain(&entry.namespace, &entry.tag)),
            sql: format!(
                "REFRESH MATERIALIZED VIEW {}",
                qualified(&entry.namespace, &entry.tag)
            ),
            entry: place,
            table: None,
            may_be_refused: false,
        })
        .collect()
}

/// `ANALYZE` statements for these tables; a partitioned one takes its partitions along.
pub fn analyses(tables: &[(String, String)]) -> Vec<String> {
    tables
        .chunks(TOGETHER)
        .map(|chunk| {
            let names: Vec<String> = chunk.iter().map(|(s, n)| qualified(s, n)).collect();
            format!("ANALYZE {}", names.join(", "))
        })
        .collect()
}
