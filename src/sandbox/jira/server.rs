//! What the server says of itself and of the one who asks.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Page, Reply};
use crate::sandbox::jira::basics;
use crate::sandbox::jira::shape::user_json;
use crate::sandbox::jira::time::jira_time;

pub fn info(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(json!({
        "baseUrl": call.base(),
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_000,
        "buildDate": "2026-01-01T00:00:00.000+0000",
        "serverTime": jira_time(now_ms()),
        "scmInfo": "sandbox",
        "serverTitle": "Jira",
        "serverTimeZone": "UTC",
    })))
}

pub fn myself(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut shown = user_json(&call.base(), call.user);
    shown["groups"] = json!({ "size": 0, "items": [] });
    shown["applicationRoles"] = json!({ "size": 0, "items": [] });
    Ok(Reply::json(shown))
}

/// Everybody may do everything here.
pub fn permissions(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut all = serde_json::Map::new();
    for (n, key) in call.queries("permissions").into_iter().enumerate() {
        let permission = json!({
            "id": (n + 1).to_string(), "key": key, "name": key, "type": "GLOBAL",
            "description": "", "havePermission": true,
        });
        all.insert(key.to_owned(), permission);
    }
    Ok(Reply::json(json!({ "permissions": all })))
}

pub fn statuses(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let base = call.base();
    let all = basics::STATUSES.iter();
    Ok(Reply::json(
        all.map(|(id, ..)| basics::status(&base, id))
            .collect::<Vec<Value>>()
            .into(),
    ))
}

/// The statuses as pages, with the category's other names.
pub fn search_statuses(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let all = basics::STATUSES.iter().map(|(id, name, category)| {
        let category = match *category {
            "new" => "TODO",
            "done" => "DONE",
            _ => "IN_PROGRESS",
        };
        json!({
            "id": id, "name": name, "description": "", "statusCategory": category,
            "scope": { "type": "GLOBAL" },
        })
    });
    Ok(Reply::json(Page::of(call, 200, 200).values(all.collect())))
}

pub fn categories(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let base = call.base();
    let all = basics::CATEGORIES.iter();
    Ok(Reply::json(
        all.map(|(_, key, ..)| basics::category(&base, key))
            .collect::<Vec<Value>>()
            .into(),
    ))
}

pub fn search_priorities(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let base = call.base();
    let all = basics::PRIORITIES
        .iter()
        .map(|(id, ..)| basics::priority(&base, id));
    Ok(Reply::json(Page::of(call, 50, 50).values(all.collect())))
}

pub fn search_resolutions(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let base = call.base();
    let all = basics::RESOLUTIONS
        .iter()
        .map(|(id, _)| basics::resolution(&base, id));
    Ok(Reply::json(Page::of(call, 50, 50).values(all.collect())))
}

pub fn link_types(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    let base = call.base();
    let all = basics::LINK_TYPES
        .iter()
        .map(|(id, ..)| basics::link_type(&base, id));
    Ok(Reply::json(
        json!({ "issueLinkTypes": all.collect::<Vec<_>>() }),
    ))
}
