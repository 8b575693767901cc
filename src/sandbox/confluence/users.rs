//! Users of the site.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, User, user};
use crate::sandbox::confluence::body;
use crate::sandbox::confluence::v1;

/// `GET /wiki/rest/api/user/current`
pub fn current(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(v1::user(call, call.user)))
}

/// `GET /wiki/rest/api/user?accountId=…`
pub fn get(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let id = call.query("accountId").unwrap_or_default();
    match user(id) {
        Some(user) => Ok(Reply::json(v1::user(call, user))),
        None => Err(Refusal::not_found(format!(
            "There is no user with the account id {id}."
        ))),
    }
}

/// `GET /wiki/rest/api/user/bulk?accountId=…`: those that there are.
pub fn bulk(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let found = call.queries("accountId").into_iter().filter_map(user);
    let results: Vec<Value> = found.map(|user| v1::user(call, user)).collect();
    let size = results.len();
    let links = json!({ "base": format!("{}/wiki", call.base()) });
    Ok(Reply::json(json!({
        "results": results, "start": 0, "limit": 200, "size": size, "_links": links,
    })))
}

/// `POST /wiki/api/v2/users-bulk`
pub fn bulk_v2(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let Some(ids) = request["accountIds"].as_array() else {
        return Err(Refusal::bad("'accountIds' must be provided."));
    };
    let known = ids.iter().filter_map(Value::as_str).filter_map(user);
    let results: Vec<Value> = known.map(show).collect();
    let links = json!({ "base": format!("{}/wiki", call.base()) });
    Ok(Reply::json(json!({ "results": results, "_links": links })))
}

fn show(user: User) -> Value {
    json!({
        "accountId": user.account_id,
        "accountType": "atlassian",
        "accountStatus": "active",
        "displayName": user.name,
        "publicName": user.name,
        "email": user.email,
        "isExternalCollaborator": false,
    })
}
