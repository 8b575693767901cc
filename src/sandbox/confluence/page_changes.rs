//! Creating and updating pages, blog posts and folders.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};
use crate::sandbox::confluence::access::RESTRICTION;
use crate::sandbox::confluence::content::{Content, Kind, new_id};
use crate::sandbox::confluence::{access, body, inline, pages, spaces, titles, tree, versions};

/// `POST /wiki/api/v2/pages`
pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let mut page = begin(db, call, &request, Kind::Page)?;
    let root = call.flag("root-level") == Some(true);
    page.parent = match (body::id(&request, "parentId"), root) {
        (Some(_), true) => {
            return Err(Refusal::bad("A page at the root level has no 'parentId'."));
        }
        (Some(id), false) => Some(tree::parent(db, &page.space, &id)?.id),
        (None, true) => None,
        (None, false) => Some(spaces::by_id(db, call, &page.space)?.homepage),
    };
    page.subtype = match body::text(&request, "subtype") {
        None => None,
        Some("live") => Some("live".into()),
        Some(other) => return Err(Refusal::bad(format!("There is no subtype \"{other}\"."))),
    };
    store_new(db, &page)?;
    tree::append(db, &page)?;
    keep_private(db, call, &page)?;
    Ok(Reply::json(written(db, call, &page)?))
}

/// `POST /wiki/api/v2/blogposts`
pub fn create_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let mut post = begin(db, call, &request, Kind::Blogpost)?;
    if let Some(date) = body::text(&request, "createdAt") {
        let moment: jiff::Timestamp = date
            .parse()
            .map_err(|_| Refusal::bad(format!("'createdAt' is not a moment: {date}")))?;
        post.created_ms = moment.as_millisecond();
    }
    store_new(db, &post)?;
    keep_private(db, call, &post)?;
    Ok(Reply::json(written(db, call, &post)?))
}

/// `POST /wiki/api/v2/folders`
pub fn create_folder(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let space = needed_space(db, call, &request)?;
    let mut folder = Content::new(Kind::Folder, new_id(db)?, &space.id, call.user.account_id);
    folder.title = body::needed(&request, "title")?.to_owned();
    folder.parent = match body::id(&request, "parentId") {
        Some(id) => Some(tree::parent(db, &space.id, &id)?.id),
        None => Some(space.homepage),
    };
    titles::take(db, &folder)?;
    folder.save(db)?;
    tree::append(db, &folder)?;
    Ok(Reply::json(pages::single(db, call, &folder)?))
}

fn needed_space(db: &Db<'_>, call: &Call, request: &Value) -> Answer<spaces::Space> {
    let id =
        body::id(request, "spaceId").ok_or_else(|| Refusal::bad("'spaceId' must be provided."))?;
    spaces::by_id(db, call, &id)
}

fn begin(db: &Db<'_>, call: &Call, request: &Value, kind: Kind) -> Answer<Content> {
    let space = needed_space(db, call, request)?;
    let mut content = Content::new(kind, new_id(db)?, &space.id, call.user.account_id);
    content.status = status(request)?.to_owned();
    content.title = body::text(request, "title")
        .unwrap_or_default()
        .trim()
        .to_owned();
    if let Some((body, text)) = body::read(request)? {
        content.body = Some(body);
        content.text = text;
    }
    Ok(content)
}

fn status(request: &Value) -> Answer<&str> {
    match body::text(request, "status").unwrap_or("current") {
        status @ ("current" | "draft") => Ok(status),
        other => Err(Refusal::bad(format!("'status' cannot be \"{other}\"."))),
    }
}

fn store_new(db: &Db<'_>, content: &Content) -> Answer<()> {
    if content.is_current() {
        titles::take(db, content)?;
        versions::keep(db, content)?;
    }
    content.save(db)
}

/// With `?private=true` only who creates it sees it.
fn keep_private(db: &Db<'_>, call: &Call, content: &Content) -> Answer<()> {
    if call.flag("private") == Some(true) {
        let only = json!({ "user": [call.user.account_id], "group": [] });
        let both = json!({ "read": only, "update": only });
        db.put(RESTRICTION, &content.id, "", "", &both)?;
    }
    Ok(())
}

