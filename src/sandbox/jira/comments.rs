//! Comments of issues, and their properties.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order};
use crate::sandbox::jira::shape::{address, author_json};
use crate::sandbox::jira::time::jira_time;
use crate::sandbox::jira::{adf, issues, properties};

fn json(db: &Db<'_>, call: &Call, doc: &Doc, with_properties: bool) -> Answer<Value> {
    let base = call.base();
    let moment = |name: &str| jira_time(doc.body[name].as_i64().unwrap_or(0));
    let mut shown = json!({
        "self": address(call, &format!("issue/{}/comment/{}", doc.parent, doc.id)),
        "id": doc.id,
        "author": author_json(&base, &doc.body["author"]),
        "body": doc.body["body"],
        "updateAuthor": author_json(&base, &doc.body["updateAuthor"]),
        "created": moment("created"),
        "updated": moment("updated"),
        "jsdPublic": true,
    });
    if !doc.body["visibility"].is_null() {
        shown["visibility"] = doc.body["visibility"].clone();
    }
    if with_properties {
        let all = properties::all(db, &format!("comment/{}", doc.id))?;
        let all = all
            .into_iter()
            .map(|(key, value)| json!({ "key": key, "value": value }));
        shown["properties"] = all.collect::<Vec<_>>().into();
    }
    Ok(shown)
}

fn check(body: &Value) -> Answer<()> {
    if body.is_null() {
        return Err(Refusal::field("comment", "Comment body can not be empty!"));
    }
    match adf::problem(body) {
        Some(problem) => Err(Refusal::field(
            "comment",
            format!("INVALID_INPUT: {problem}"),
        )),
        None => Ok(()),
    }
}

/// Adds one; its author watches the issue from then on.
pub fn make(db: &Db<'_>, call: &Call, issue: &mut Doc, given: &Value) -> Answer<Doc> {
    check(&given["body"])?;
    let number = db.next("comment", 10_000)?;
    let id = number.to_string();
    let body = json!({
        "author": call.user.account_id, "updateAuthor": call.user.account_id,
        "body": given["body"], "visibility": given["visibility"],
        "created": now_ms(), "updated": now_ms(),
    });
    db.put("comment", &id, &issue.id, &order(number), &body)?;
    properties::set_given(db, &format!("comment/{id}"), &given["properties"])?;
    issues::watch(issue, call.user.account_id);
    issues::touch(db, issue)?;
    Ok(Doc {
        id,
        parent: issue.id.clone(),
        sort: order(number),
        body,
    })
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut issue = issues::called(db, call)?;
    let doc = make(db, call, &mut issue, &call.json()?)?;
    Ok(Reply::created(json(db, call, &doc, true)?))
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let page = Page::of(call, 100, 5000);
    let total = db.count("comment", &issue.id)?;
    let all = if call.query("orderBy").is_some_and(|o| o.starts_with('-')) {
        let mut all = db.list("comment", &issue.id)?;
        all.reverse();
        all.into_iter()
            .skip(page.start as usize)
            .take(page.limit as usize)
            .collect()
    } else {
        db.page("comment", &issue.id, page.start, page.limit)?
    };
    let expand = call.queries("expand").contains(&"properties");
    let all = all
        .iter()
        .map(|doc| json(db, call, doc, expand))
        .collect::<Answer<Vec<_>>>()?;
    Ok(Reply::json(json!({
        "startAt": page.start, "maxResults": page.limit, "total": total, "comments": all,
    })))
}

/// The comments as a field of their issue.
pub fn field(db: &Db<'_>, call: &Call, issue: &Doc) -> Answer<Value> {
    let all = db.list("comment", &issue.id)?;
    let all = all
        .iter()
        .map(|doc| json(db, call, doc, false))
        .collect::<Answer<Vec<_>>>()?;
    Ok(json!({
        "comments": all, "self": address(call, &format!("issue/{}/comment", issue.id)),
        "maxResults": all.len(), "total": all.len(), "startAt": 0,
    }))
}

fn called(db: &Db<'_>, call: &Call) -> Answer<(Doc, Doc)> {
    let issue = issues::called(db, call)?;
    let id = call.param("id");
    let found = db.doc("comment", id)?.filter(|doc| doc.parent == issue.id);
    let doc = found
        .ok_or_else(|| Refusal::not_found(format!("Can not find a comment for the id: {id}.")))?;
    Ok((issue, doc))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let (_, doc) = called(db, call)?;
    let expand = call.queries("expand").contains(&"properties");
    Ok(Reply::json(json(db, call, &doc, expand)?))
}

pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let (mut issue, mut doc) = called(db, call)?;
    let given = call.json()?;
    check(&given["body"])?;
    doc.body["body"] = given["body"].clone();
    doc.body["updateAuthor"] = json!(call.user.account_id);
    doc.body["updated"] = json!(now_ms());
    if !given["visibility"].is_null() {
        doc.body["visibility"] = given["visibility"].clone();
    }
    db.set("comment", &doc.id, &doc.body)?;
    properties::set_given(db, &format!("comment/{}", doc.id), &given["properties"])?;
    issues::touch(db, &mut issue)?;
    Ok(Reply::json(json(db, call, &doc, false)?))
}

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let (mut issue, doc) = called(db, call)?;
    db.remove("comment", &doc.id)?;
    properties::remove_all(db, &format!("comment/{}", doc.id))?;
    issues::touch(db, &mut issue)?;
    Ok(Reply::nothing())
}

fn owner(db: &Db<'_>, call: &Call) -> Answer<String> {
    let id = call.param("commentId");
    db.doc("comment", id)?
        .ok_or_else(|| Refusal::not_found(format!("Can not find a comment for the id: {id}.")))?;
    Ok(format!("comment/{id}"))
}

pub fn show_property(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    properties::show(db, call, &owner(db, call)?)
}

pub fn put_property(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    properties::put(db, call, &owner(db, call)?)
}
