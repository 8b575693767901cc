//! Who may see and change what, at the very end: until then what isn't for everybody is the
//! account's alone. The account stays in, or it couldn't go on.

use super::create::RESTRICTED;
use super::creating::{BLOG_POST, PAGE};
use super::second::Second;
use crate::error::Result;
use crate::provider::confluence::Restriction;

/// Gives every copy its original's restrictions; how many there are.
pub async fn restore(second: &Second<'_>) -> Result<u64> {
    let mut count = 0;
    for (src, _) in second.known.notes(RESTRICTED) {
        second.ends.ctx.check_cancelled()?;
        let page = second.known.target(PAGE, &src);
        let Some(target) = page.or_else(|| second.known.target(BLOG_POST, &src)) else {
            continue;
        };
        one(second, &src, &target).await?;
        count += 1;
    }
    Ok(count)
}

async fn one(second: &Second<'_>, src: &str, target: &str) -> Result<()> {
    let ends = second.ends;
    let mut original = ends.source.restrictions(src).await?;
    for restriction in &mut original {
        let users = std::mem::take(&mut restriction.users);
        restriction.users = ends.users.targets(users);
    }
    let all = with_me(original.clone(), &ends.me);
    let failure = match ends.target.set_restrictions(target, &all).await {
        Ok(()) => return Ok(()),
        Err(failure) if matches!(failure.status(), Some(400 | 403 | 404)) => failure,
        Err(failure) => return Err(failure.into()),
    };
    // somebody among them isn't known here
    let mut users: Vec<String> = original.iter().flat_map(|r| r.users.clone()).collect();
    users.sort();
    users.dedup();
    let known = ends.target.users(&users).await?;
    let fewer = original.into_iter().map(|restriction| Restriction {
        users: restriction
            .users
            .into_iter()
            .filter(|id| known.iter().any(|user| user.account_id == *id))
            .collect(),
        groups: Vec::new(),
        ..restriction
    });
    let fewer = with_me(fewer.collect(), &ends.me);
    second.left_behind(
        &format!("people and groups in the restrictions of content {target}"),
        &format!("the site doesn't take all of them: {}", failure.message),
    )?;
    Ok(ends.target.set_restrictions(target, &fewer).await?)
}

fn with_me(mut all: Vec<Restriction>, me: &str) -> Vec<Restriction> {
    for restriction in &mut all {
        if !restriction.users.iter().any(|id| id == me) {
            restriction.users.push(me.to_owned());
        }
    }
    all
}
