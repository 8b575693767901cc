//! Components of projects.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order, user};
use crate::sandbox::jira::projects;
use crate::sandbox::jira::shape::{address, id_number, text, user_json};

pub fn json(call: &Call, doc: &Doc) -> Value {
    let mut shown = json!({
        "self": address(call, &format!("component/{}", doc.id)),
        "id": doc.id,
        "name": doc.body["name"],
        "description": text(&doc.body, "description"),
        "assigneeType": doc.body["assigneeType"],
        "isAssigneeTypeValid": false,
        "project": doc.body["project"],
        "projectId": id_number(&doc.parent),
    });
    if let Some(lead) = user(text(&doc.body, "lead")) {
        shown["lead"] = user_json(&call.base(), lead);
    }
    shown
}

/// One as an issue shows it.
pub fn short_json(call: &Call, doc: &Doc) -> Value {
    json!({
        "self": address(call, &format!("component/{}", doc.id)),
        "id": doc.id,
        "name": doc.body["name"],
        "description": text(&doc.body, "description"),
    })
}

pub fn of_project(db: &Db<'_>, call: &Call, project: &str) -> Answer<Vec<Value>> {
    let all = db.list("component", project)?;
    Ok(all.iter().map(|doc| json(call, doc)).collect())
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = projects::find(db, call.param("projectIdOrKey"))?;
    Ok(Reply::json(of_project(db, call, &project.id)?.into()))
}

pub fn page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = projects::find(db, call.param("projectIdOrKey"))?;
    let all = of_project(db, call, &project.id)?;
    Ok(Reply::json(Page::of(call, 50, 100).values(all)))
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let project = projects::find(db, text(&given, "project"))?;
    let name = text(&given, "name").trim();
    if name.is_empty() || name.chars().count() > 255 {
        return Err(Refusal::field(
            "name",
            "The component name must have 1 to 255 characters.",
        ));
    }
    let taken = db.list("component", &project.id)?;
    if taken
        .iter()
        .any(|doc| text(&doc.body, "name").eq_ignore_ascii_case(name))
    {
        return Err(Refusal::field(
            "name",
            format!("A component with the name {name} already exists in this project."),
        ));
    }
    let number = db.next("component", 10_000)?;
    let body = json!({
        "name": name,
        "description": text(&given, "description"),
        "lead": given.get("leadAccountId"),
        "assigneeType": given.get("assigneeType").unwrap_or(&json!("PROJECT_DEFAULT")),
        "project": project.body["key"],
    });
    let id = number.to_string();
    db.put("component", &id, &project.id, &order(number), &body)?;
    let doc = Doc {
        id,
        parent: project.id,
        sort: String::new(),
        body,
    };
    Ok(Reply::created(json(call, &doc)))
}

fn find(db: &Db<'_>, id: &str) -> Answer<Doc> {
    db.doc("component", id)?
        .ok_or_else(|| Refusal::not_found(format!("The component with id {id} does not exist.")))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(json(call, &find(db, call.param("id"))?)))
}

/// Changes what is given.
pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = find(db, call.param("id"))?;
    let given = call.json()?;
    for field in ["description", "assigneeType"] {
        if let Some(value) = given.get(field) {
            doc.body[field] = value.clone();
        }
    }
    db.set("component", &doc.id, &doc.body)?;
    Ok(Reply::json(json(call, &doc)))
}

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = find(db, call.param("id"))?;
    db.remove("component", &doc.id)?;
    Ok(Reply::nothing())
}
