//! Who is told about an issue. Whoever creates a copy or comments on it watches it, and is taken
//! off where the source's token didn't watch.

use super::goal::Goal;
use super::sides::Sides;
use crate::domain::report_jira::Lack;
use crate::error::Result;

/// Gives the copy its source's watchers. `watching` is whether the target's token watches it now.
pub async fn copy(sides: &Sides, goal: &Goal, watching: bool) -> Result<Vec<Lack>> {
    let me = &sides.me.account_id;
    let alone = goal.watchers == u64::from(goal.watching);
    // the list needs a call of its own: it isn't asked for where it's the token's account alone
    let wanted: Vec<String> = match (goal.watchers, alone && sides.same_site) {
        (0, _) => Vec::new(),
        (_, true) => vec![me.clone()],
        _ => {
            let found = sides.source.watchers(&goal.source).await?.watchers;
            found.into_iter().map(|user| user.account_id).collect()
        }
    };
    let seen = wanted.len() as u64;
    let wanted = sides.users.targets(wanted);
    let mut lacking = Vec::new();
    if seen < goal.watchers {
        lacking.push(Lack {
            what: format!("{} watchers", goal.copy_key),
            why: "the account may not see them all".into(),
        });
    }
    for account in &wanted {
        if account == me && watching {
            continue;
        }
        match sides.target.add_watcher(&goal.copy, account).await {
            Ok(()) => {}
            Err(failure) if matches!(failure.status(), Some(400 | 401 | 403 | 404)) => {
                lacking.push(Lack {
                    what: format!("{} watcher", goal.copy_key),
                    why: failure.message,
                });
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    if watching && !wanted.contains(me) {
        sides.target.remove_watcher(&goal.copy, me).await?;
    }
    Ok(lacking)
}
