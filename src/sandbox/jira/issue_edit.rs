//! Changing issues: fields, and verbs on them. A status isn't changed here.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, user};
use crate::sandbox::jira::fields::Shape;
use crate::sandbox::jira::{
    fields, issue_create, issue_types, issue_view, issues, properties, sprints, values,
};

pub fn edit(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = issues::called(db, call)?;
    let given = call.json()?;
    if !given["transition"].is_null() {
        return Err(Refusal::bad("A transition isn't made by editing."));
    }
    change(db, call, &mut doc, &given)?;
    if call.flag("returnIssue") == Some(true) {
        return Ok(Reply::json(issue_view::whole(db, call, &doc)?));
    }
    Ok(Reply::nothing())
}

/// Carries `fields`, `update` and `properties` out.
pub fn change(db: &Db<'_>, call: &Call, doc: &mut Doc, given: &Value) -> Answer<()> {
    let mut errors = Map::new();
    let new = given["fields"].as_object().cloned().unwrap_or_default();
    let before = doc.body["fields"].as_object().cloned().unwrap_or_default();
    let mut stored = before.clone();
    stored.extend(values::read_all(db, &doc.parent, &new, &mut errors)?);
    for (name, verbs) in given["update"].as_object().into_iter().flatten() {
        apply(db, &doc.parent, name, verbs, &mut stored, &mut errors)?;
    }
    let moved = structure(db, doc, &new, &mut errors)?;
    if !errors.is_empty() {
        return Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            messages: Vec::new(),
            errors,
        });
    }
    properties::set_given(db, &format!("issue/{}", doc.id), &given["properties"])?;
    let mut changes = Vec::new();
    for (name, value) in &stored {
        let old = before.get(name).cloned().unwrap_or_default();
        if old != *value {
            changes.push(issues::change(
                name,
                (Value::Null, told(&old)),
                (Value::Null, told(value)),
            ));
        }
    }
    changes.extend(moved);
    doc.body["fields"] = Value::Object(stored);
    issues::save(db, call, doc, changes)?;
    issues::index_parent(db, doc)?;
    sprints::index(db, doc)
}

fn told(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value.clone(),
        other => json!(other.to_string()),
    }
}

/// The type and the parent.
fn structure(
    db: &Db<'_>,
    doc: &mut Doc,
    new: &Map<String, Value>,
    errors: &mut Map<String, Value>,
) -> Answer<Vec<Value>> {
    let mut changes = Vec::new();
    let project = db
        .doc("project", &doc.parent)?
        .ok_or_else(issues::missing)?;
    let types = issue_types::of_project(db, &project.body)?;
    let mut kind = types
        .iter()
        .find(|kind| doc.body["type"] == kind.id)
        .cloned();
    if let Some(given) = new.get("issuetype") {
        let found =
            issue_types::named(&types, given).filter(|found| found.level == issues::level(doc));
        let Some(found) = found else {
            errors.insert(
                "issuetype".into(),
                "The issue type selected is invalid.".into(),
            );
            return Ok(changes);
        };
        if doc.body["type"] != found.id {
            changes.push(issues::change(
                "issuetype",
                (doc.body["type"].clone(), doc.body["typeName"].clone()),
                (json!(found.id), json!(found.name)),
            ));
        }
        doc.body["type"] = json!(found.id);
        doc.body["typeName"] = json!(found.name);
        kind = Some(found);
    }
    if let (Some(given), Some(kind)) = (new.get("parent"), kind) {
        let parent = issue_create::parent(db, &project, &kind, given, errors)?;
        changes.push(issues::change(
            "IssueParentAssociation",
            (doc.body["parent"].clone(), Value::Null),
            (json!(parent), Value::Null),
        ));
        doc.body["parent"] = json!(parent);
    }
    Ok(changes)
}

/// `[{add|remove|set: value}]` on one field.
pub fn apply(
    db: &Db<'_>,
    project: &str,
    name: &str,
    verbs: &Value,
    stored: &mut Map<String, Value>,
    errors: &mut Map<String, Value>,
) -> Answer<()> {
    let field = fields::find(name).filter(|f| {
        f.on_create_screen()
            && !matches!(f.shape, Shape::Project | Shape::IssueType | Shape::Parent)
    });
    let Some(field) = field else {
        errors.insert(name.to_owned(), values::off_screen(name).into());
        return Ok(());
    };
    let is_list = matches!(
        field.shape,
        Shape::Labels | Shape::Components | Shape::Versions | Shape::Users | Shape::Options
    );
    for (verb, value) in verbs
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flatten()
    {
        let one = is_list && verb != "set";
        let wanted = if one { json!([value]) } else { value.clone() };
        let read = match values::read(db, project, field, &wanted)? {
            Ok(read) => read,
            Err(problem) => {
                errors.insert(name.to_owned(), problem.into());
                continue;
            }
        };
        let given: Vec<Value> = read.as_array().cloned().unwrap_or_default();
        let mut list: Vec<Value> = stored
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        match verb.as_str() {
            "add" if one => {
                let new: Vec<Value> = given.into_iter().filter(|v| !list.contains(v)).collect();
                list.extend(new);
                stored.insert(name.to_owned(), list.into());
            }
            "remove" if one => {
                list.retain(|v| !given.contains(v));
                stored.insert(name.to_owned(), list.into());
            }
            "set" | "edit" => {
                stored.insert(name.to_owned(), read);
            }
            _ => {
                errors.insert(
                    name.to_owned(),
                    format!("The verb {verb} isn't possible here.").into(),
                );
            }
        }
    }
    Ok(())
}

pub fn assign(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = issues::called(db, call)?;
    let given = call.json()?;
    let new = given["accountId"].as_str();
    if let Some(id) = new
        && user(id).is_none()
    {
        return Err(Refusal::field(
            "assignee",
            "Specify a valid value for assignee",
        ));
    }
    let old = doc.body["fields"]["assignee"].clone();
    if let Some(fields) = doc.body["fields"].as_object_mut() {
        fields.insert("assignee".into(), json!(new));
    }
    let line = issues::change("assignee", (old.clone(), old), (json!(new), json!(new)));
    issues::save(db, call, &mut doc, vec![line])?;
    Ok(Reply::nothing())
}
