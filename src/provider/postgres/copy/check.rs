//! A look at both databases before anything is changed: what the plan shows.

use crate::error::Result;
use crate::provider::postgres::copy::inventory::relations;
use crate::provider::postgres::copy::request::{CheckReport, CopyRequest, Skipped};
use crate::provider::postgres::copy::session::{Session, Sessions, Side, get};
use crate::provider::postgres::copy::target::state;

/// Servers before this can't hash rows or read a range of pages.
const OLDEST: u32 = 14;
/// So many tables are named as the largest.
const LARGEST: usize = 10;

const EXTENSIONS: &str = "SELECT extname::text, extversion FROM pg_catalog.pg_extension";

pub async fn check(request: &CopyRequest) -> Result<CheckReport> {
    let sessions = Sessions::new(request.source.clone(), request.target.clone());
    let (source, target) =
        tokio::try_join!(sessions.open(Side::Source), sessions.open(Side::Target))?;
    // Even a table's size can't be read while somebody rewrites the table.
    let patience = format!("SET lock_timeout = '{}ms'", request.lock_timeout_ms);
    let doing = "Looking at both databases";
    tokio::try_join!(
        source.batch(&patience, doing),
        target.batch(&patience, doing)
    )?;
    let theirs = state::read(&target).await?;
    let to = request.schemas.as_ref().map(|map| map.to.as_str());
    let from = request.schemas.as_ref().map(|map| map.from.as_str());
    let (relations, target_holds, extensions) = tokio::try_join!(
        relations::read(&source),
        state::holds(&target, &theirs, to),
        source.query(EXTENSIONS, &[], "Reading the source's extensions"),
    )?;
    let mut out = CheckReport {
        source_version: source.connection.server_version().to_owned(),
        target_version: target.connection.server_version().to_owned(),
        target_holds,
        ..CheckReport::default()
    };
    versions(&source, &target, &mut out);
    for row in &extensions {
        let (name, version): (String, String) = (get(row, 0)?, get(row, 1)?);
        match theirs.roles.installed.get(&name) {
            Some(other) if *other != version => out.warnings.push(Skipped::new(
                format!("extension {name}"),
                format!("the source has version {version}, the target {other}"),
            )),
            Some(_) => {}
            None if theirs.roles.available.contains_key(&name) => {}
            None => out.refusals.push(format!(
                "The source uses the extension {name}, which the target's server doesn't offer."
            )),
        }
    }
    let mut tables: Vec<_> = relations
        .iter()
        .filter(|r| r.kind == 'r' && r.extension.is_none())
        .filter(|r| from.is_none_or(|schema| schema == r.schema))
        .collect();
    for table in tables
        .iter()
        .filter(|r| !r.readable && !theirs.manages(&r.schema))
    {
        out.refusals.push(format!(
            "The source's role may not read the table {}.",
            table.plain()
        ));
    }
    tables.sort_by_key(|r| std::cmp::Reverse(r.bytes));
    out.tables = tables.len() as u64;
    out.rows = tables.iter().map(|r| r.rows).sum();
    out.bytes = tables.iter().map(|r| r.bytes + r.index_bytes).sum();
    out.largest = tables
        .iter()
        .take(LARGEST)
        .map(|r| (r.plain(), r.bytes))
        .collect();
    sessions.finished();
    Ok(out)
}

fn versions(source: &Session, target: &Session, out: &mut CheckReport) {
    let (from, to) = (
        source.connection.server_major(),
        target.connection.server_major(),
    );
    for (side, major) in [("source", from), ("target", to)] {
        if major < OLDEST {
            out.refusals.push(format!(
                "The {side} runs PostgreSQL {major}; a copy needs {OLDEST} or newer."
            ));
        }
    }
    if to < from {
        out.warnings.push(Skipped::new(
            format!("PostgreSQL {from} to {to}"),
            "the target is older than the source, so what only the newer one knows will fail",
        ));
    }
}
