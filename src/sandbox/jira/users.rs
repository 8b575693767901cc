//! Finding users.

use axum::http::StatusCode;
use serde_json::Value;

use crate::sandbox::atlassian::{Answer, Call, Db, Page, Refusal, Reply, USERS, User, user};
use crate::sandbox::jira::projects;
use crate::sandbox::jira::shape::user_json;

pub fn show(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let found = call.query("accountId").and_then(user);
    let found = found.ok_or_else(|| {
        Refusal::not_found("Specified user does not exist or you do not have required permissions")
    })?;
    Ok(Reply::json(user_json(&call.base(), found)))
}

pub fn search(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    if call.query("query").is_none() && call.query("accountId").is_none() {
        return Err(Refusal::bad("Give a query or an accountId."));
    }
    Ok(Reply::json(matching(call)))
}

/// Users who may be assigned: everyone, in a project that there is.
pub fn assignable(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    match (call.query("project"), call.query("issueKey")) {
        (Some(project), _) => {
            projects::find(db, project)?;
        }
        (None, Some(_)) => {}
        (None, None) => return Err(Refusal::bad("Give a project or an issueKey.")),
    }
    Ok(Reply::json(matching(call)))
}

pub fn all(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(matching(call)))
}

fn matching(call: &Call) -> Value {
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let id = call.query("accountId");
    let fits = |user: &User| {
        id.is_none_or(|id| id == user.account_id)
            && (user.name.to_lowercase().contains(&query) || user.email.starts_with(&query))
    };
    let base = call.base();
    let found = USERS.into_iter().filter(fits);
    let found = found.map(|user| user_json(&base, user)).collect();
    Page::of(call, 50, 1000).cut(found).into()
}

/// Users by their ids; those that aren't there are left out.
pub fn bulk(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let ids = call.queries("accountId");
    if ids.is_empty() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "At least one accountId is needed.",
        ));
    }
    let base = call.base();
    let found = ids.into_iter().filter_map(user);
    let found = found.map(|user| user_json(&base, user)).collect();
    Ok(Reply::json(Page::of(call, 10, 200).values(found)))
}
