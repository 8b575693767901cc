//! Boards, their filters and their sprints.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;

use super::made::Made;
use super::once::once;
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::{PROVIDER, names, sprints};
use crate::error::{Error, Kind, Result};
use crate::job::step::StepContext;
use crate::provider::jira::{Board, BoardKind, Filter, NewBoard, NewFilter};

/// Boards' and filters' names have fewer characters than this.
const LONGEST: usize = 254;

/// Gives the target a board for each of the source's: the one that its template brought, or a new
/// one. The filters show all of the project until the second pass writes their queries.
pub async fn copy(
    ctx: &StepContext,
    sides: &Sides,
    made: &Made,
    rewrites: &Rewrites,
) -> Result<()> {
    let wanted: Vec<Board> = sides.source.boards(&sides.from.key).try_collect().await?;
    let mut wanted: Vec<Board> = wanted
        .into_iter()
        .filter(|b| is_at(b, &sides.from.key))
        .collect();
    wanted.sort_by_key(|board| board.id);
    let there: Vec<Board> = sides.target.boards(&sides.to.key).try_collect().await?;
    let mut free: Vec<Board> = there
        .into_iter()
        .filter(|b| is_at(b, &sides.to.key))
        .collect();
    let claimed: BTreeSet<&str> = made.pairs("board").map(|(_, target)| target).collect();
    free.retain(|board| !claimed.contains(&*board.id.to_string()));
    for board in &wanted {
        let source = board.id.to_string();
        let filter = sides.source.board_configuration(board.id).await?;
        let filter = filter.filter_id().unwrap_or_default().to_owned();
        let target = match made.target("board", &source) {
            Some(target) => number(target)?,
            None => match take(&mut free, board, sides) {
                Some(found) => found.id,
                None => create(ctx, sides, board, &filter).await?.id,
            },
        };
        let own = sides.target.board_configuration(target).await?;
        let own = own.filter_id().unwrap_or_default().to_owned();
        ctx.record(
            PROVIDER,
            &[
                ("board", &source, &target.to_string()),
                ("filter", &filter, &own),
            ],
        )?;
        if board.kind != BoardKind::Kanban {
            sprints::create(ctx, sides, made, rewrites, (board.id, target)).await?;
        }
    }
    Ok(())
}

pub fn number(id: &str) -> Result<u64> {
    id.parse()
        .map_err(|_| Error::internal(format!("The journal's number {id} isn't one.")))
}

/// A board may show issues of a project without being the project's own.
fn is_at(board: &Board, key: &str) -> bool {
    let at = board
        .location
        .as_ref()
        .and_then(|l| l.project_key.as_deref());
    at.is_none_or(|at| at == key)
}

/// The board of this name, else the first of this kind, which the template brought or an earlier
/// try made.
fn take(free: &mut Vec<Board>, like: &Board, sides: &Sides) -> Option<Board> {
    let name = names::own(&like.name, &sides.from.key, &sides.to.key, LONGEST);
    let at = free
        .iter()
        .position(|board| board.name == name && board.kind == like.kind)
        .or_else(|| free.iter().position(|board| board.kind == like.kind))?;
    Some(free.remove(at))
}

async fn create(ctx: &StepContext, sides: &Sides, like: &Board, filter: &str) -> Result<Board> {
    let kind = match like.kind {
        // a team-managed project has its own board, and gets no other
        BoardKind::Simple | BoardKind::Other | BoardKind::Scrum => BoardKind::Scrum,
        BoardKind::Kanban => BoardKind::Kanban,
    };
    let source = sides.source.filter(filter).await?;
    let filter = filter_for(ctx, sides, &source).await?;
    let new = NewBoard {
        name: names::own(&like.name, &sides.from.key, &sides.to.key, LONGEST),
        kind,
        filter_id: filter.id.parse().map_err(|_| {
            Error::new(
                Kind::Provider,
                format!("Jira's filter {} isn't a number.", filter.id),
            )
        })?,
        project: sides.to.key.clone(),
    };
    let seq = ctx.intent(PROVIDER, "board.create", &like.id.to_string())?;
    let board = once(
        &sides.target,
        || sides.target.create_board(&new),
        || async {
            let mut all = sides.target.boards(&sides.to.key);
            while let Some(board) = all.try_next().await? {
                if board.name == new.name {
                    return Ok(Some(board));
                }
            }
            Ok(None)
        },
    )
    .await?;
    ctx.result(seq, &board.id.to_string())?;
    Ok(board)
}

/// A filter of the clone's name: the one that is there, or a new one. Names are taken once by a
/// person.
async fn filter_for(ctx: &StepContext, sides: &Sides, like: &Filter) -> Result<Filter> {
    let name = names::own(&like.name, &sides.from.key, &sides.to.key, LONGEST);
    let named = || async {
        let mut all = sides.target.filters(&name);
        while let Some(filter) = all.try_next().await? {
            if filter.name == name {
                return Ok(Some(filter));
            }
        }
        Ok(None)
    };
    let seq = ctx.intent(PROVIDER, "filter", &like.id)?;
    let filter = match named().await? {
        Some(filter) => filter,
        None => {
            let new = NewFilter {
                name: name.clone(),
                description: like.description.clone(),
                jql: format!("project = {} ORDER BY Rank ASC", sides.to.key),
                share: vec![
                    serde_json::json!({ "type": "project", "project": { "id": sides.to.id } }),
                ],
            };
            once(&sides.target, || sides.target.create_filter(&new), named).await?
        }
    };
    ctx.result(seq, &filter.id)?;
    Ok(filter)
}

/// Writes the source's queries, rewritten, into the copies' filters. Gives the numbers of boards on
/// both sides.
pub async fn finish(sides: &Sides, made: &Made, rewrites: &Rewrites) -> Result<(u64, u64)> {
    for (source, target) in made.pairs("filter") {
        let from = sides.source.filter(source).await?;
        let to = sides.target.filter(target).await?;
        let jql = rewrites.jql(&from.jql);
        if to.jql != jql {
            sides.target.set_filter_jql(&to, &jql).await?;
        }
    }
    let wanted: Vec<Board> = sides.source.boards(&sides.from.key).try_collect().await?;
    let wanted = wanted.iter().filter(|b| is_at(b, &sides.from.key)).count();
    Ok((wanted as u64, made.pairs("board").count() as u64))
}
