//! Properties of projects, issues, comments, worklogs, boards and sprints: JSON under a key.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};

/// The longest value, as text.
const LONGEST: usize = 32_768;

fn place(owner: &str, key: &str) -> String {
    format!("{owner}/{key}")
}

/// Reads one. `owner` is such as `issue/10001`.
pub fn get(db: &Db<'_>, owner: &str, key: &str) -> Answer<Option<Value>> {
    Ok(db.get("property", &place(owner, key))?)
}

/// Writes one; whether it's new.
pub fn set(db: &Db<'_>, owner: &str, key: &str, value: &Value) -> Answer<bool> {
    check(key, value)?;
    let place = place(owner, key);
    let new = db.get("property", &place)?.is_none();
    db.put("property", &place, owner, key, value)?;
    Ok(new)
}

pub fn check(key: &str, value: &Value) -> Answer<()> {
    if key.is_empty() || key.chars().count() > 255 {
        return Err(Refusal::bad("A property's key has 1 to 255 characters."));
    }
    if value.to_string().len() > LONGEST {
        return Err(Refusal::bad(format!(
            "The property {key} is longer than {LONGEST} characters."
        )));
    }
    Ok(())
}

/// Keys and values of all.
pub fn all(db: &Db<'_>, owner: &str) -> Answer<Vec<(String, Value)>> {
    let docs = db.list("property", owner)?;
    Ok(docs.into_iter().map(|doc| (doc.sort, doc.body)).collect())
}

pub fn remove_all(db: &Db<'_>, owner: &str) -> Answer<()> {
    for doc in db.list("property", owner)? {
        db.remove("property", &doc.id)?;
    }
    Ok(())
}

/// `[{key, value}]`, as creations bring them.
pub fn set_given(db: &Db<'_>, owner: &str, given: &Value) -> Answer<()> {
    for property in given.as_array().into_iter().flatten() {
        let key = property.get("key").and_then(Value::as_str);
        set(
            db,
            owner,
            key.unwrap_or_default(),
            property.get("value").unwrap_or(&Value::Null),
        )?;
    }
    Ok(())
}

/// The answer with one property.
pub fn show(db: &Db<'_>, call: &Call, owner: &str) -> Answer<Reply> {
    let key = call.param("propertyKey");
    let value = get(db, owner, key)?
        .ok_or_else(|| Refusal::not_found(format!("There is no property \"{key}\".")))?;
    Ok(Reply::json(json!({ "key": key, "value": value })))
}

/// Writes one as the body says: 201 where it's new, else 200.
pub fn put(db: &Db<'_>, call: &Call, owner: &str) -> Answer<Reply> {
    let new = set(db, owner, call.param("propertyKey"), &call.json()?)?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Reply::status(status).with(json!({})))
}

pub fn delete(db: &Db<'_>, call: &Call, owner: &str) -> Answer<Reply> {
    let key = call.param("propertyKey");
    if !db.remove("property", &place(owner, key))? {
        return Err(Refusal::not_found(format!(
            "There is no property \"{key}\"."
        )));
    }
    Ok(Reply::nothing())
}

/// The keys. `address` is where the owner's properties are.
pub fn keys(db: &Db<'_>, owner: &str, address: &str) -> Answer<Reply> {
    let keys: Vec<Value> = all(db, owner)?
        .into_iter()
        .map(|(key, _)| json!({ "self": format!("{address}/{key}"), "key": key }))
        .collect();
    Ok(Reply::json(json!({ "keys": keys })))
}
