//! Who of the source's site is who on the target's, looked up before a job begins.

use std::collections::HashSet;

use futures_util::TryStreamExt;

use crate::domain::config::AtlassianKind;
use crate::domain::name::InstanceName;
use crate::domain::user_map::{self, UserPair, is_email};
use crate::error::{Error, Kind, Result};
use crate::job::world::World;
use crate::provider::jira::{Jira, User};

/// How the file is called in errors that come after it was read.
const SHOWN: &str = "--map-users";

/// Gives every pair as account ids.
///
/// Errors: `NotFound`, with the line: an account that the target's site doesn't know, or an e-mail
/// address that a site shows nobody with.
pub async fn look_up(
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
    pairs: &[UserPair],
) -> Result<Vec<UserPair>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let from = site(world, source).await?;
    // a clone that isn't there yet will be on its source's site
    let own = world.has(target)
        && world.instance(target)?.atlassian_config()?.kind != AtlassianKind::None;
    let to = match own {
        true => site(world, target).await?,
        false => from.clone(),
    };
    let mut found = Vec::new();
    for pair in pairs {
        let line = pair.line;
        let left = match is_email(&pair.from) {
            true => by_email(&from, &pair.from, line).await?,
            // somebody who left the site may still be named
            false => pair.from.clone(),
        };
        let right = match is_email(&pair.to) {
            true => by_email(&to, &pair.to, line).await?,
            false => pair.to.clone(),
        };
        found.push(UserPair {
            from: left,
            to: right,
            line,
        });
    }
    let wanted: Vec<String> = found.iter().map(|pair| pair.to.clone()).collect();
    let known = to.users(&wanted).await?;
    let known: HashSet<String> = known.into_iter().map(|user| user.account_id).collect();
    if let Some(pair) = found.iter().find(|pair| !known.contains(&pair.to)) {
        return Err(Error::not_found(format!(
            "{SHOWN}, line {}: the site of {target} has no account {}.",
            pair.line, pair.to
        ))
        .hint("Look the account's id up on that site, or take the line out."));
    }
    // two addresses may be one person's
    user_map::check(SHOWN, &found)?;
    Ok(found)
}

async fn site(world: &World, name: &InstanceName) -> Result<Jira> {
    match world.atlassian(name).await? {
        Some(site) => Ok(Jira::new(site)),
        None => Err(Error::refused(format!(
            "{name} has no Atlassian site, so there is nobody to map."
        ))
        .hint("Leave --map-users out.")),
    }
}

/// The one account that shows this address. Many sites show none.
async fn by_email(site: &Jira, email: &str, line: usize) -> Result<String> {
    let has_it = |user: &User| {
        let own = user.email_address.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(email))
    };
    let mut found: Vec<String> = Vec::new();
    let mut users = site.search_users(email);
    while let Some(user) = users.try_next().await? {
        if has_it(&user) && !found.contains(&user.account_id) {
            found.push(user.account_id);
        }
    }
    let place = site.site().base_url();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::not_found(format!(
            "{SHOWN}, line {line}: {place} shows nobody with the address {email}."
        ))
        .hint("People may hide their addresses: write the account's id in its place.")),
        _ => Err(Error::new(
            Kind::Conflict,
            format!(
                "{SHOWN}, line {line}: {place} shows several accounts with the address {email}."
            ),
        )
        .hint("Write the account's id in its place.")),
    }
}
