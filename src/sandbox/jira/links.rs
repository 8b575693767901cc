//! Links between issues. Equal ones are accepted, as the service does.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order};
use crate::sandbox::jira::shape::{address, text};
use crate::sandbox::jira::{basics, comments, issue_view, issues};

/// Answers 201 without a body: the new link's id isn't told.
pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let types = basics::LINK_TYPES.iter().map(|(id, name, ..)| (*id, *name));
    let kind = basics::named(types, &given["type"]);
    let kind =
        kind.ok_or_else(|| Refusal::not_found("No issue link type with that name or id found."))?;
    let end = |name: &str| {
        issues::named(db, &given[name]).and_then(|found| found.ok_or_else(issues::missing))
    };
    let (inward, mut outward) = (end("inwardIssue")?, end("outwardIssue")?);
    let number = db.next("link", 10_000)?;
    let id = number.to_string();
    let body = json!({ "type": kind, "inward": inward.id, "outward": outward.id });
    db.put("link", &id, "", &order(number), &body)?;
    for end in [&inward.id, &outward.id] {
        db.put(
            "linkend",
            &format!("{end}/{id}"),
            end,
            &order(number),
            &json!(id),
        )?;
    }
    if !given["comment"]["body"].is_null() {
        comments::make(db, call, &mut outward, &given["comment"])?;
    }
    let told = |issue: &Doc| {
        (
            json!(issues::key(issue)),
            json!(format!("This issue is linked to {}", issues::key(issue))),
        )
    };
    let nothing = || (Value::Null, Value::Null);
    let pair = [(inward.clone(), outward.clone()), (outward, inward)];
    for (mut issue, other) in pair {
        let line = issues::change("Link", nothing(), told(&other));
        issues::save(db, call, &mut issue, vec![line])?;
    }
    Ok(Reply::status(axum::http::StatusCode::CREATED))
}

/// The links of one issue, each from its side: `inwardIssue` is where the issue is the outward
/// one.
pub fn of_issue(db: &Db<'_>, call: &Call, issue: &str) -> Answer<Value> {
    let mut all = Vec::new();
    for end in db.list("linkend", issue)? {
        let Some(link) = db.doc("link", end.body.as_str().unwrap_or_default())? else {
            continue;
        };
        let (side, other) = if text(&link.body, "inward") == issue {
            ("outwardIssue", text(&link.body, "outward"))
        } else {
            ("inwardIssue", text(&link.body, "inward"))
        };
        let Some(other) = db.doc("issue", other)? else {
            continue;
        };
        all.push(json!({
            "id": link.id,
            "self": address(call, &format!("issueLink/{}", link.id)),
            "type": basics::link_type(&call.base(), text(&link.body, "type")),
            side: issue_view::brief(db, call, &other)?,
        }));
    }
    Ok(all.into())
}

fn called(db: &Db<'_>, call: &Call) -> Answer<Doc> {
    let id = call.param("linkId");
    db.doc("link", id)?
        .ok_or_else(|| Refusal::not_found(format!("No issue link with id '{id}' exists.")))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let link = called(db, call)?;
    let end = |name: &str| -> Answer<Value> {
        let doc = db
            .doc("issue", text(&link.body, name))?
            .ok_or_else(issues::missing)?;
        issue_view::brief(db, call, &doc)
    };
    Ok(Reply::json(json!({
        "id": link.id,
        "self": address(call, &format!("issueLink/{}", link.id)),
        "type": basics::link_type(&call.base(), text(&link.body, "type")),
        "inwardIssue": end("inward")?,
        "outwardIssue": end("outward")?,
    })))
}

fn remove(db: &Db<'_>, link: &Doc) -> Answer<()> {
    for end in ["inward", "outward"] {
        db.remove("linkend", &format!("{}/{}", text(&link.body, end), link.id))?;
    }
    db.remove("link", &link.id)?;
    Ok(())
}

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    remove(db, &called(db, call)?)?;
    Ok(Reply::nothing())
}

pub fn remove_of_issue(db: &Db<'_>, issue: &str) -> Answer<()> {
    for end in db.list("linkend", issue)? {
        if let Some(link) = db.doc("link", end.body.as_str().unwrap_or_default())? {
            remove(db, &link)?;
        }
    }
    Ok(())
}
