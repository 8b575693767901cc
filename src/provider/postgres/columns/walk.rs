//! One pass from its first look to its last.

use std::collections::HashSet;

use super::catalog::{self, Table};
use super::look::{self, Refusals, Seen};
use super::notes::{self, Outcome};
use super::progress::Progress;
use super::search::Search;
use super::session::Session;
use super::{RewriteRequest, definitions, keys, write};
use crate::domain::human;
use crate::domain::progress::WorkState;
use crate::domain::reference::{Leftover, Reason};
use crate::domain::report::DatabaseChanges;
use crate::error::Result;
use crate::provider::postgres::copy::Observer;
use crate::provider::postgres::explain;

/// A view over views is filled again after those it reads, which takes as many rounds.
const DEEPEST_VIEWS: usize = 10;

pub async fn run(
    session: &mut Session,
    request: &RewriteRequest,
    token: &str,
    observer: &dyn Observer,
) -> Result<DatabaseChanges> {
    let rewriter = &request.rewriter;
    let search = Search::of(rewriter);
    let mut progress = Progress::new(observer);
    let mut out = DatabaseChanges::default();

    let (tables, hidden): (Vec<Table>, Vec<Table>) =
        catalog::read(session, request.schema.as_deref())
            .await?
            .into_iter()
            .partition(|table| table.may_read);
    out.looked_at = tables.len() as u64;
    out.left.extend(hidden.iter().map(unreadable));
    progress.found_tables(tables.len() as u64);
    let looked = |n| progress.looked(n);
    let which = look::which(session, &tables, &search, &mut out.left, looked).await?;
    let mut found: Vec<&Table> = which.iter().filter_map(|n| tables.get(*n)).collect();

    // the dry run: nothing is changed before everything was counted
    notes::prepare(session, token).await?;
    let before = notes::read(session, token).await?;
    let known: HashSet<&str> = before.iter().map(|o| o.changes.table.as_str()).collect();
    let mut to_rewrite = Vec::new();
    for table in &found {
        if table.kept.is_some() || known.contains(table.plain().as_str()) {
            continue;
        }
        let seen = look::through(session, table, rewriter, &search, &Refusals::new()).await?;
        for change in &seen.changes {
            observer.log(&format!(
                "{}.{}: {} {} to rewrite, {} {}",
                table.plain(),
                change.column,
                change.values,
                human::plural(change.values, "value", "values"),
                change.references,
                human::plural(change.references, "reference", "references"),
            ));
        }
        if !seen.changes.is_empty() {
            let rows = seen.changes.iter().map(|c| c.values).max().unwrap_or(0);
            progress.will_rewrite(table.plain(), rows);
            to_rewrite.push(*table);
        }
    }
    for table in to_rewrite {
        let name = table.plain();
        let rows = |n| progress.rewriting(&name, n, WorkState::Running);
        write::table(session, table, rewriter, &search, token, rows).await?;
        progress.rewriting(&name, 0, WorkState::Done);
    }
    let outcomes = notes::read(session, token).await?;

    // what was rewritten before a kill may not be found by looking any more
    let names: HashSet<String> = found.iter().map(|t| t.plain()).collect();
    let done = |t: &&Table| outcomes.iter().any(|o| o.changes.table == t.plain());
    found.extend(
        tables
            .iter()
            .filter(|t| !names.contains(&t.plain()))
            .filter(done),
    );
    let changed = outcomes.iter().any(|o| !o.changes.rows.is_empty());
    if changed {
        let views: Vec<&Table> = found.iter().filter(|t| t.is_view).copied().collect();
        out.refreshed = refresh(session, &views, request, &search, observer).await?;
    }
    let chained = rewriter.chained() > 0;
    progress.will_check(found.len() as u64);
    for table in &found {
        let refused = refusals(&outcomes, table);
        let seen = look::through(session, table, rewriter, &search, &refused).await?;
        add(&mut out, seen, chained);
        progress.checked();
    }
    let said = definitions::look(
        session,
        request.schema.as_deref(),
        rewriter,
        &search.patterns,
    )
    .await?;
    out.left.extend(said);
    out.tables = outcomes
        .into_iter()
        .map(|o| o.changes)
        .filter(|c| !c.columns.is_empty())
        .collect();
    keys::check(session, &out.tables).await?;
    Ok(out)
}

fn unreadable(table: &Table) -> Leftover {
    Leftover {
        place: table.plain(),
        row: None,
        names: String::new(),
        reason: Reason::Unreadable("the login may not read it".into()),
    }
}

fn refusals(outcomes: &[Outcome], table: &Table) -> Refusals {
    outcomes
        .iter()
        .filter(|o| o.changes.table == table.plain())
        .flat_map(|o| &o.refused)
        .map(|(row, column, why)| ((row.clone(), column.clone()), why.clone()))
        .collect()
}

/// Where the map is a chain, a target's name is also a source's, and says nothing.
fn add(out: &mut DatabaseChanges, seen: Seen, chained: bool) {
    out.unlisted += seen.unlisted;
    let kept = seen.left.into_iter();
    out.left
        .extend(kept.filter(|l| !chained || l.reason.is_explained()));
}

/// Fills the views again that hold what was rewritten below them.
async fn refresh(
    session: &mut Session,
    views: &[&Table],
    request: &RewriteRequest,
    search: &Search,
    observer: &dyn Observer,
) -> Result<Vec<String>> {
    let mut refreshed: Vec<String> = Vec::new();
    for _ in 0..views.len().min(DEEPEST_VIEWS) {
        let mut again = false;
        for view in views {
            let none = Refusals::new();
            let seen = look::through(session, view, &request.rewriter, search, &none).await?;
            if seen.left.is_empty() {
                continue;
            }
            let sql = format!("REFRESH MATERIALIZED VIEW {}", view.sql());
            match session.connection.batch_execute(&sql).await {
                Ok(()) => {
                    again = true;
                    if !refreshed.contains(&view.plain()) {
                        refreshed.push(view.plain());
                    }
                }
                Err(error) if session.connection.is_closed() => {
                    return Err(explain::statement(error, "Filling a view again"));
                }
                Err(error) => {
                    let why = explain::statement(error, &format!("Filling {} again", view.plain()));
                    observer.log(&why.message);
                }
            }
        }
        if !again {
            break;
        }
    }
    Ok(refreshed)
}