/// What the answer to a change shows: the content with the body as it was written.
fn written(db: &Db<'_>, call: &Call, content: &Content) -> Answer<Value> {
    let mut shown = pages::single(db, call, content)?;
    let representation = content.body.as_ref().map(|b| b.representation.as_str());
    shown["body"] = body::show(content.body.as_ref(), representation);
    Ok(shown)
}

/// `PUT /wiki/api/v2/pages/{id}`
pub fn update(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    change(db, call, Kind::Page)
}

/// `PUT /wiki/api/v2/blogposts/{id}`
pub fn update_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    change(db, call, Kind::Blogpost)
}

fn change(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let request = body::request(call)?;
    let id = call.param("id");
    if body::id(&request, "id").as_deref() != Some(id) {
        return Err(Refusal::bad(
            "The 'id' of the body is not the one of the address.",
        ));
    }
    let mut content = access::found(db, call, kind, id, &["current", "draft"])?;
    access::editable(db, call, &content)?;
    let wanted = body::text(&request, "status");
    let wanted = wanted.ok_or_else(|| Refusal::bad("'status' must be provided."))?;
    let given = request.pointer("/version/number").and_then(Value::as_i64);
    let given = given.ok_or_else(|| Refusal::bad("'version' must be provided."))?;
    let (body, text) =
        body::read(&request)?.ok_or_else(|| Refusal::bad("'body' must be provided."))?;
    if let Some(space) = body::id(&request, "spaceId")
        && space != content.space
    {
        return Err(Refusal::bad(
            "A page is moved to another space with version 1 of the API.",
        ));
    }
    let message = request.pointer("/version/message").and_then(Value::as_str);
    let minor = request.pointer("/version/minorEdit") == Some(&Value::Bool(true));
    let before = content.clone();
    match (content.status.as_str(), wanted) {
        ("current", "draft") => {
            return Err(Refusal::bad(
                "Drafts of published content are not served here.",
            ));
        }
        (_, "draft") => {}
        // A draft's first published version is 1.
        ("draft", "current") if given == 1 => content.status = "current".into(),
        ("draft", "current") => return Err(stale(0, given)),
        ("current", "current") if given == content.version.number + 1 => {
            let author = call.user.account_id;
            content.begin_version(author, message.unwrap_or_default(), minor);
        }
        ("current", "current") => return Err(stale(content.version.number, given)),
        (_, other) => return Err(Refusal::bad(format!("'status' cannot be \"{other}\"."))),
    }
    if content.is_current() || request.get("title").is_some() {
        content.title = body::text(&request, "title")
            .unwrap_or_default()
            .trim()
            .to_owned();
    }
    content.body = Some(body);
    content.text = text;
    if let Some(id) = body::id(&request, "parentId")
        && kind == Kind::Page
        && content.parent.as_ref() != Some(&id)
    {
        crate::sandbox::confluence::moving::below(db, call, &mut content, &id)?;
    }
    rename(db, &before, &content)?;
    content.save(db)?;
    if content.is_current() {
        versions::keep(db, &content)?;
    }
    inline::recheck(db, &content)?;
    Ok(Reply::json(written(db, call, &content)?))
}

/// 409 for a version that isn't the next one. The service's document doesn't list the status;
/// clients have met it.
pub fn stale(current: i64, given: i64) -> Refusal {
    Refusal::new(
        StatusCode::CONFLICT,
        format!(
            "Version must be incremented when updating a page. Current Version: [{current}]. Provided version: [{given}]"
        ),
    )
}

fn rename(db: &Db<'_>, before: &Content, content: &Content) -> Answer<()> {
    if content.is_current() {
        if before.is_current() {
            titles::free(db, before)?;
        }
        titles::take(db, content)?;
    }
    Ok(())
}

/// `PUT /wiki/api/v2/pages/{id}/title`
pub fn retitle(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let request = body::request(call)?;
    let status = status(&request)?;
    let mut page = access::found(db, call, Kind::Page, call.param("id"), &[status])?;
    access::editable(db, call, &page)?;
    let before = page.clone();
    let title = body::needed(&request, "title")?.trim().to_owned();
    if page.is_current() {
        page.begin_version(call.user.account_id, "", true);
    }
    page.title = title;
    rename(db, &before, &page)?;
    page.save(db)?;
    if page.is_current() {
        versions::keep(db, &page)?;
    }
    Ok(Reply::json(written(db, call, &page)?))
}
