//! Two databases, table by table.

use std::collections::HashMap;

use crate::error::Result;
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::inventory::{Inventory, Relation};
use crate::provider::postgres::copy::request::Comparison;
use crate::provider::postgres::copy::session::{Session, Sessions, Side};
use crate::provider::postgres::copy::work::hash;
use crate::provider::postgres::url::DatabaseUrl;

/// Counts and hashes of all tables outside the server's own and the extensions', as both sides have
/// them now; each side is read under one snapshot of its own.
pub async fn compare(source: &DatabaseUrl, target: &DatabaseUrl) -> Result<Comparison> {
    let sessions = Sessions::new(source.clone(), target.clone());
    let (ours, theirs) =
        tokio::try_join!(sessions.open(Side::Source), sessions.open(Side::Target))?;
    let as_text = hash::needs_text(&ours, &theirs);
    let (left, right) = tokio::try_join!(side(&ours, as_text), side(&theirs, as_text))?;
    let mut out = Comparison::default();
    for (name, hash) in &left {
        out.tables += 1;
        out.rows += hash.rows;
        match right.get(name) {
            None => out
                .differences
                .push(format!("{name} is missing in the target")),
            Some(other) if other.rows != hash.rows => out.differences.push(format!(
                "{name} has {} rows in the source and {} in the target",
                hash.rows, other.rows
            )),
            Some(other) if other != hash => {
                out.differences.push(format!("{name} has rows that differ"));
            }
            Some(_) => {}
        }
    }
    for name in right.keys().filter(|name| !left.contains_key(*name)) {
        out.differences
            .push(format!("{name} is only in the target"));
    }
    out.differences.sort();
    sessions.finished();
    Ok(out)
}

async fn side(session: &Session, as_text: bool) -> Result<HashMap<String, hash::RowHash>> {
    session
        .batch(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "Beginning a transaction",
        )
        .await?;
    let inventory = Inventory::read(session).await?;
    let tables: Vec<&Relation> = inventory
        .relations
        .iter()
        .filter(|r| r.kind == 'r' && r.extension.is_none() && r.readable)
        .collect();
    let jobs: Vec<TableJob> = tables
        .iter()
        .map(|r| TableJob::plain(r, &inventory, true))
        .collect();
    let mut hashes = hash::of_source(session, &jobs, as_text).await?;
    Ok(tables
        .iter()
        .enumerate()
        .filter_map(|(place, relation)| Some((relation.plain(), hashes.remove(&place)?)))
        .collect())
}
