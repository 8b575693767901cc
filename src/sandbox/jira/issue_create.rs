//! Creating issues, alone and up to 50 at once.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order};
use crate::sandbox::jira::issue_types::{self, IssueType};
use crate::sandbox::jira::shape::{address, text};
use crate::sandbox::jira::{issues, projects, properties, sprints, transitions, values, workflow};

/// The most issues of one request.
const MOST: usize = 50;

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = make(db, call, &call.json()?)?;
    Ok(Reply::created(created(call, &doc)))
}

fn created(call: &Call, doc: &Doc) -> Value {
    json!({
        "id": doc.id,
        "key": issues::key(doc),
        "self": address(call, &format!("issue/{}", doc.id)),
    })
}

/// 201 where at least one was created; the others are named by their place in the request.
pub fn create_many(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let updates = given["issueUpdates"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if updates.is_empty() || updates.len() > MOST {
        return Err(Refusal::bad(format!(
            "A request creates from 1 to {MOST} issues."
        )));
    }
    let (mut made, mut errors) = (Vec::new(), Vec::new());
    for (n, update) in updates.iter().enumerate() {
        match make(db, call, update) {
            Ok(doc) => made.push(created(call, &doc)),
            Err(refusal) if refusal.status.is_client_error() => errors.push(json!({
                "status": refusal.status.as_u16(),
                "elementErrors": refusal.body(),
                "failedElementNumber": n,
            })),
            Err(refusal) => return Err(refusal),
        }
    }
    let status = if made.is_empty() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::CREATED
    };
    Ok(Reply::status(status).with(json!({ "issues": made, "errors": errors })))
}

/// Creates one. Everything is checked before anything is written, so that one of many can be
/// refused alone.
fn make(db: &Db<'_>, call: &Call, update: &Value) -> Answer<Doc> {
    let fields = update["fields"].as_object().cloned().unwrap_or_default();
    let mut errors = Map::new();
    let place = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let Some(project) = values::project_of(db, &place("project"))? else {
        return Err(Refusal::field(
            "project",
            "Specify a valid project ID or key",
        ));
    };
    let types = issue_types::of_project(db, &project.body)?;
    let kind = issue_types::named(&types, &place("issuetype"));
    if kind.is_none() {
        errors.insert("issuetype".into(), "Specify a valid issue type".into());
    }
    let parent = match &kind {
        Some(kind) => parent(db, &project, kind, &place("parent"), &mut errors)?,
        None => None,
    };
    if !fields.contains_key("summary") {
        errors.insert(
            "summary".into(),
            "You must specify a summary of the issue.".into(),
        );
    }
    let mut stored = values::read_all(db, &project.id, &fields, &mut errors)?;
    additions(db, &project.id, update, &mut stored, &mut errors)?;
    for property in update["properties"].as_array().into_iter().flatten() {
        properties::check(text(property, "key"), &property["value"])?;
    }
    let status = match update["transition"]["id"].as_str() {
        None => workflow::FIRST,
        Some(id) => {
            let team = projects::is_team_managed(&project.body);
            let step = workflow::steps(team, workflow::FIRST)
                .into_iter()
                .find(|s| s.id == id);
            step.map(|s| s.to).ok_or_else(|| {
                Refusal::bad(format!(
                    "The transition {id} isn't possible from the first status."
                ))
            })?
        }
    };
    let Some(kind) = kind.filter(|_| errors.is_empty()) else {
        return Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            messages: Vec::new(),
            errors,
        });
    };
    defaults(&mut stored, call);
    let number = db.next("issue", 10_000)?;
    let id = number.to_string();
    let in_project = projects::next_number(db, &project.id)?;
    let key = format!("{}-{in_project}", text(&project.body, "key"));
    let resolved = transitions::resolved(status, &mut stored);
    let body = json!({
        "id": id, "key": key, "number": in_project, "project": project.id,
        "type": kind.id, "typeName": kind.name, "level": kind.level, "status": status,
        "created": now_ms(), "updated": now_ms(), "resolved": resolved,
        "creator": call.user.account_id, "rank": projects::last_rank(db)?,
        "parent": parent, "watchers": [call.user.account_id], "fields": stored,
    });
    let doc = Doc {
        id: id.clone(),
        parent: project.id,
        sort: order(number),
        body,
    };
    db.put("issue", &id, &doc.parent, &doc.sort, &doc.body)?;
    db.name("issue", &key, &id)?;
    issues::index_parent(db, &doc)?;
    sprints::index(db, &doc)?;
    properties::set_given(db, &format!("issue/{id}"), &update["properties"])?;
    Ok(doc)
}

fn defaults(stored: &mut Map<String, Value>, call: &Call) {
    let mut usual = |name: &str, value: Value| {
        stored.entry(name.to_owned()).or_insert(value);
    };
    usual("priority", json!("3"));
    usual("labels", json!([]));
    usual("reporter", json!(call.user.account_id));
    usual("timetracking", json!({}));
}

/// `update` of a creation: only adding and setting make sense.
fn additions(
    db: &Db<'_>,
    project: &str,
    update: &Value,
    stored: &mut Map<String, Value>,
    errors: &mut Map<String, Value>,
) -> Answer<()> {
    for (name, verbs) in update["update"].as_object().into_iter().flatten() {
        crate::sandbox::jira::issue_edit::apply(db, project, name, verbs, stored, errors)?;
    }
    Ok(())
}

/// The id of the parent, if there may be one: exactly one level above, in the same project.
pub fn parent(
    db: &Db<'_>,
    project: &Doc,
    kind: &IssueType,
    given: &Value,
    errors: &mut Map<String, Value>,
) -> Answer<Option<String>> {
    if given.is_null() {
        if kind.level < 0 {
            errors.insert(
                "parentId".into(),
                "Issue type is a sub-task but parent issue key or id not specified.".into(),
            );
        }
        return Ok(None);
    }
    let Some(parent) = issues::named(db, given)? else {
        errors.insert(
            "parentId".into(),
            "Could not find issue by id or key.".into(),
        );
        return Ok(None);
    };
    let fits = issues::level(&parent) == kind.level + 1;
    if !fits {
        errors.insert(
            "parentId".into(),
            "Given parent issue does not belong to appropriate hierarchy.".into(),
        );
    } else if parent.parent != project.id && kind.level < 0 {
        errors.insert(
            "parentId".into(),
            "A sub-task and its parent are in one project.".into(),
        );
    }
    Ok(Some(parent.id))
}
