//! Values of fields: read from requests and checked, and shown in answers.
//!
//! Stored are ids and plain values; what they name is looked up when an issue is shown.

use serde_json::{Map, Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, user};
use crate::sandbox::jira::fields::{self, Field, Shape};
use crate::sandbox::jira::shape::{id_text, text};
use crate::sandbox::jira::{adf, basics, components, duration, projects, sprints, versions};

/// What is wrong with a field.
pub type Problem = String;

/// The value to store for what a request gives, or what is wrong with it.
pub fn read(
    db: &Db<'_>,
    project: &str,
    field: &Field,
    given: &Value,
) -> Answer<Result<Value, Problem>> {
    if given.is_null() {
        return Ok(match field.id {
            "summary" => Err("You must specify a summary of the issue.".into()),
            "labels" | "components" | "versions" | "fixVersions" => Ok(json!([])),
            _ => Ok(Value::Null),
        });
    }
    Ok(match field.shape {
        Shape::Components => return list(db, "component", project, given),
        Shape::Versions => return list(db, "version", project, given),
        Shape::Sprint => match given
            .as_i64()
            .or_else(|| given.as_str().and_then(|t| t.parse().ok()))
        {
            Some(id) if sprints::exists(db, id)? => Ok(json!([id])),
            _ => Err("Number value expected as the Sprint id.".into()),
        },
        _ => plain(field, given),
    })
}

fn plain(field: &Field, given: &Value) -> Result<Value, Problem> {
    let as_text = given.as_str();
    let kept = || Ok(given.clone());
    match field.shape {
        Shape::Text => match as_text {
            None => Err("Operation value must be a string".into()),
            Some(line) if field.id == "summary" && line.trim().is_empty() => {
                Err("You must specify a summary of the issue.".into())
            }
            Some(line) if line.contains('\n') => {
                Err("The value is invalid because it contains newline characters.".into())
            }
            Some(line) if line.chars().count() > 255 => {
                Err("The value can't exceed 255 characters.".into())
            }
            Some(_) => kept(),
        },
        Shape::Document => match adf::problem(given) {
            None => kept(),
            Some(_) if as_text.is_some() => Err(
                "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
                    .into(),
            ),
            Some(problem) => Err(format!("INVALID_INPUT: {problem}")),
        },
        Shape::Number if given.is_number() => kept(),
        Shape::Number => Err("Operation value must be a number".into()),
        Shape::Date => match as_text.map(|t| t.parse::<jiff::civil::Date>()) {
            Some(Ok(_)) => kept(),
            _ => Err("Operation value must be a date of the form yyyy-MM-dd".into()),
        },
        Shape::Moment if as_text.is_some_and(|t| t.contains('T')) => kept(),
        Shape::Moment => Err("Operation value must be a moment".into()),
        Shape::Url if as_text.is_some_and(|t| t.contains("://")) => kept(),
        Shape::Url => Err("The URL isn't valid".into()),
        Shape::User => account(given).ok_or_else(|| "Specify a valid value for the user".into()),
        Shape::Users => {
            let all = given
                .as_array()
                .map(|all| all.iter().map(account).collect::<Option<Vec<_>>>());
            all.flatten()
                .map(Value::Array)
                .ok_or_else(|| "Specify valid users".into())
        }
        Shape::Option => option(field, given),
        Shape::Options => {
            let all = given.as_array().ok_or("Operation value must be an array")?;
            let all: Result<Vec<Value>, Problem> =
                all.iter().map(|one| option(field, one)).collect();
            all.map(Value::Array)
        }
        Shape::Labels => {
            let all = given.as_array().ok_or("Operation value must be an array")?;
            let good = |label: &Value| {
                label.as_str().is_some_and(|t| {
                    !t.is_empty() && t.len() <= 255 && !t.contains(char::is_whitespace)
                })
            };
            match all.iter().find(|label| !good(label)) {
                Some(label) => Err(format!(
                    "The label {label} contains spaces which is invalid."
                )),
                None => kept(),
            }
        }
        Shape::Priority => {
            let all = basics::PRIORITIES.iter().map(|(id, name, _)| (*id, *name));
            basics::named(all, given)
                .map(|id| json!(id))
                .ok_or_else(|| "The priority selected is invalid.".into())
        }
        Shape::Resolution => {
            let all = basics::RESOLUTIONS.iter().map(|(id, name)| (*id, *name));
            basics::named(all, given)
                .map(|id| json!(id))
                .ok_or_else(|| "The resolution selected is invalid.".into())
        }
        Shape::TimeTracking => duration::tracking(given),
        _ => Err(off_screen(field.id)),
    }
}

pub fn off_screen(field: &str) -> Problem {
    format!("Field '{field}' cannot be set. It is not on the appropriate screen, or unknown.")
}

