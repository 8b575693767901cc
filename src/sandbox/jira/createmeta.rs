//! What a form for a new issue asks for.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Page, Reply};
use crate::sandbox::jira::fields::{self, FIELDS, Field, Shape};
use crate::sandbox::jira::issue_types::{self, IssueType};
use crate::sandbox::jira::{basics, components, issues, projects, versions};

pub fn types(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = projects::find(db, call.param("projectIdOrKey"))?;
    let base = call.base();
    let all = issue_types::of_project(db, &project.body)?;
    let all: Vec<Value> = all.iter().map(|kind| kind.json(&base)).collect();
    let page = Page::of(call, 50, 200);
    let total = i64::try_from(all.len()).unwrap_or(0);
    Ok(Reply::json(json!({
        "issueTypes": page.cut(all), "startAt": page.start, "maxResults": page.limit, "total": total,
    })))
}

pub fn fields_of_type(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let project = projects::find(db, call.param("projectIdOrKey"))?;
    let kind = issue_types::find(db, &project.body, call.param("issueTypeId"))?;
    let mut all = Vec::new();
    for field in FIELDS.iter().filter(|field| field.on_create_screen()) {
        if field.shape == Shape::Parent && kind.level > 0 {
            continue;
        }
        all.push(describe(db, call, &project.id, field, Some(&kind))?);
    }
    let page = Page::of(call, 50, 200);
    let total = i64::try_from(all.len()).unwrap_or(0);
    Ok(Reply::json(json!({
        "fields": page.cut(all), "startAt": page.start, "maxResults": page.limit, "total": total,
    })))
}

/// What may be edited of an issue.
pub fn edit(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    let mut all = serde_json::Map::new();
    for field in FIELDS
        .iter()
        .filter(|f| f.on_create_screen() && f.shape != Shape::Project)
    {
        let mut shown = describe(db, call, &doc.parent, field, None)?;
        if let Some(fields) = shown.as_object_mut() {
            fields.remove("fieldId");
        }
        all.insert(field.id.to_owned(), shown);
    }
    Ok(Reply::json(json!({ "fields": all })))
}

fn describe(
    db: &Db<'_>,
    call: &Call,
    project: &str,
    field: &Field,
    kind: Option<&IssueType>,
) -> Answer<Value> {
    let base = call.base();
    let subtask = kind.is_some_and(|kind| kind.level < 0);
    let required = matches!(field.id, "summary" | "issuetype" | "project")
        || (field.id == "parent" && subtask);
    let many = matches!(
        field.shape,
        Shape::Labels | Shape::Components | Shape::Versions | Shape::Users | Shape::Options
    );
    let mut shown = json!({
        "required": required,
        "schema": field.schema(),
        "name": field.name,
        "key": field.id,
        "hasDefaultValue": field.id == "priority" || field.id == "reporter",
        "operations": if many { json!(["add", "set", "remove"]) } else { json!(["set"]) },
        "fieldId": field.id,
    });
    let allowed: Option<Vec<Value>> = match field.shape {
        Shape::Option | Shape::Options => Some(
            field
                .options
                .iter()
                .map(|(id, _)| fields::option_json(&base, field, &json!(id)))
                .collect(),
        ),
        Shape::Priority => Some(
            basics::PRIORITIES
                .iter()
                .map(|(id, ..)| basics::priority_of_issue(&base, id))
                .collect(),
        ),
        Shape::Components => Some(components::of_project(db, call, project)?),
        Shape::Versions => Some(versions::of_project(db, call, project)?),
        Shape::IssueType => kind.map(|kind| vec![kind.json(&base)]),
        _ => None,
    };
    if let Some(allowed) = allowed {
        shown["allowedValues"] = allowed.into();
    }
    Ok(shown)
}
