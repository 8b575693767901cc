//! The history of issues.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Reply};
use crate::sandbox::jira::issues;
use crate::sandbox::jira::shape::author_json;
use crate::sandbox::jira::time::jira_time;

fn json(call: &Call, doc: &Doc) -> Value {
    let mut items = doc.body["items"].clone();
    for item in items.as_array_mut().into_iter().flatten() {
        if let Some(fields) = item.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
    }
    json!({
        "id": doc.id,
        "author": author_json(&call.base(), &doc.body["author"]),
        "created": jira_time(doc.body["created"].as_i64().unwrap_or(0)),
        "items": items,
    })
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let all = db.list("change", &issue.id)?;
    let all = all.iter().map(|doc| json(call, doc)).collect();
    Ok(Reply::json(Page::of(call, 100, 100).values(all)))
}

pub fn of_issue(db: &Db<'_>, call: &Call, issue: &str) -> Answer<Value> {
    let all = db.list("change", issue)?;
    let all: Vec<Value> = all.iter().rev().map(|doc| json(call, doc)).collect();
    Ok(json!({ "startAt": 0, "maxResults": all.len(), "total": all.len(), "histories": all }))
}
