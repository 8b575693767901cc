//! Spaces: what there is, and how both versions of the API show it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Context, Kind as ErrorKind};
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::confluence::content::{number, time};
use crate::sandbox::confluence::show::leave_out;
use crate::sandbox::confluence::{labels, paging, properties, tasks};

const SPACE: &str = "space";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    pub id: String,
    pub key: String,
    pub name: String,
    pub description: String,
    pub author: String,
    pub created_ms: i64,
    pub homepage: String,
    /// Whom it's for, where it isn't for everybody.
    pub private_to: Option<String>,
    /// The task that deletes it.
    pub deleted_by: Option<String>,
}

impl Space {
    pub fn save(&self, db: &Db<'_>) -> Answer<()> {
        let value = serde_json::to_value(self).context(ErrorKind::Internal, || {
            format!("{} cannot be stored", self.key)
        })?;
        db.name(SPACE, &self.key.to_lowercase(), &self.id)?;
        Ok(db.put(SPACE, &self.id, "", &order(number(&self.id)), &value)?)
    }

    pub fn forget(&self, db: &Db<'_>) -> Answer<()> {
        db.unname(SPACE, &self.key.to_lowercase())?;
        db.remove(SPACE, &self.id)?;
        Ok(())
    }

    pub fn is_seen_by(&self, account: &str) -> bool {
        self.private_to.as_deref().is_none_or(|to| to == account)
    }
}

fn read(value: Value) -> Answer<Space> {
    Ok(serde_json::from_value(value)
        .context(ErrorKind::Internal, || "A stored space is wrong".into())?)
}

pub fn by_id(db: &Db<'_>, call: &Call, id: &str) -> Answer<Space> {
    tasks::settle(db)?;
    db.get(SPACE, id)?
        .map(read)
        .transpose()?
        .filter(|space| space.is_seen_by(call.user.account_id))
        .ok_or_else(|| Refusal::not_found(format!("There is no space with the id {id}.")))
}

pub fn by_key(db: &Db<'_>, call: &Call, key: &str) -> Answer<Space> {
    match holder(db, key)? {
        Some(id) => by_id(db, call, &id),
        None => Err(Refusal::not_found(format!(
            "There is no space with the key {key}."
        ))),
    }
}

/// The id of the space that has a key.
pub fn holder(db: &Db<'_>, key: &str) -> Answer<Option<String>> {
    Ok(db.named(SPACE, &key.to_lowercase())?)
}

pub fn all(db: &Db<'_>) -> Answer<Vec<Space>> {
    db.list(SPACE, "")?
        .into_iter()
        .map(|doc| read(doc.body))
        .collect()
}

pub fn key_of(db: &Db<'_>, id: &str) -> Answer<String> {
    let space = db.get(SPACE, id)?.unwrap_or_default();
    Ok(space["key"].as_str().unwrap_or_default().to_owned())
}

/// `GET /wiki/api/v2/spaces`
pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    tasks::settle(db)?;
    let (keys, ids) = (call.queries("keys"), call.queries("ids"));
    let mut found = all(db)?;
    found.retain(|space| {
        space.is_seen_by(call.user.account_id)
            && (keys.is_empty() || keys.contains(&space.key.as_str()))
            && (ids.is_empty() || ids.contains(&space.id.as_str()))
    });
    match call.query("type") {
        None | Some("global") => {}
        Some(_) => found.clear(),
    }
    if call
        .query("status")
        .is_some_and(|status| status != "current")
    {
        found.clear();
    }
    let (by, descending) = direction(call.query("sort").unwrap_or("id"));
    let mut keyed = Vec::new();
    for space in found {
        let key = match by {
            "id" => order(number(&space.id)),
            "key" => space.key.clone(),
            "name" => format!("{}\0{}", space.name, space.id),
            other => return Err(Refusal::bad(format!("'{other}' is not a sort order."))),
        };
        keyed.push((key, space));
    }
    in_order(&mut keyed, descending);
    let format = call.query("description-format");
    paging::page(call, &keyed, descending, |space| Ok(show(space, format)))
}

/// `-id` is by the id, from its end.
pub fn direction(sort: &str) -> (&str, bool) {
    match sort.strip_prefix('-') {
        Some(by) => (by, true),
        None => (sort, false),
    }
}

pub fn in_order<T>(keyed: &mut [(String, T)], descending: bool) {
    keyed.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
}

/// `GET /wiki/api/v2/spaces/{id}`
pub fn get(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let space = by_id(db, call, call.param("id"))?;
    let mut shown = show(&space, call.query("description-format"));
    leave_out(&mut shown, &["currentActiveAlias"]);
    if call.flag("include-labels") == Some(true) {
        shown["labels"] = included(labels::of(db, &space.id)?);
    }
    if call.flag("include-properties") == Some(true) {
        shown["properties"] = included(properties::of_space(db, &space.id)?);
    }
    if call.flag("include-operations") == Some(true) {
        shown["operations"] = included(operations());
    }
    shown["_links"]["base"] = format!("{}/wiki", call.base()).into();
    Ok(Reply::json(shown))
}

/// Everybody who sees a space may do everything in it.
fn operations() -> Vec<Value> {
    let of = |target: &'static str, operations: &[&str]| -> Vec<Value> {
        let shown = |operation: &&str| json!({ "operation": operation, "targetType": target });
        operations.iter().map(shown).collect()
    };
    [
        of(
            "space",
            &[
                "use",
                "read",
                "administer",
                "export",
                "delete",
                "update",
                "restrict_content",
            ],
        ),
        of("page", &["create", "delete", "archive"]),
        of("blogpost", &["create", "delete"]),
        of("comment", &["create", "delete"]),
        of("attachment", &["create", "delete"]),
    ]
    .concat()
}

/// A list inside another answer, whole.
pub fn included(results: Vec<Value>) -> Value {
    json!({ "results": results, "meta": { "hasMore": false }, "_links": {} })
}

pub fn show(space: &Space, description: Option<&str>) -> Value {
    let mut shown = json!({
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "type": "global",
        "status": "current",
        "authorId": space.author,
        "spaceOwnerId": space.author,
        "currentActiveAlias": space.key,
        "createdAt": time(space.created_ms),
        "homepageId": space.homepage,
        "_links": { "webui": format!("/spaces/{}", space.key) },
    });
    if let Some(format) = description {
        let mut inner = json!({});
        inner[format] = json!({ "representation": format, "value": space.description });
        shown["description"] = inner;
    }
    shown
}

/// As v1 shows it.
pub fn show_v1(call: &Call, space: &Space) -> Value {
    let key = &space.key;
    json!({
        "id": number(&space.id),
        "key": key,
        "alias": key,
        "name": space.name,
        "type": "global",
        "status": "current",
        "description": {
            "plain": { "value": space.description, "representation": "plain", "embeddedContent": [] },
            "_expandable": {},
        },
        "history": { "createdDate": time(space.created_ms) },
        "_expandable": {
            "settings": format!("/rest/api/space/{key}/settings"),
            "homepage": format!("/rest/api/content/{}", space.homepage),
        },
        "_links": {
            "webui": format!("/spaces/{key}"),
            "base": format!("{}/wiki", call.base()),
            "context": "/wiki",
            "self": format!("{}/wiki/rest/api/space/{key}", call.base()),
        },
    })
}
