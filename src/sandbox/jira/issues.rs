//! Issues as they're kept and found.
//!
//! The body of an issue: `id`, `key`, `project`, `type`, `level`, `status`, `created`, `updated`
//! and `resolved` (milliseconds since 1970), `creator`, `rank`, `parent` (an id), `watchers`, and
//! `fields` with the values of all other fields, as [`values`](super::values) stores them.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, order};
use crate::sandbox::jira::shape::{id_text, text};

pub fn missing() -> Refusal {
    Refusal::not_found("Issue does not exist or you do not have permission to see it.")
}

/// An issue by its id or key, whose project isn't in the trash.
pub fn find(db: &Db<'_>, id_or_key: &str) -> Answer<Doc> {
    find_any(db, id_or_key)?.ok_or_else(missing)
}

/// The one that the path names.
pub fn called(db: &Db<'_>, call: &Call) -> Answer<Doc> {
    find(db, call.param("issueIdOrKey"))
}

pub fn find_any(db: &Db<'_>, id_or_key: &str) -> Answer<Option<Doc>> {
    let by_id = if id_or_key.bytes().all(|b| b.is_ascii_digit()) {
        db.doc("issue", id_or_key)?
    } else {
        match db.named("issue", &id_or_key.to_uppercase())? {
            Some(id) => db.doc("issue", &id)?,
            None => None,
        }
    };
    let Some(doc) = by_id else {
        return Ok(None);
    };
    let project = db.get("project", &doc.parent)?.unwrap_or_default();
    Ok(project["deleted"].is_null().then_some(doc))
}

/// The issue that `{id}` or `{key}` of a request names.
pub fn named(db: &Db<'_>, given: &Value) -> Answer<Option<Doc>> {
    let id = given.get("id").and_then(id_text);
    let key = given.get("key").and_then(Value::as_str).map(str::to_owned);
    match id.or(key) {
        Some(named) => find_any(db, &named),
        None => Ok(None),
    }
}

/// Writes a changed issue, with what changed in its history.
pub fn save(db: &Db<'_>, call: &Call, doc: &mut Doc, changes: Vec<Value>) -> Answer<()> {
    doc.body["updated"] = json!(now_ms());
    db.set("issue", &doc.id, &doc.body)?;
    if changes.is_empty() {
        return Ok(());
    }
    let number = db.next("change", 10_000)?;
    let change = json!({ "author": call.user.account_id, "created": now_ms(), "items": changes });
    db.put(
        "change",
        &number.to_string(),
        &doc.id,
        &order(number),
        &change,
    )?;
    Ok(())
}

/// Notes that something around an issue changed.
pub fn touch(db: &Db<'_>, doc: &mut Doc) -> Answer<()> {
    doc.body["updated"] = json!(now_ms());
    db.set("issue", &doc.id, &doc.body)?;
    Ok(())
}

/// One line of the history.
pub fn change(field: &str, from: (Value, Value), to: (Value, Value)) -> Value {
    json!({
        "field": field, "fieldtype": "jira", "fieldId": field,
        "from": from.0, "fromString": from.1, "to": to.0, "toString": to.1,
    })
}

/// Adds a watcher, as commenting and creating do.
pub fn watch(doc: &mut Doc, account_id: &str) {
    let watchers = doc.body["watchers"].as_array_mut();
    if let Some(watchers) = watchers
        && !watchers.iter().any(|w| w == account_id)
    {
        watchers.push(json!(account_id));
    }
}

/// Those whose parent it is.
pub fn children(db: &Db<'_>, id: &str) -> Answer<Vec<Doc>> {
    let mut found = Vec::new();
    for child in db.list("child", id)? {
        found.extend(db.doc("issue", &child.id)?);
    }
    Ok(found)
}

/// Sets or clears the parent's index.
pub fn index_parent(db: &Db<'_>, doc: &Doc) -> Answer<()> {
    match doc.body["parent"].as_str() {
        Some(parent) => db.put("child", &doc.id, parent, &doc.sort, &Value::Null)?,
        None => {
            db.remove("child", &doc.id)?;
        }
    }
    Ok(())
}

pub fn level(doc: &Doc) -> i64 {
    doc.body["level"].as_i64().unwrap_or(0)
}

pub fn key(doc: &Doc) -> &str {
    text(&doc.body, "key")
}
