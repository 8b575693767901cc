//! Versions of projects.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order};
use crate::sandbox::jira::projects;
use crate::sandbox::jira::shape::{address, id_number, id_text, text};

pub fn json(call: &Call, doc: &Doc) -> Value {
    let mut shown = short_json(call, doc);
    shown["projectId"] = json!(id_number(&doc.parent));
    shown["overdue"] = json!(false);
    if let Some(start) = doc.body["startDate"].as_str() {
        shown["startDate"] = json!(start);
    }
    shown
}

/// One as an issue shows it.
pub fn short_json(call: &Call, doc: &Doc) -> Value {
    let mut shown = json!({
        "self": address(call, &format!("version/{}", doc.id)),
        "id": doc.id,
        "description": text(&doc.body, "description"),
        "name": doc.body["name"],
        "archived": doc.body["archived"] == true,
        "released": doc.body["released"] == true,
    });
    if let Some(date) = doc.body["releaseDate"].as_str() {
        shown["releaseDate"] = json!(date);
    }
    shown
}

pub fn of_project(db: &Db<'_>, call: &Call, project: &str) -> Answer<Vec<Value>> {
    let all = db.list("version", project)?;
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

const FIELDS: [&str; 6] = [
    "name",
    "description",
    "startDate",
    "releaseDate",
    "released",
    "archived",
];

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let project = given.get("projectId").and_then(id_text);
    let project = project.unwrap_or_else(|| text(&given, "project").to_owned());
    let project = projects::find(db, &project)?;
    check(db, &project.id, &given, None)?;
    let mut body = json!({});
    for field in FIELDS {
        body[field] = given.get(field).cloned().unwrap_or_default();
    }
    let number = db.next("version", 10_000)?;
    let id = number.to_string();
    db.put("version", &id, &project.id, &order(number), &body)?;
    let doc = Doc {
        id,
        parent: project.id,
        sort: String::new(),
        body,
    };
    Ok(Reply::created(json(call, &doc)))
}

fn check(db: &Db<'_>, project: &str, given: &Value, itself: Option<&str>) -> Answer<()> {
    let name = text(given, "name").trim();
    if name.is_empty() || name.chars().count() > 255 {
        return Err(Refusal::field(
            "name",
            "The version name must have 1 to 255 characters.",
        ));
    }
    let taken = db.list("version", project)?;
    let other = |doc: &&Doc| Some(doc.id.as_str()) != itself;
    if taken
        .iter()
        .filter(other)
        .any(|doc| text(&doc.body, "name") == name)
    {
        return Err(Refusal::field(
            "name",
            "A version with this name already exists in this project.",
        ));
    }
    for field in ["startDate", "releaseDate"] {
        let date = given.get(field).and_then(Value::as_str);
        if date.is_some_and(|date| date.parse::<jiff::civil::Date>().is_err()) {
            return Err(Refusal::field(
                field,
                "Date must be of the format YYYY-MM-DD",
            ));
        }
    }
    Ok(())
}

fn find(db: &Db<'_>, id: &str) -> Answer<Doc> {
    db.doc("version", id)?
        .ok_or_else(|| Refusal::not_found(format!("Could not find version for id '{id}'")))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(json(call, &find(db, call.param("id"))?)))
}

pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = find(db, call.param("id"))?;
    let given = call.json()?;
    for field in FIELDS {
        if let Some(value) = given.get(field) {
            doc.body[field] = value.clone();
        }
    }
    check(db, &doc.parent, &doc.body, Some(&doc.id))?;
    db.set("version", &doc.id, &doc.body)?;
    Ok(Reply::json(json(call, &doc)))
}

/// Issues that had the version have none in its place. Moving them to another version is refused:
/// nobody who uses the sandbox asks for it.
pub fn remove_and_swap(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = find(db, call.param("id"))?;
    let given = call.json()?;
    for field in ["moveFixIssuesTo", "moveAffectedIssuesTo"] {
        if given.get(field).is_some_and(|to| !to.is_null()) {
            return Err(Refusal::field(
                field,
                "The sandbox moves no issues to another version.",
            ));
        }
    }
    db.remove("version", &doc.id)?;
    Ok(Reply::nothing())
}
