//! The ends of projects: the trash, where a key stays taken for 60 days, and beyond it. Also
//! finding projects by a property.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply};
use crate::sandbox::jira::shape::{address, text};
use crate::sandbox::jira::{boards, issue_delete, projects, properties, tasks};

/// How long a project stays in the trash, in milliseconds.
pub const KEPT_MS: i64 = 60 * 24 * 3600 * 1000;

/// Into the trash, or with `enableUndo=false` for good.
pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = projects::find(db, call.param("projectIdOrKey"))?;
    if call.flag("enableUndo") == Some(false) {
        purge(db, &doc)?;
    } else {
        let mut body = doc.body.clone();
        body["deleted"] = json!(now_ms());
        db.set("project", &doc.id, &body)?;
    }
    Ok(Reply::nothing())
}

/// For good, as a long task: 303, and where to look.
pub fn delete_as_task(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let key = call.param("projectIdOrKey");
    let doc = projects::find_any(db, key)?.ok_or_else(|| {
        Refusal::not_found(format!("No project could be found with key '{key}'."))
    })?;
    purge(db, &doc)?;
    let task = tasks::begin(db, call, "Delete project", json!(null))?;
    let shown = tasks::json(call, &task, &db.get("task", &task)?.unwrap_or_default());
    let place = address(call, &format!("task/{task}"));
    Ok(Reply::status(StatusCode::SEE_OTHER)
        .with(shown)
        .header("location", &place))
}

pub fn restore(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let key = call.param("projectIdOrKey");
    let found = projects::find_any(db, key)?.filter(|doc| doc.body["deleted"].is_i64());
    let doc = found.ok_or_else(|| {
        Refusal::not_found(format!(
            "No project in the trash could be found with key '{key}'."
        ))
    })?;
    let mut body = doc.body.clone();
    body["deleted"] = Value::Null;
    db.set("project", &doc.id, &body)?;
    let doc = Doc { body, ..doc };
    Ok(Reply::json(projects::project_json(db, call, &doc)?))
}

/// Takes a project and all that is in it out for good; its key is free again.
fn purge(db: &Db<'_>, doc: &Doc) -> Answer<()> {
    for issue in db.list("issue", &doc.id)? {
        issue_delete::remove(db, &issue)?;
    }
    for kind in ["component", "version", "issuetype"] {
        for child in db.list(kind, &doc.id)? {
            db.remove(kind, &child.id)?;
        }
    }
    boards::remove_of_project(db, &doc.id)?;
    properties::remove_all(db, &format!("project/{}", doc.id))?;
    db.unname("project", text(&doc.body, "key"))?;
    db.unname("project-name", &text(&doc.body, "name").to_lowercase())?;
    db.remove("project", &doc.id)?;
    Ok(())
}

/// Whether a key could be used: `{errorMessages, errors}`.
pub fn check_key(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut errors = serde_json::Map::new();
    if let Some(problem) = projects::key_problem(db, call.query("key").unwrap_or_default())? {
        errors.insert("projectKey".into(), problem.into());
    }
    Ok(Reply::json(
        json!({ "errorMessages": [], "errors": errors }),
    ))
}

/// The key itself where it's free, else one like it.
pub fn free_key(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let wanted = call.query("key").unwrap_or_default().to_uppercase();
    let stem: String = wanted
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    let mut key = wanted.clone();
    for n in 0..1000 {
        if projects::key_problem(db, &key)?.is_none() {
            return Ok(Reply::json(json!(key)));
        }
        key = format!("{stem}{n}");
    }
    Ok(Reply::json(json!("")))
}

pub fn free_name(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let wanted = call.query("name").unwrap_or_default();
    let mut name = wanted.to_owned();
    for n in 2..1000 {
        if projects::name_problem(db, &name)?.is_none() {
            return Ok(Reply::json(json!(name)));
        }
        name = format!("{wanted} {n}");
    }
    Ok(Reply::json(json!("")))
}

/// `[key].path.of.fields="value"`, or without the comparison where the property is enough.
pub struct PropertyQuery {
    key: String,
    path: Vec<String>,
    value: Option<Value>,
}

impl PropertyQuery {
    pub fn parse(text: &str) -> Answer<PropertyQuery> {
        let wrong = || Refusal::bad(format!("The property query \"{text}\" isn't understood."));
        let rest = text.trim().strip_prefix('[').ok_or_else(wrong)?;
        let (key, rest) = rest.split_once(']').ok_or_else(wrong)?;
        let (path, value) = match rest.split_once('=') {
            Some((path, value)) => (path, Some(value.trim())),
            None => (rest, None),
        };
        let value = value.map(|value| serde_json::from_str(value).unwrap_or_else(|_| json!(value)));
        Ok(PropertyQuery {
            key: key.to_owned(),
            path: path
                .trim()
                .split('.')
                .filter(|p| !p.is_empty())
                .map(str::to_owned)
                .collect(),
            value,
        })
    }

    pub fn fits(&self, db: &Db<'_>, project: &str) -> Answer<bool> {
        let Some(property) = properties::get(db, &format!("project/{project}"), &self.key)? else {
            return Ok(false);
        };
        let found = self
            .path
            .iter()
            .try_fold(&property, |at, name| at.get(name));
        Ok(match (found, &self.value) {
            (Some(found), Some(value)) => found == value,
            (found, None) => found.is_some(),
            (None, Some(_)) => false,
        })
    }
}
