//! Labels of content and of spaces.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::confluence::content::Kind;
use crate::sandbox::confluence::paging::{self, Window};
use crate::sandbox::confluence::{access, body, spaces};

const LABEL: &str = "label";
/// Which characters a label may not have. Source: Confluence's documentation of labels.
const FORBIDDEN: &str = "(!#&*,.:;<>?@[]^) \t\n";
const LONGEST: usize = 255;

/// All labels of a content or a space, as v2 shows them.
pub fn of(db: &Db<'_>, owner: &str) -> Answer<Vec<Value>> {
    let docs = db.list(LABEL, owner)?;
    Ok(docs.into_iter().map(|doc| doc.body).collect())
}

pub fn names(db: &Db<'_>, owner: &str) -> Answer<Vec<String>> {
    let labels = of(db, owner)?;
    let names = labels.iter().filter_map(|label| label["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}

pub fn forget(db: &Db<'_>, owner: &str) -> Answer<()> {
    for doc in db.list(LABEL, owner)? {
        db.remove(LABEL, &doc.id)?;
    }
    Ok(())
}

fn add(db: &Db<'_>, owner: &str, request: &Value) -> Answer<()> {
    let list = match request {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    for label in list {
        let prefix = body::text(label, "prefix").unwrap_or("global");
        let name = body::needed(label, "name")?.to_lowercase();
        if !["global", "my", "team", "system"].contains(&prefix) {
            return Err(Refusal::bad(format!(
                "There is no label prefix \"{prefix}\"."
            )));
        }
        if name.chars().any(|c| FORBIDDEN.contains(c)) || name.chars().count() > LONGEST {
            return Err(Refusal::bad(format!(
                "The label \"{name}\" has invalid characters."
            )));
        }
        let there = format!("{owner}/{prefix}:{name}");
        if db.get(LABEL, &there)?.is_none() {
            let id = label_id(db, prefix, &name)?;
            let stored = json!({ "id": id, "prefix": prefix, "name": name });
            let sort = order(db.next("label-order", 0)?);
            db.put(LABEL, &there, owner, &sort, &stored)?;
        }
    }
    Ok(())
}

/// A label has one id on the whole site.
fn label_id(db: &Db<'_>, prefix: &str, name: &str) -> Answer<String> {
    let known = format!("{prefix}:{name}");
    if let Some(id) = db.named(LABEL, &known)? {
        return Ok(id);
    }
    let id = db.next("label", 1000)?.to_string();
    db.name(LABEL, &known, &id)?;
    Ok(id)
}

fn all_v1(db: &Db<'_>, call: &Call, owner: &str) -> Answer<Reply> {
    let mut labels = of(db, owner)?;
    if let Some(prefix) = call.query("prefix") {
        labels.retain(|label| label["prefix"] == prefix);
    }
    for label in &mut labels {
        label["label"] = label["name"].clone();
    }
    let window = Window::of(call, 200);
    let here = window.cut(&labels).to_vec();
    let more = window.start + here.len() < labels.len();
    Ok(Reply::json(window.show(call, here, more)))
}

/// `POST /wiki/rest/api/content/{id}/label`
pub fn add_to_content(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let content = access::of_any_kind(db, call, call.param("id"))?;
    access::editable(db, call, &content)?;
    add(db, &content.id, &body::request(call)?)?;
    all_v1(db, call, &content.id)
}

/// `DELETE /wiki/rest/api/content/{id}/label?name=…`
pub fn remove_from_content(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let content = access::of_any_kind(db, call, call.param("id"))?;
    access::editable(db, call, &content)?;
    let name = call.query("name").unwrap_or_default().to_lowercase();
    for doc in db.list(LABEL, &content.id)? {
        if doc.body["name"] == name.as_str() {
            db.remove(LABEL, &doc.id)?;
        }
    }
    Ok(Reply::nothing())
}

/// `GET /wiki/rest/api/space/{spaceKey}/label`
pub fn of_space_v1(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let space = spaces::by_key(db, call, call.param("spaceKey"))?;
    all_v1(db, call, &space.id)
}

/// `POST /wiki/rest/api/space/{spaceKey}/label`
pub fn add_to_space(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let space = spaces::by_key(db, call, call.param("spaceKey"))?;
    add(db, &space.id, &body::request(call)?)?;
    all_v1(db, call, &space.id)
}

/// `GET /wiki/api/v2/spaces/{id}/labels`
pub fn of_space(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let space = spaces::by_id(db, call, call.param("id"))?;
    list(db, call, &space.id)
}

/// `GET /wiki/api/v2/pages/{id}/labels`
pub fn of_page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    of_kind(db, call, Kind::Page)
}

/// `GET /wiki/api/v2/blogposts/{id}/labels`
pub fn of_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    of_kind(db, call, Kind::Blogpost)
}

/// `GET /wiki/api/v2/attachments/{id}/labels`
pub fn of_attachment(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    of_kind(db, call, Kind::Attachment)
}

fn of_kind(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let content = access::found(db, call, kind, call.param("id"), &["current", "draft"])?;
    list(db, call, &content.id)
}

fn list(db: &Db<'_>, call: &Call, owner: &str) -> Answer<Reply> {
    let prefix = call.query("prefix");
    let keyed: Vec<(String, Value)> = db
        .list(LABEL, owner)?
        .into_iter()
        .filter(|doc| prefix.is_none_or(|prefix| doc.body["prefix"] == prefix))
        .map(|doc| (doc.sort, doc.body))
        .collect();
    paging::page(call, &keyed, false, |label| Ok(label.clone()))
}
