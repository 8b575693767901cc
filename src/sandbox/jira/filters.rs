//! Saved searches, and the labels that there are.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Page, Refusal, Reply, order, user};
use crate::sandbox::jira::jql;
use crate::sandbox::jira::shape::{address, text, user_json};

fn json(call: &Call, doc: &Doc, whole: bool) -> Value {
    let base = call.base();
    let mut shown = json!({
        "self": address(call, &format!("filter/{}", doc.id)),
        "id": doc.id,
        "name": doc.body["name"],
        "description": text(&doc.body, "description"),
        "jql": doc.body["jql"],
        "viewUrl": format!("{base}/issues/?filter={}", doc.id),
        "searchUrl": address(call, &format!("search?filter={}", doc.id)),
        "favourite": false,
        "favouritedCount": 0,
        "sharePermissions": [],
        "editPermissions": [],
    });
    if let Some(owner) = user(text(&doc.body, "owner")) {
        shown["owner"] = user_json(&base, owner);
    }
    if whole {
        shown["sharedUsers"] = json!({ "size": 0, "items": [], "max-results": 1000, "start-index": 0, "end-index": 0 });
        shown["subscriptions"] = json!({ "size": 0, "items": [], "max-results": 1000, "start-index": 0, "end-index": 0 });
    }
    shown
}

fn check(given: &Value) -> Answer<()> {
    if text(given, "name").trim().is_empty() {
        return Err(Refusal::field(
            "filterName",
            "You must specify a name to save this filter as.",
        ));
    }
    jql::parse(text(given, "jql"))
        .map(|_| ())
        .map_err(Refusal::bad)
}

/// Makes one; boards need them.
pub fn make(db: &Db<'_>, owner: &str, name: &str, jql: &str, description: &str) -> Answer<Doc> {
    if db.named("filter", &name.to_lowercase())?.is_some() {
        return Err(Refusal::field(
            "filterName",
            "Filter with same name already exists.",
        ));
    }
    let number = db.next("filter", 10_000)?;
    let id = number.to_string();
    let body = json!({ "name": name, "jql": jql, "description": description, "owner": owner });
    db.put("filter", &id, "", &order(number), &body)?;
    db.name("filter", &name.to_lowercase(), &id)?;
    Ok(Doc {
        id,
        parent: String::new(),
        sort: order(number),
        body,
    })
}

pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let given = call.json()?;
    check(&given)?;
    let name = text(&given, "name").trim();
    let doc = make(
        db,
        call.user.account_id,
        name,
        text(&given, "jql"),
        text(&given, "description"),
    )?;
    Ok(Reply::json(json(call, &doc, true)))
}

pub fn find(db: &Db<'_>, id: &str) -> Answer<Doc> {
    db.doc("filter", id)?.ok_or_else(|| Refusal::bad("The selected filter is not available to you, perhaps it has been deleted or had its permissions changed."))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(json(call, &find(db, call.param("id"))?, true)))
}

pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut doc = find(db, call.param("id"))?;
    let given = call.json()?;
    let before = text(&doc.body, "name").to_lowercase();
    for field in ["name", "jql", "description"] {
        if let Some(value) = given.get(field) {
            doc.body[field] = value.clone();
        }
    }
    check(&doc.body)?;
    db.unname("filter", &before)?;
    db.name("filter", &text(&doc.body, "name").to_lowercase(), &doc.id)?;
    db.set("filter", &doc.id, &doc.body)?;
    Ok(Reply::json(json(call, &doc, true)))
}

pub fn search(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let name = call.query("filterName").unwrap_or_default().to_lowercase();
    let expand = call.queries("expand");
    let all = db.list("filter", "")?;
    let all = all
        .iter()
        .filter(|doc| text(&doc.body, "name").to_lowercase().contains(&name));
    let all = all.map(|doc| {
        let mut shown = json(call, doc, false);
        if let Some(fields) = shown.as_object_mut() {
            fields.retain(|field, _| {
                ["self", "id", "name"].contains(&field.as_str()) || expand.contains(&field.as_str())
            });
        }
        shown
    });
    Ok(Reply::json(Page::of(call, 50, 100).values(all.collect())))
}

pub fn labels(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut all: Vec<String> = Vec::new();
    for doc in db.all("issue")? {
        let labels = doc.body["fields"]["labels"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.extend(labels.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    all.sort();
    all.dedup();
    let all = all.into_iter().map(Value::String).collect();
    Ok(Reply::json(Page::of(call, 1000, 1000).values(all)))
}
