//! Creating, changing and deleting spaces.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};
use crate::sandbox::confluence::content::{Body, Content, Kind, new_id};
use crate::sandbox::confluence::spaces::{self, Space};
use crate::sandbox::confluence::{body, tasks, titles, tree, versions};

/// The longest key and name. Source: Confluence's own limits.
const LONGEST_KEY: usize = 255;
const LONGEST_NAME: usize = 200;

/// `POST /wiki/api/v2/spaces`: only where the site has role-based access.
pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    if !call.site.options().space_roles {
        return Err(Refusal::not_found(
            "This site does not have role-based access control: create spaces with version 1 of the API.",
        ));
    }
    let request = body::request(call)?;
    let private = request["createPrivateSpace"] == true;
    let description = request["description"]["value"].as_str().unwrap_or_default();
    let space = make(db, call, &request, description, private)?;
    Ok(Reply::created(spaces::show(&space, None)))
}

/// `POST /wiki/rest/api/space`
pub fn create_v1(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    first_version(db, call, false)
}

/// `POST /wiki/rest/api/space/_private`
pub fn create_private(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    first_version(db, call, true)
}

fn first_version(db: &Db<'_>, call: &Call, private: bool) -> Answer<Reply> {
    let request = body::request(call)?;
    let description = request.pointer("/description/plain/value");
    let description = description.and_then(Value::as_str).unwrap_or_default();
    let space = make(db, call, &request, description, private)?;
    Ok(Reply::json(spaces::show_v1(call, &space)))
}

fn make(
    db: &Db<'_>,
    call: &Call,
    request: &Value,
    description: &str,
    private: bool,
) -> Answer<Space> {
    tasks::settle(db)?;
    let name = body::needed(request, "name")?;
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad(format!(
            "A space's name has at most {LONGEST_NAME} characters."
        )));
    }
    let key = match body::text(request, "key").or(body::text(request, "alias")) {
        Some(key) => key.to_owned(),
        None => name.chars().filter(char::is_ascii_alphanumeric).collect(),
    };
    let right = !key.is_empty()
        && key.len() <= LONGEST_KEY
        && key.chars().all(|c| c.is_ascii_alphanumeric());
    if !right {
        return Err(Refusal::bad(format!(
            "Invalid space key: {key}. A key has letters and digits only."
        )));
    }
    if spaces::holder(db, &key)?.is_some() {
        return Err(Refusal::bad(format!(
            "A space already exists with key {key}."
        )));
    }
    let account = call.user.account_id;
    let id = new_id(db)?;
    let homepage = homepage(db, &id, name, account)?;
    let space = Space {
        id,
        key,
        name: name.to_owned(),
        description: description.to_owned(),
        author: account.to_owned(),
        created_ms: now_ms(),
        homepage,
        private_to: private.then(|| account.to_owned()),
        deleted_by: None,
    };
    space.save(db)?;
    Ok(space)
}

/// The page that each space has from the start, at its root.
fn homepage(db: &Db<'_>, space: &str, name: &str, account: &str) -> Answer<String> {
    let mut page = Content::new(Kind::Page, new_id(db)?, space, account);
    page.title = name.to_owned();
    page.body = Some(Body {
        representation: "storage".into(),
        value: "<p />".into(),
    });
    titles::take(db, &page)?;
    page.save(db)?;
    tree::append(db, &page)?;
    versions::keep(db, &page)?;
    Ok(page.id)
}

/// `PUT /wiki/rest/api/space/{spaceKey}`
pub fn update(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut space = spaces::by_key(db, call, call.param("spaceKey"))?;
    let request = body::request(call)?;
    if let Some(name) = body::text(&request, "name").filter(|name| !name.is_empty()) {
        space.name = name.to_owned();
    }
    if let Some(text) = request
        .pointer("/description/plain/value")
        .and_then(Value::as_str)
    {
        space.description = text.to_owned();
    }
    if let Some(id) = body::id(&request["homepage"], "id") {
        space.homepage = tree::parent(db, &space.id, &id)?.id;
    }
    space.save(db)?;
    Ok(Reply::json(spaces::show_v1(call, &space)))
}

/// `DELETE /wiki/rest/api/space/{spaceKey}`: for good, by a task.
pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut space = spaces::by_key(db, call, call.param("spaceKey"))?;
    let task = match &space.deleted_by {
        Some(task) => task.clone(),
        None => {
            let task = tasks::start(db, call, "com.atlassian.confluence.spacedelete", &space.id)?;
            space.deleted_by = Some(task.clone());
            space.save(db)?;
            task
        }
    };
    let answer = json!({ "id": task, "links": { "status": format!("/rest/api/longtask/{task}") } });
    Ok(Reply::status(StatusCode::ACCEPTED).with(answer))
}

/// Removes the space and everything in it.
pub fn erase(db: &Db<'_>, id: &str) -> Answer<()> {
    for kind in [Kind::Page, Kind::Blogpost, Kind::Folder] {
        for content in crate::sandbox::confluence::content::listed(db, kind, id)? {
            crate::sandbox::confluence::removal::purge(db, &content)?;
        }
    }
    crate::sandbox::confluence::removal::forget_marks(db, id)?;
    if let Some(space) = spaces::all(db)?.into_iter().find(|space| space.id == id) {
        space.forget(db)?;
    }
    Ok(())
}

/// `GET /wiki/api/v2/space-role-mode`
pub fn role_mode(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    if !call.site.options().space_roles {
        return Err(Refusal::not_found(
            "This site does not have role-based access control.",
        ));
    }
    Ok(Reply::json(json!({ "mode": "ROLES" })))
}
