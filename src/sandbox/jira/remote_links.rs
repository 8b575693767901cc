//! Links from issues to other places. One with a `globalId` that is there already replaces it.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order};
use crate::sandbox::jira::issues;
use crate::sandbox::jira::shape::{address, id_number, text};

fn json(call: &Call, doc: &Doc) -> Value {
    let mut shown = json!({
        "id": id_number(&doc.id),
        "self": address(call, &format!("issue/{}/remotelink/{}", doc.parent, doc.id)),
    });
    for name in ["globalId", "application", "relationship", "object"] {
        if !doc.body[name].is_null() {
            shown[name] = doc.body[name].clone();
        }
    }
    if shown["application"].is_null() {
        shown["application"] = json!({});
    }
    shown
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let all = db.list("remotelink", &issue.id)?;
    if let Some(wanted) = call.query("globalId") {
        let found = all.iter().find(|doc| text(&doc.body, "globalId") == wanted);
        let found =
            found.ok_or_else(|| Refusal::not_found("No remote link with that global id."))?;
        return Ok(Reply::json(json(call, found)));
    }
    Ok(Reply::json(
        all.iter()
            .map(|doc| json(call, doc))
            .collect::<Vec<_>>()
            .into(),
    ))
}

/// 201 where it's new, 200 where it replaced one.
pub fn put(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let issue = issues::called(db, call)?;
    let given = call.json()?;
    let object = &given["object"];
    for name in ["url", "title"] {
        if text(object, name).is_empty() {
            return Err(Refusal::field(
                name,
                format!("The object's {name} is required."),
            ));
        }
    }
    let global = text(&given, "globalId");
    let old = db.list("remotelink", &issue.id)?.into_iter();
    let old = old
        .into_iter()
        .find(|doc| !global.is_empty() && text(&doc.body, "globalId") == global);
    let (id, sort, new) = match old {
        Some(old) => (old.id, old.sort, false),
        None => {
            let number = db.next("remotelink", 10_000)?;
            (number.to_string(), order(number), true)
        }
    };
    db.put("remotelink", &id, &issue.id, &sort, &given)?;
    let answer = json!({
        "id": id_number(&id),
        "self": address(call, &format!("issue/{}/remotelink/{id}", issue.id)),
    });
    Ok(if new {
        Reply::created(answer)
    } else {
        Reply::json(answer)
    })
}
