//! Transitions: the only way to another status.

use serde_json::{Map, Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply};
use crate::sandbox::jira::shape::text;
use crate::sandbox::jira::workflow::{self, Step};
use crate::sandbox::jira::{basics, comments, issue_edit, issues, projects};

fn steps(db: &Db<'_>, doc: &Doc) -> Answer<Vec<Step>> {
    let project = db.get("project", &doc.parent)?.unwrap_or_default();
    let team = projects::is_team_managed(&project);
    Ok(workflow::steps(team, text(&doc.body, "status")))
}

/// The transitions that leave an issue's status.
pub fn possible(db: &Db<'_>, call: &Call, doc: &Doc) -> Answer<Value> {
    let base = call.base();
    let fields = call.queries("expand").contains(&"transitions.fields");
    let all = steps(db, doc)?.into_iter().map(|step| {
        let mut shown = json!({
            "id": step.id,
            "name": step.name,
            "to": basics::status(&base, step.to),
            "hasScreen": step.screen,
            "isGlobal": step.from.is_empty(),
            "isInitial": false,
            "isAvailable": true,
            "isConditional": false,
            "isLooped": false,
        });
        if fields {
            shown["fields"] = if step.screen {
                screen(&base)
            } else {
                json!({})
            };
        }
        shown
    });
    Ok(all.collect::<Vec<_>>().into())
}

fn screen(base: &str) -> Value {
    let all = basics::RESOLUTIONS
        .iter()
        .map(|(id, _)| basics::resolution(base, id));
    json!({ "resolution": {
        "required": true, "name": "Resolution", "key": "resolution", "operations": ["set"],
        "schema": { "type": "resolution", "system": "resolution" },
        "hasDefaultValue": false, "allowedValues": all.collect::<Vec<_>>(),
    } })
}

pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = issues::called(db, call)?;
    let mut all = possible(db, call, &doc)?;
    if let (Some(wanted), Some(list)) = (call.query("transitionId"), all.as_array_mut()) {
        list.retain(|t| t["id"] == wanted);
    }
    Ok(Reply::json(
        json!({ "expand": "transitions", "transitions": all }),
    ))
}

pub fn go(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = issues::called(db, call)?;
    let given = call.json()?;
    let id = given["transition"]
        .get("id")
        .and_then(crate::sandbox::jira::shape::id_text)
        .unwrap_or_default();
    step_by(db, call, &mut doc, &id, &given)?;
    Ok(Reply::nothing())
}

/// Makes one transition, with the fields and the comment that come with it.
fn step_by(db: &Db<'_>, call: &Call, doc: &mut Doc, id: &str, given: &Value) -> Answer<()> {
    let step = steps(db, doc)?
        .into_iter()
        .find(|step| step.id == id)
        .ok_or_else(|| {
            Refusal::bad(format!(
                "The transition {id} isn't possible from the issue's status."
            ))
        })?;
    let mut rest = given.clone();
    let resolution = rest
        .get_mut("fields")
        .and_then(Value::as_object_mut)
        .and_then(|fields| fields.remove("resolution"));
    let comment = rest
        .get_mut("update")
        .and_then(Value::as_object_mut)
        .and_then(|update| update.remove("comment"));
    let resolution = match resolution {
        None if step.screen => return Err(Refusal::field("resolution", "Resolution is required.")),
        None => None,
        Some(_) if !step.screen => {
            return Err(Refusal::field(
                "resolution",
                crate::sandbox::jira::values::off_screen("resolution"),
            ));
        }
        Some(given) => {
            let all = basics::RESOLUTIONS.iter().copied();
            let found = basics::named(all, &given);
            Some(found.ok_or_else(|| {
                Refusal::field("resolution", "The resolution selected is invalid.")
            })?)
        }
    };
    issue_edit::change(db, call, doc, &rest)?;
    for added in comment
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        comments::make(db, call, doc, &added["add"])?;
    }
    let from = text(&doc.body, "status").to_owned();
    let name = |id: &str| {
        basics::STATUSES
            .iter()
            .find(|(i, ..)| *i == id)
            .map_or("", |(_, name, _)| name)
    };
    let line = issues::change(
        "status",
        (json!(from), json!(name(&from))),
        (json!(step.to), json!(name(step.to))),
    );
    doc.body["status"] = json!(step.to);
    let mut fields = doc.body["fields"].as_object().cloned().unwrap_or_default();
    if let Some(resolution) = resolution {
        fields.insert("resolution".into(), json!(resolution));
    }
    doc.body["resolved"] = json!(resolved(step.to, &mut fields));
    doc.body["fields"] = Value::Object(fields);
    issues::save(db, call, doc, vec![line])
}

/// What is done has a resolution and a moment of it; what isn't has neither.
pub fn resolved(status: &str, fields: &mut Map<String, Value>) -> Option<i64> {
    if basics::category_of(status) != "done" {
        fields.insert("resolution".into(), Value::Null);
        return None;
    }
    let resolution = fields.entry("resolution").or_insert(Value::Null);
    if resolution.is_null() {
        *resolution = json!("10000");
    }
    Some(now_ms())
}

/// Up to 1000 at once, as a task.
pub fn go_many(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    let inputs = given["bulkTransitionInputs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let (mut moved, mut failed) = (Vec::new(), Map::new());
    for input in &inputs {
        let id = text(input, "transitionId");
        for issue in input["selectedIssueIdsOrKeys"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let issue = issue.as_str().unwrap_or_default();
            let done = match issues::find_any(db, issue)? {
                None => Err(issues::missing()),
                Some(mut doc) => {
                    let id = id.to_owned();
                    let fields = json!({ "fields": {} });
                    let step = steps(db, &doc)?.into_iter().find(|s| s.id == id);
                    let with = match step {
                        Some(step) if step.screen => {
                            json!({ "fields": { "resolution": { "id": "10000" } } })
                        }
                        _ => fields,
                    };
                    step_by(db, call, &mut doc, &id, &with).map(|()| doc.id)
                }
            };
            match done {
                Ok(id) => moved.push(json!(id.parse::<i64>().unwrap_or(0))),
                Err(refusal) => {
                    failed.insert(issue.to_owned(), json!(refusal.messages));
                }
            }
        }
    }
    let result =
        json!({ "processed": moved, "failed": failed, "total": moved.len() + failed.len() });
    let task = crate::sandbox::jira::tasks::begin(db, call, "Bulk transition", result)?;
    Ok(Reply::created(json!({ "taskId": task })))
}
