//! Restrictions: who may read and who may update a content. Nobody named is everybody.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::sandbox::api::hex;
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, user};
use crate::sandbox::confluence::access::{self, RESTRICTION};
use crate::sandbox::confluence::content::Content;
use crate::sandbox::confluence::{body, v1};

const OPERATIONS: [&str; 2] = ["read", "update"];

/// `GET /wiki/rest/api/content/{id}/restriction`
pub fn get(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let content = access::of_any_kind(db, call, call.param("id"))?;
    Ok(Reply::json(list(db, call, &content)?))
}

/// `GET /wiki/rest/api/content/{id}/restriction/byOperation`
pub fn by_operation(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let content = access::of_any_kind(db, call, call.param("id"))?;
    let stored = stored(db, &content.id)?;
    let mut shown = json!({});
    for operation in OPERATIONS {
        shown[operation] = show(call, &content, operation, &stored[operation]);
    }
    Ok(Reply::json(shown))
}

/// `PUT /wiki/rest/api/content/{id}/restriction`: in the place of those that there were.
pub fn replace(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    change(db, call, nobody())
}

/// `POST /wiki/rest/api/content/{id}/restriction`: besides those that there are.
pub fn add(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let before = stored(db, call.param("id"))?;
    change(db, call, before)
}

/// `DELETE /wiki/rest/api/content/{id}/restriction`
pub fn clear(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let content = access::of_any_kind(db, call, call.param("id"))?;
    access::editable(db, call, &content)?;
    db.remove(RESTRICTION, &content.id)?;
    Ok(Reply::json(list(db, call, &content)?))
}

fn nobody() -> Value {
    json!({ "read": { "user": [], "group": [] }, "update": { "user": [], "group": [] } })
}

fn stored(db: &Db<'_>, id: &str) -> Answer<Value> {
    Ok(db.get(RESTRICTION, id)?.unwrap_or_else(nobody))
}

fn change(db: &Db<'_>, call: &Call, mut all: Value) -> Answer<Reply> {
    let content = access::of_any_kind(db, call, call.param("id"))?;
    access::editable(db, call, &content)?;
    let request = body::request(call)?;
    let given = request["results"].as_array().or(request.as_array());
    let given = given.ok_or_else(|| Refusal::bad("'results' must be provided."))?;
    for restriction in given {
        let operation = body::needed(restriction, "operation")?;
        if !OPERATIONS.contains(&operation) {
            return Err(Refusal::bad(format!(
                "Content has no restrictions of the operation \"{operation}\"."
            )));
        }
        for id in entries(&restriction["restrictions"]["user"]) {
            let account = body::needed(id, "accountId")?;
            if user(account).is_none() {
                return Err(Refusal::bad(format!("There is no user {account}.")));
            }
            push(&mut all[operation]["user"], account);
        }
        for group in entries(&restriction["restrictions"]["group"]) {
            let name = body::text(group, "name").or(body::text(group, "id"));
            let name = name.ok_or_else(|| Refusal::bad("A group has neither name nor id."))?;
            push(&mut all[operation]["group"], name);
        }
    }
    db.put(RESTRICTION, &content.id, "", "", &all)?;
    if !access::edits(db, &content, call.user.account_id)? {
        return Err(Refusal::bad(
            "You cannot take your own access away: name yourself among the users.",
        ));
    }
    Ok(Reply::json(list(db, call, &content)?))
}

/// A list, or a page with `results`.
fn entries(value: &Value) -> &[Value] {
    let list = value.as_array().or(value["results"].as_array());
    list.map_or(&[], Vec::as_slice)
}

fn push(list: &mut Value, name: &str) {
    if let Some(list) = list.as_array_mut()
        && !list.iter().any(|there| there == name)
    {
        list.push(name.into());
    }
}

fn list(db: &Db<'_>, call: &Call, content: &Content) -> Answer<Value> {
    let stored = stored(db, &content.id)?;
    let results: Vec<Value> = OPERATIONS
        .iter()
        .map(|operation| show(call, content, operation, &stored[*operation]))
        .collect();
    Ok(json!({
        "start": 0, "limit": 100, "size": results.len(),
        "results": results,
        "restrictionsHash": hex(&Sha256::digest(stored.to_string())),
        "_links": { "base": format!("{}/wiki", call.base()), "context": "/wiki" },
    }))
}

fn show(call: &Call, content: &Content, operation: &str, stored: &Value) -> Value {
    let page = |results: Vec<Value>| json!({ "results": results, "start": 0, "limit": 200, "size": results.len() });
    let ids = |name: &str| -> Vec<String> {
        let list = stored[name].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let users = ids("user")
        .iter()
        .filter_map(|id| user(id))
        .map(|u| v1::user(call, u))
        .collect();
    let groups = ids("group")
        .into_iter()
        .map(|name| json!({ "type": "group", "name": name, "id": name, "_links": {} }))
        .collect();
    json!({
        "operation": operation,
        "restrictions": { "user": page(users), "group": page(groups), "_expandable": {} },
        "_expandable": { "content": format!("/rest/api/content/{}", content.id) },
        "_links": {
            "self": format!(
                "{}/wiki/rest/api/content/{}/restriction/byOperation/{operation}",
                call.base(), content.id
            ),
        },
    })
}
