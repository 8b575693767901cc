//! Who watches an issue, and its votes, which nobody can give here.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, user};
use crate::sandbox::jira::issues;
use crate::sandbox::jira::shape::{address, author_json};

pub fn short_json(call: &Call, doc: &Doc) -> Value {
    let watchers = doc.body["watchers"].as_array().cloned().unwrap_or_default();
    json!({
        "self": address(call, &format!("issue/{}/watchers", issues::key(doc))),
        "watchCount": watchers.len(),
        "isWatching": watchers.iter().any(|w| w == call.user.account_id),
    })
}

pub fn votes_json(call: &Call, doc: &Doc) -> Value {
    json!({
        "self": address(call, &format!("issue/{}/votes", issues::key(doc))),
        "votes": 0,
        "hasVoted": false,
    })
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    let mut shown = short_json(call, &doc);
    let all = doc.body["watchers"].as_array().into_iter().flatten();
    let base = call.base();
    shown["watchers"] = all
        .map(|w| author_json(&base, w))
        .collect::<Vec<_>>()
        .into();
    Ok(Reply::json(shown))
}

/// The body is an account's id as a JSON text; without one it's who asks.
pub fn add(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = issues::called(db, call)?;
    let given = if call.body.is_empty() {
        json!(call.user.account_id)
    } else {
        call.json()?
    };
    let found = given.as_str().and_then(user);
    let found = found.ok_or_else(|| Refusal::not_found("The user does not exist."))?;
    issues::watch(&mut doc, found.account_id);
    db.set("issue", &doc.id, &doc.body)?;
    Ok(Reply::nothing())
}

pub fn remove(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = issues::called(db, call)?;
    let id = call.query("accountId").unwrap_or(call.user.account_id);
    if let Some(watchers) = doc.body["watchers"].as_array_mut() {
        watchers.retain(|w| w != id);
    }
    db.set("issue", &doc.id, &doc.body)?;
    Ok(Reply::nothing())
}

pub fn votes(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    let mut shown = votes_json(call, &doc);
    shown["voters"] = json!([]);
    Ok(Reply::json(shown))
}
