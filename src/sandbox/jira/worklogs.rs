//! Work that was logged on issues.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order};
use crate::sandbox::jira::shape::{address, author_json};
use crate::sandbox::jira::time::jira_time;
use crate::sandbox::jira::{adf, duration, issues, properties};

fn json(db: &Db<'_>, call: &Call, doc: &Doc, with_properties: bool) -> Answer<Value> {
    let base = call.base();
    let moment = |name: &str| jira_time(doc.body[name].as_i64().unwrap_or(0));
    let seconds = doc.body["seconds"].as_i64().unwrap_or(0);
    let mut shown = json!({
        "self": address(call, &format!("issue/{}/worklog/{}", doc.parent, doc.id)),
        "author": author_json(&base, &doc.body["author"]),
        "updateAuthor": author_json(&base, &doc.body["author"]),
        "created": moment("created"),
        "updated": moment("updated"),
        "started": doc.body["started"],
        "timeSpent": duration::written(seconds),
        "timeSpentSeconds": seconds,
        "id": doc.id,
        "issueId": doc.parent,
    });
    for name in ["comment", "visibility"] {
        if !doc.body[name].is_null() {
            shown[name] = doc.body[name].clone();
        }
    }
    if with_properties {
        let all = properties::all(db, &format!("worklog/{}", doc.id))?;
        let all = all
            .into_iter()
            .map(|(key, value)| json!({ "key": key, "value": value }));
        shown["properties"] = all.collect::<Vec<_>>().into();
    }
    Ok(shown)
}

/// Puts what a request gives into a worklog's body.
fn read(given: &Value, body: &mut Value) -> Answer<()> {
    let text = given["timeSpent"].as_str();
    let seconds = given["timeSpentSeconds"]
        .as_i64()
        .or_else(|| text.and_then(duration::seconds));
    match seconds {
        Some(seconds) if seconds > 0 => body["seconds"] = json!(seconds),
        _ if text.is_none() && !body["seconds"].is_null() => {}
        _ => {
            return Err(Refusal::field(
                "timeLogged",
                "You must indicate the time spent working.",
            ));
        }
    }
    if let Some(started) = given["started"].as_str() {
        if !started.contains('T') {
            return Err(Refusal::field(
                "started",
                "Date must be of the format yyyy-MM-dd'T'HH:mm:ss.SSSZ",
            ));
        }
        body["started"] = json!(started);
    }
    if !given["comment"].is_null() {
        if let Some(problem) = adf::problem(&given["comment"]) {
            return Err(Refusal::field(
                "comment",
                format!("INVALID_INPUT: {problem}"),
            ));
        }
        body["comment"] = given["comment"].clone();
    }
    if !given["visibility"].is_null() {
        body["visibility"] = given["visibility"].clone();
    }
    body["updated"] = json!(now_ms());
    Ok(())
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut issue = issues::called(db, call)?;
    let given = call.json()?;
    let mut body = json!({ "author": call.user.account_id, "created": now_ms(), "started": jira_time(now_ms()) });
    read(&given, &mut body)?;
    let number = db.next("worklog", 10_000)?;
    let id = number.to_string();
    db.put("worklog", &id, &issue.id, &order(number), &body)?;
    properties::set_given(db, &format!("worklog/{id}"), &given["properties"])?;
    issues::touch(db, &mut issue)?;
    let doc = Doc {
        id,
        parent: issue.id,
        sort: order(number),
        body,
    };
    Ok(Reply::created(json(db, call, &doc, true)?))
}

pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let mut doc = called(db, call.param("id"), &issue)?;
    let given = call.json()?;
    read(&given, &mut doc.body)?;
    db.set("worklog", &doc.id, &doc.body)?;
    properties::set_given(db, &format!("worklog/{}", doc.id), &given["properties"])?;
    Ok(Reply::json(json(db, call, &doc, false)?))
}

fn called(db: &Db<'_>, id: &str, issue: &Doc) -> Answer<Doc> {
    let found = db.doc("worklog", id)?.filter(|doc| doc.parent == issue.id);
    found.ok_or_else(|| Refusal::not_found(format!("Cannot find worklog with id: '{id}'.")))
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let page = Page::of(call, 5000, 5000);
    let expand = call.queries("expand").contains(&"properties");
    let all = db.page("worklog", &issue.id, page.start, page.limit)?;
    let all = all
        .iter()
        .map(|doc| json(db, call, doc, expand))
        .collect::<Answer<Vec<_>>>()?;
    Ok(Reply::json(json!({
        "startAt": page.start, "maxResults": page.limit,
        "total": db.count("worklog", &issue.id)?, "worklogs": all,
    })))
}

/// The first twenty as a field of their issue, as the service has it.
pub fn field(db: &Db<'_>, call: &Call, issue: &Doc) -> Answer<Value> {
    let all = db.page("worklog", &issue.id, 0, 20)?;
    let all = all
        .iter()
        .map(|doc| json(db, call, doc, false))
        .collect::<Answer<Vec<_>>>()?;
    Ok(
        json!({ "startAt": 0, "maxResults": 20, "total": db.count("worklog", &issue.id)?, "worklogs": all }),
    )
}

/// Seconds that were logged.
pub fn spent(db: &Db<'_>, issue: &str) -> Answer<i64> {
    let all = db.list("worklog", issue)?;
    Ok(all
        .iter()
        .filter_map(|doc| doc.body["seconds"].as_i64())
        .sum())
}

pub fn put_property(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let doc = called(db, call.param("id"), &issue)?;
    properties::put(db, call, &format!("worklog/{}", doc.id))
}
