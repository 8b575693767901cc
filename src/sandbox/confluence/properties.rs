//! Properties: JSON values under keys, on content and on spaces.

use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order};
use crate::sandbox::confluence::content::{Kind, stored, time};
use crate::sandbox::confluence::{access, body, page_changes, paging, spaces};

const PROPERTY: &str = "property";

/// What the address says that the properties are on.
struct Owner {
    id: String,
    is_space: bool,
}

impl Owner {
    fn name(&self, key: &str) -> String {
        format!("{}/{key}", self.id)
    }

    fn show(&self, stored: &Value) -> Value {
        if self.is_space {
            show_of_space(stored)
        } else {
            show(stored)
        }
    }
}

/// The collection in the path says the kind: `/wiki/api/v2/pages/{id}/properties`.
fn owner(db: &Db<'_>, call: &Call, change: bool) -> Answer<Owner> {
    let id = call.param("id");
    let kind = match call.path.split('/').nth(4).unwrap_or_default() {
        "spaces" => {
            let id = spaces::by_id(db, call, id)?.id;
            return Ok(Owner { id, is_space: true });
        }
        "pages" => Kind::Page,
        "blogposts" => Kind::Blogpost,
        "folders" => Kind::Folder,
        "attachments" => Kind::Attachment,
        _ if stored(db, Kind::InlineComment, id)?.is_some() => Kind::InlineComment,
        _ => Kind::FooterComment,
    };
    let content = access::found(db, call, kind, id, &["current", "draft"])?;
    if change {
        access::editable(db, call, &content)?;
    }
    Ok(Owner {
        id: content.id,
        is_space: false,
    })
}

fn show(stored: &Value) -> Value {
    json!({
        "id": stored["id"], "key": stored["key"], "value": stored["value"],
        "version": {
            "number": stored["number"], "message": "", "minorEdit": false,
            "authorId": stored["author"],
            "createdAt": time(stored["changed_ms"].as_i64().unwrap_or(0)),
        },
    })
}

fn show_of_space(stored: &Value) -> Value {
    json!({
        "id": stored["id"], "key": stored["key"], "value": stored["value"],
        "createdAt": time(stored["created_ms"].as_i64().unwrap_or(0)),
        "createdBy": stored["author"],
        "version": {
            "number": stored["number"], "message": "", "createdBy": stored["author"],
            "createdAt": time(stored["changed_ms"].as_i64().unwrap_or(0)),
        },
    })
}

pub fn of(db: &Db<'_>, id: &str) -> Answer<Vec<Value>> {
    Ok(db
        .list(PROPERTY, id)?
        .iter()
        .map(|doc| show(&doc.body))
        .collect())
}

pub fn of_space(db: &Db<'_>, id: &str) -> Answer<Vec<Value>> {
    Ok(db
        .list(PROPERTY, id)?
        .iter()
        .map(|doc| show_of_space(&doc.body))
        .collect())
}

pub fn forget(db: &Db<'_>, id: &str) -> Answer<()> {
    for doc in db.list(PROPERTY, id)? {
        db.unname(
            PROPERTY,
            &format!("{id}/{}", doc.body["key"].as_str().unwrap_or_default()),
        )?;
        db.remove(PROPERTY, &doc.id)?;
    }
    Ok(())
}

/// `GET …/{id}/properties`
pub fn list(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let owner = owner(db, call, false)?;
    let key = call.query("key");
    let keyed: Vec<(String, Value)> = db
        .list(PROPERTY, &owner.id)?
        .into_iter()
        .filter(|doc| key.is_none_or(|key| doc.body["key"] == key))
        .map(|doc| (doc.sort, doc.body))
        .collect();
    paging::page(call, &keyed, false, |stored| Ok(owner.show(stored)))
}

/// `POST …/{id}/properties`
pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let owner = owner(db, call, true)?;
    let request = body::request(call)?;
    let key = body::needed(&request, "key")?;
    let Some(value) = request.get("value") else {
        return Err(Refusal::bad("'value' must be provided."));
    };
    if db.named(PROPERTY, &owner.name(key))?.is_some() {
        return Err(Refusal::bad(format!(
            "A property with the key {key} exists already."
        )));
    }
    let id = db.next("property", 200_000)?;
    let now = now_ms();
    let stored = json!({
        "id": id.to_string(), "key": key, "value": value, "number": 1,
        "author": call.user.account_id, "created_ms": now, "changed_ms": now,
    });
    db.put(PROPERTY, &id.to_string(), &owner.id, &order(id), &stored)?;
    db.name(PROPERTY, &owner.name(key), &id.to_string())?;
    let shown = owner.show(&stored);
    Ok(if owner.is_space {
        Reply::created(shown)
    } else {
        Reply::json(shown)
    })
}

fn one(db: &Db<'_>, call: &Call, owner: &Owner) -> Answer<Doc> {
    let id = call.param("property");
    db.doc(PROPERTY, id)?
        .filter(|doc| doc.parent == owner.id)
        .ok_or_else(|| Refusal::not_found(format!("There is no property with the id {id}.")))
}

/// `GET …/{id}/properties/{property}`
pub fn get(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let owner = owner(db, call, false)?;
    Ok(Reply::json(owner.show(&one(db, call, &owner)?.body)))
}

/// `PUT …/{id}/properties/{property}`
pub fn update(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let owner = owner(db, call, true)?;
    let mut stored = one(db, call, &owner)?.body;
    let request = body::request(call)?;
    if body::text(&request, "key").is_some_and(|key| stored["key"] != key) {
        return Err(Refusal::bad("The key of a property cannot be changed."));
    }
    let number = stored["number"].as_i64().unwrap_or(1);
    match request.pointer("/version/number").and_then(Value::as_i64) {
        Some(given) if given == number + 1 => {}
        Some(given) => return Err(page_changes::stale(number, given)),
        None => return Err(Refusal::bad("'version' must be provided.")),
    }
    stored["value"] = request["value"].clone();
    stored["number"] = (number + 1).into();
    stored["changed_ms"] = now_ms().into();
    db.set(PROPERTY, call.param("property"), &stored)?;
    Ok(Reply::json(owner.show(&stored)))
}

/// `DELETE …/{id}/properties/{property}`
pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let owner = owner(db, call, true)?;
    let doc = one(db, call, &owner)?;
    let key = doc.body["key"].as_str().unwrap_or_default();
    db.unname(PROPERTY, &owner.name(key))?;
    db.remove(PROPERTY, &doc.id)?;
    Ok(Reply::nothing())
}