fn account(given: &Value) -> Option<Value> {
    let id = given
        .get("accountId")
        .or_else(|| given.get("id"))
        .and_then(Value::as_str)?;
    user(id).map(|found| json!(found.account_id))
}

fn option(field: &Field, given: &Value) -> Result<Value, Problem> {
    fields::option_named(field, given)
        .map(|id| json!(id))
        .ok_or_else(|| format!("Option {given} is not valid for the field."))
}

/// Components or versions of the project, by id or name.
fn list(db: &Db<'_>, kind: &str, project: &str, given: &Value) -> Answer<Result<Value, Problem>> {
    let Some(given) = given.as_array() else {
        return Ok(Err("Operation value must be an array".into()));
    };
    let all = db.list(kind, project)?;
    let mut found = Vec::new();
    for one in given {
        let id = one.get("id").and_then(id_text);
        let name = one.get("name").and_then(Value::as_str);
        let fits = |doc: &&Doc| match (&id, name) {
            (Some(id), _) => doc.id == *id,
            (None, Some(name)) => text(&doc.body, "name") == name,
            _ => false,
        };
        match all.iter().find(fits) {
            Some(doc) => found.push(json!(doc.id)),
            None => {
                let shown = id.as_deref().or(name).unwrap_or_default();
                return Ok(Err(format!(
                    "There is no {kind} \"{shown}\" in this project."
                )));
            }
        }
    }
    Ok(Ok(Value::Array(found)))
}

/// The stored value of a field as an issue shows it.
pub fn show(db: &Db<'_>, call: &Call, field: &Field, stored: &Value) -> Answer<Value> {
    let base = call.base();
    let each = |shown: &dyn Fn(&Value) -> Value| -> Value {
        let all = stored.as_array().into_iter().flatten();
        all.map(shown).collect::<Vec<_>>().into()
    };
    if stored.is_null() {
        return Ok(match field.shape {
            Shape::Labels | Shape::Components | Shape::Versions => json!([]),
            Shape::TimeTracking => json!({}),
            _ => Value::Null,
        });
    }
    Ok(match field.shape {
        Shape::User => crate::sandbox::jira::shape::author_json(&base, stored),
        Shape::Users => each(&|id| crate::sandbox::jira::shape::author_json(&base, id)),
        Shape::Option => fields::option_json(&base, field, stored),
        Shape::Options => each(&|id| fields::option_json(&base, field, id)),
        Shape::Priority => basics::priority_of_issue(&base, stored.as_str().unwrap_or_default()),
        Shape::Resolution => basics::resolution(&base, stored.as_str().unwrap_or_default()),
        Shape::Components => documents(db, "component", stored, &|doc| {
            components::short_json(call, doc)
        })?,
        Shape::Versions => documents(db, "version", stored, &|doc| {
            versions::short_json(call, doc)
        })?,
        Shape::Sprint => sprints::of_issue(db, stored)?,
        _ => stored.clone(),
    })
}

/// Those that were deleted since aren't shown.
fn documents(db: &Db<'_>, kind: &str, ids: &Value, shown: &dyn Fn(&Doc) -> Value) -> Answer<Value> {
    let mut all = Vec::new();
    for id in ids.as_array().into_iter().flatten() {
        if let Some(doc) = db.doc(kind, id.as_str().unwrap_or_default())? {
            all.push(shown(&doc));
        }
    }
    Ok(Value::Array(all))
}

/// Reads the fields of a request; what's wrong is collected.
pub fn read_all(
    db: &Db<'_>,
    project: &str,
    given: &Map<String, Value>,
    errors: &mut Map<String, Value>,
) -> Answer<Map<String, Value>> {
    let mut read_ones = Map::new();
    for (id, value) in given {
        let field = fields::find(id).filter(|field| field.on_create_screen());
        let Some(field) = field else {
            errors.insert(id.clone(), off_screen(id).into());
            continue;
        };
        if matches!(
            field.shape,
            Shape::Project | Shape::IssueType | Shape::Parent
        ) {
            continue;
        }
        match read(db, project, field, value)? {
            Ok(value) => {
                read_ones.insert(id.clone(), value);
            }
            Err(problem) => {
                errors.insert(id.clone(), problem.into());
            }
        }
    }
    Ok(read_ones)
}

/// The project's id that a request names.
pub fn project_of(db: &Db<'_>, given: &Value) -> Answer<Option<Doc>> {
    let id = given.get("id").and_then(id_text);
    let key = given.get("key").and_then(Value::as_str).map(str::to_owned);
    let Some(named) = id.or(key) else {
        return Ok(None);
    };
    Ok(projects::find_any(db, &named)?.filter(|doc| doc.body["deleted"].is_null()))
}
