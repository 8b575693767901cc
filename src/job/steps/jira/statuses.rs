//! Bringing copies into their source's status: through transitions, many at once where no screen
//! asks for anything.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};

use super::goal::Goal;
use super::sides::Sides;
use super::ways::{Next, Ways};
use crate::domain::report_jira::Lack;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::provider::atlassian::Patience;
use crate::provider::jira::{BulkTransition, Fetch, Transition, TransitionRequest};

/// Issues of one bulk call.
const MOST: usize = 1000;
/// Fewer than this go one by one: a bulk call is three.
const FEW: usize = 4;
const SIDE_BY_SIDE: usize = 6;
/// More rounds than any workflow needs.
const ROUNDS: usize = 60;

/// A copy on its way.
struct Walker<'g> {
    goal: &'g Goal,
    /// The target's status that stands for the source's.
    to: String,
    at: String,
    kind: String,
}

/// A transition to make.
#[derive(Clone)]
struct Move {
    /// Which walker.
    n: usize,
    transition: Transition,
    fields: Map<String, Value>,
}

/// Brings all copies into their status; gives those that couldn't be, with the reason.
pub async fn reach(
    ctx: &StepContext,
    sides: &Sides,
    goals: &[Goal],
    told: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Lack>> {
    let mut lacking = Vec::new();
    let known = known(sides).await?;
    let mut walkers: Vec<Walker<'_>> = Vec::new();
    for goal in goals {
        let by_name = || known.get(&goal.status_name.to_lowercase());
        let to = match known.values().find(|id| **id == goal.status) {
            Some(id) if sides.same_site => Some(id),
            _ => by_name(),
        };
        match to {
            Some(to) => walkers.push(Walker {
                goal,
                to: to.clone(),
                at: goal.status_now.clone(),
                kind: goal.kind.clone(),
            }),
            None => lacking.push(lack(
                goal,
                format!("the project has no status \"{}\"", goal.status_name),
            )),
        }
    }
    let arrived = walkers.iter().filter(|w| w.at == w.to).count();
    told(arrived + lacking.len());
    walkers.retain(|w| w.at != w.to);
    let mut ways: HashMap<String, Ways> = HashMap::new();
    for _ in 0..ROUNDS {
        if walkers.is_empty() {
            break;
        }
        ctx.check_cancelled()?;
        look(sides, &walkers, &mut ways).await?;
        let (moves, stuck) = plan(&walkers, &ways);
        let mut gone: HashSet<usize> = HashSet::new();
        for n in stuck {
            if let Some(walker) = walkers.get(n) {
                lacking.push(lack(
                    walker.goal,
                    format!("no transition leads to \"{}\"", walker.goal.status_name),
                ));
                gone.insert(n);
            }
        }
        for (n, why) in make(sides, &mut walkers, moves).await? {
            if let Some(walker) = walkers.get(n) {
                lacking.push(lack(walker.goal, why));
                gone.insert(n);
            }
        }
        let before = walkers.len();
        let mut n = 0;
        walkers.retain(|walker| {
            let stays = walker.at != walker.to && !gone.contains(&n);
            n += 1;
            stays
        });
        told(before - walkers.len());
    }
    for walker in walkers {
        lacking.push(lack(walker.goal, "the way to it is too long".into()));
    }
    Ok(lacking)
}

fn lack(goal: &Goal, why: String) -> Lack {
    Lack {
        what: format!("{} status", goal.copy_key),
        why,
    }
}

/// The target's statuses: id by name in small letters.
async fn known(sides: &Sides) -> Result<HashMap<String, String>> {
    let types = sides.target.project_statuses(&sides.to.key).await?;
    let all = types.into_iter().flat_map(|kind| kind.statuses);
    Ok(all.map(|s| (s.name.to_lowercase(), s.id)).collect())
}

/// Asks for the transitions of statuses that nobody has looked at, on one issue of each.
async fn look(
    sides: &Sides,
    walkers: &[Walker<'_>],
    ways: &mut HashMap<String, Ways>,
) -> Result<()> {
    for walker in walkers {
        let known = ways.entry(walker.kind.clone()).or_default();
        if known.next(&walker.at, &walker.to) == Next::Look {
            let found = sides.target.transitions(&walker.goal.copy).await?;
            known.learn(&walker.at, found);
        }
    }
    Ok(())
}

/// What each walker does next; those that can't go on.
fn plan(walkers: &[Walker<'_>], ways: &HashMap<String, Ways>) -> (Vec<Move>, Vec<usize>) {
    let (mut moves, mut stuck) = (Vec::new(), Vec::new());
    // one goes ahead for all that want to know
    let mut ahead: HashSet<(&str, &str)> = HashSet::new();
    for (n, walker) in walkers.iter().enumerate() {
        let Some(ways) = ways.get(&walker.kind) else {
            continue;
        };
        let transition = match ways.next(&walker.at, &walker.to) {
            Next::Arrived | Next::Look => continue,
            Next::Stuck => {
                stuck.push(n);
                continue;
            }
            Next::Explore(transition) => {
                if !ahead.insert((&walker.kind, &transition.id)) {
                    continue;
                }
                transition
            }
            Next::Take(transition) => transition,
        };
        moves.push(Move {
            n,
            fields: answers(transition, walker.goal),
            transition: transition.clone(),
        });
    }
    (moves, stuck)
}

/// What the transition's screen is told: the source's resolution where it asks for one, else the
/// first choice of what it can't do without.
fn answers(transition: &Transition, goal: &Goal) -> Map<String, Value> {
    let mut given = Map::new();
    let offered = |field: &str| {
        let all = transition.fields.get(field)?.get("allowedValues")?;
        all.as_array().filter(|all| !all.is_empty())
    };
    if let (Some(all), Some(name)) = (offered("resolution"), &goal.resolution) {
        let same = |one: &&Value| one.get("name").and_then(Value::as_str) == Some(name);
        if all.iter().any(|one| same(&one)) {
            given.insert("resolution".into(), json!({ "name": name }));
        }
    }
    for field in transition.required_fields() {
        let first = offered(field).and_then(|all| all.first()?.get("id"));
        if let (false, Some(id)) = (given.contains_key(field), first) {
            given.insert(field.to_owned(), json!({ "id": id }));
        }
    }
    given
}

/// Makes the transitions, and says which couldn't be.
async fn make(
    sides: &Sides,
    walkers: &mut [Walker<'_>],
    moves: Vec<Move>,
) -> Result<Vec<(usize, String)>> {
    let mut alike: BTreeMap<String, Vec<Move>> = BTreeMap::new();
    let mut single = Vec::new();
    for one in moves {
        match one.fields.is_empty() {
            true => alike
                .entry(one.transition.id.clone())
                .or_default()
                .push(one),
            false => single.push(one),
        }
    }
    let mut refused = Vec::new();
    for (id, moves) in alike {
        if moves.len() < FEW {
            single.extend(moves);
            continue;
        }
        let mut rest = moves.as_slice();
        while !rest.is_empty() {
            let (some, later) = rest.split_at(rest.len().min(MOST));
            rest = later;
            match many(sides, walkers, &id, some).await? {
                Some(some) => refused.extend(some),
                None => single.extend(some.iter().cloned()),
            }
        }
    }
    let copies: Vec<(usize, String, TransitionRequest, String)> = single
        .into_iter()
        .filter_map(|one| {
            let walker = walkers.get(one.n)?;
            let request = TransitionRequest {
                id: one.transition.id,
                fields: one.fields,
            };
            let to = one.transition.to.map(|to| to.id).unwrap_or_default();
            Some((one.n, walker.goal.copy.clone(), request, to))
        })
        .collect();
    let work: Vec<_> = copies
        .into_iter()
        .map(|(n, copy, request, to)| async move {
            let done = alone(sides, &copy, &request, &to).await?;
            Ok::<_, crate::error::Error>((n, to, done))
        })
        .collect();
    let mut done = stream::iter(work).buffer_unordered(SIDE_BY_SIDE);
    while let Some((n, to, why)) = done.try_next().await? {
        match (why, walkers.get_mut(n)) {
            (Some(why), _) => refused.push((n, why)),
            (None, Some(walker)) => walker.at = to,
            (None, None) => {}
        }
    }
    Ok(refused)
}

/// One transition for many; what it did is read from the issues where it doesn't say. `None` where
/// the account may not change many at once: one by one it may.
async fn many(
    sides: &Sides,
    walkers: &mut [Walker<'_>],
    id: &str,
    moves: &[Move],
) -> Result<Option<Vec<(usize, String)>>> {
    let issues: Vec<String> = moves
        .iter()
        .filter_map(|one| Some(walkers.get(one.n)?.goal.copy.clone()))
        .collect();
    let wish = BulkTransition {
        transition: id.to_owned(),
        issues: issues.clone(),
    };
    let patience = Patience {
        fastest: Duration::from_millis(150),
        ..Patience::default()
    };
    let failed = match sides.target.transition_many(&[wish]).await {
        Ok(task) => {
            let outcome = sides.target.finish_bulk(&task, &patience, |_| {}).await?;
            outcome.failed
        }
        Err(failure) if failure.ambiguous() => BTreeMap::new(),
        Err(failure) if matches!(failure.status(), Some(400 | 403 | 404)) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let now = now(sides, &issues).await?;
    let mut refused = Vec::new();
    for one in moves {
        let Some(walker) = walkers.get_mut(one.n) else {
            continue;
        };
        if let Some(status) = now.get(&walker.goal.copy) {
            walker.at.clone_from(status);
        }
        let why = failed
            .get(&walker.goal.copy)
            .or_else(|| failed.get(&walker.goal.copy_key));
        if let Some(why) = why {
            refused.push((one.n, why.join("; ")));
        }
    }
    Ok(Some(refused))
}

async fn now(sides: &Sides, issues: &[String]) -> Result<HashMap<String, String>> {
    let fetch = Fetch {
        fields: vec!["status".into()],
        ..Fetch::default()
    };
    let all = sides.target.fetch_issues(issues, &fetch).await?.issues;
    let status = |issue: crate::provider::jira::Issue| (issue.status_id().to_owned(), issue.id);
    Ok(all.into_iter().map(status).map(|(s, id)| (id, s)).collect())
}

/// One transition of one issue; the reason where it's refused.
async fn alone(
    sides: &Sides,
    copy: &str,
    request: &TransitionRequest,
    to: &str,
) -> Result<Option<String>> {
    let mut tries = 0;
    loop {
        match sides.target.transition(copy, request).await {
            Ok(()) => return Ok(None),
            Err(failure) if failure.ambiguous() && tries < 4 => {
                let now = now(sides, &[copy.to_owned()]).await?;
                if now.get(copy).is_some_and(|status| status == to) {
                    return Ok(None);
                }
                tries += 1;
            }
            Err(failure) if matches!(failure.status(), Some(400 | 403 | 409)) => {
                return Ok(Some(failure.message));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}
