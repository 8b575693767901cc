//! Sprints: created in the first pass, filled, started and closed in the second.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;

use super::boards::number;
use super::made::Made;
use super::once::once;
use super::rewrite::Rewrites;
use super::sides::Sides;
use super::{PROVIDER, names};
use crate::domain::report_jira::Lack;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::jira::{NewSprint, Sprint, SprintState};

/// The longest name, in characters.
const LONGEST: usize = 30;

/// Creates the sprints of one of the source's boards on its copy.
pub async fn create(
    ctx: &StepContext,
    sides: &Sides,
    made: &Made,
    rewrites: &Rewrites,
    (board, copy): (u64, u64),
) -> Result<()> {
    let wanted: Vec<Sprint> = sides.source.sprints(board).try_collect().await?;
    let mut claimed: BTreeSet<u64> = BTreeSet::new();
    for (_, target) in made.pairs("sprint") {
        claimed.insert(number(target)?);
    }
    for sprint in wanted {
        let source = sprint.id.to_string();
        if !is_of(&sprint, board) || made.target("sprint", &source).is_some() {
            continue;
        }
        let goal = sprint.goal.as_deref().filter(|goal| !goal.is_empty());
        let new = NewSprint {
            name: names::renamed(&sprint.name, &sides.from.key, &sides.to.key, LONGEST),
            origin_board_id: copy,
            goal: goal.map(|goal| rewrites.text(goal)),
            start_date: sprint.start_date.clone(),
            end_date: sprint.end_date.clone(),
        };
        let there = || async {
            let mut all = sides.target.sprints(copy);
            while let Some(found) = all.try_next().await? {
                if found.name == new.name && !claimed.contains(&found.id) {
                    return Ok(Some(found));
                }
            }
            Ok(None)
        };
        let adopted = match made.is_open("sprint", &source) {
            true => there().await?,
            false => None,
        };
        let seq = ctx.intent(PROVIDER, "sprint", &source)?;
        let made = match adopted {
            Some(found) => found,
            None => once(&sides.target, || sides.target.create_sprint(&new), there).await?,
        };
        ctx.result(seq, &made.id.to_string())?;
        claimed.insert(made.id);
    }
    Ok(())
}

/// Which issues of the target were in each of the source's sprints, in any order.
pub type Members = BTreeMap<u64, Vec<String>>;

/// What became of the sprints.
#[derive(Default)]
pub struct Filled {
    pub wanted: u64,
    pub there: u64,
    pub lacking: Vec<Lack>,
}

/// Fills the copies and brings them to the state of their source's, the oldest first: a sprint
/// that is closed keeps its issues when they move on to the next one.
pub async fn fill(
    ctx: &StepContext,
    sides: &Sides,
    made: &Made,
    members: &Members,
) -> Result<Filled> {
    let mut wanted: Vec<Sprint> = Vec::new();
    for (board, _) in made.pairs("board") {
        let board = number(board)?;
        let found = sides.source.sprints(board).try_collect::<Vec<_>>();
        match found.await {
            Ok(found) => wanted.extend(found.into_iter().filter(|s| is_of(s, board))),
            // a board without sprints refuses the question
            Err(failure) if failure.status() == Some(400) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    wanted.sort_by_key(|sprint| (order(sprint.state), sprint.complete_date.clone(), sprint.id));
    wanted.dedup_by_key(|sprint| sprint.id);
    let mut filled = Filled {
        wanted: wanted.len() as u64,
        ..Filled::default()
    };
    for sprint in wanted {
        ctx.check_cancelled()?;
        let Some(copy) = made.target("sprint", &sprint.id.to_string()) else {
            continue;
        };
        filled.there += 1;
        let copy = number(copy)?;
        let mut state = sides.target.sprint(copy).await?.state;
        if state == sprint.state && state == SprintState::Closed {
            continue;
        }
        if let Some(issues) = members.get(&sprint.id) {
            sides.target.move_to_sprint(copy, issues).await?;
        }
        while state != sprint.state {
            let next = match state {
                SprintState::Future => SprintState::Active,
                _ => SprintState::Closed,
            };
            match sides.target.set_sprint_state(copy, next).await {
                Ok(_) => state = next,
                Err(failure) if failure.ambiguous() => {
                    state = sides.target.sprint(copy).await?.state;
                }
                Err(failure) if failure.status() == Some(400) => {
                    filled.lacking.push(Lack {
                        what: format!("the sprint \"{}\"", sprint.name),
                        why: failure.message,
                    });
                    break;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }
    Ok(filled)
}

/// A board may show sprints that come from others.
fn is_of(sprint: &Sprint, board: u64) -> bool {
    sprint.origin_board_id.is_none_or(|origin| origin == board)
}

fn order(state: SprintState) -> u8 {
    match state {
        SprintState::Closed => 0,
        SprintState::Active => 1,
        SprintState::Future | SprintState::Other => 2,
    }
}
