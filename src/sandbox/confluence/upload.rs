//! Uploading attachments, by v1.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Part, Refusal, Reply, uuid};
use crate::sandbox::confluence::attachments::MEDIA;
use crate::sandbox::confluence::content::{Content, File, Kind, listed, new_id, not_found, stored};
use crate::sandbox::confluence::{access, body, page_changes, v1, versions};

/// `PUT /wiki/rest/api/content/{id}/child/attachment`: new, or a new version.
pub fn create_or_update(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    several(db, call, true)
}

/// `POST /wiki/rest/api/content/{id}/child/attachment`: new ones only.
pub fn create(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    several(db, call, false)
}

fn several(db: &Db<'_>, call: &Call, may_update: bool) -> Answer<Reply> {
    check_token(call)?;
    let holder = access::of_any_kind(db, call, call.param("id"))?;
    if !matches!(holder.kind, Kind::Page | Kind::Blogpost) {
        return Err(Refusal::bad("Only pages and blog posts have attachments."));
    }
    access::editable(db, call, &holder)?;
    let files = files(call)?;
    let comments = texts(call, "comment");
    if !comments.is_empty() && comments.len() != files.len() {
        return Err(Refusal::bad("Every file must have a comment, or none."));
    }
    let mut results = Vec::new();
    for (at, part) in files.iter().enumerate() {
        let comment = comments.get(at).cloned().unwrap_or_default();
        let name = part.filename.clone().unwrap_or_default();
        let there = listed(db, Kind::Attachment, &holder.id)?
            .into_iter()
            .find(|a| a.is_current() && a.title.eq_ignore_ascii_case(&name));
        let stored = match there {
            Some(_) if !may_update => {
                return Err(Refusal::bad(format!(
                    "Cannot add a new attachment with same file name as an existing attachment: {name}"
                )));
            }
            Some(old) => new_version(db, call, old, part, &comment)?,
            None => new(db, call, &holder, part, &comment)?,
        };
        results.push(v1::content(db, call, &stored)?);
    }
    let size = results.len();
    let links = json!({ "base": format!("{}/wiki", call.base()), "context": "/wiki" });
    Ok(Reply::json(json!({
        "results": results, "start": 0, "limit": 50, "size": size, "_links": links,
    })))
}

/// `POST /wiki/rest/api/content/{id}/child/attachment/{attachment}/data`
pub fn data(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    check_token(call)?;
    let old = one(db, call)?;
    let [part] = files(call)?[..] else {
        return Err(Refusal::bad("Send one file."));
    };
    let comment = texts(call, "comment").pop().unwrap_or_default();
    let stored = new_version(db, call, old, part, &comment)?;
    Ok(Reply::json(v1::content(db, call, &stored)?))
}

/// `PUT /wiki/rest/api/content/{id}/child/attachment/{attachment}`: the name and the comment.
pub fn change(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut content = one(db, call)?;
    let request = body::request(call)?;
    let given = request.pointer("/version/number").and_then(Value::as_i64);
    let current = content.version.number;
    match given {
        Some(given) if given == current => {}
        Some(given) => return Err(page_changes::stale(current, given)),
        None => return Err(Refusal::bad("'version' must be provided.")),
    }
    if let Some(title) = body::text(&request, "title").filter(|title| !title.is_empty()) {
        content.title = title.to_owned();
    }
    let comment = request.pointer("/metadata/comment").and_then(Value::as_str);
    if let (Some(file), Some(comment)) = (&mut content.file, comment) {
        file.comment = comment.to_owned();
    }
    content.begin_version(call.user.account_id, "", true);
    content.save(db)?;
    versions::keep(db, &content)?;
    Ok(Reply::json(v1::content(db, call, &content)?))
}

fn one(db: &Db<'_>, call: &Call) -> Answer<Content> {
    let holder = access::of_any_kind(db, call, call.param("id"))?;
    access::editable(db, call, &holder)?;
    let id = call.param("attachment");
    stored(db, Kind::Attachment, id)?
        .filter(|content| content.is_current() && content.parent.as_ref() == Some(&holder.id))
        .ok_or_else(|| not_found("attachment", id))
}

/// Forms are taken only with this header, which a browser doesn't send by itself.
fn check_token(call: &Call) -> Answer<()> {
    let given = call.headers.get("x-atlassian-token");
    match given.and_then(|value| value.to_str().ok()) {
        Some("nocheck" | "no-check") => Ok(()),
        _ => Err(Refusal::new(StatusCode::FORBIDDEN, "XSRF check failed")),
    }
}

fn files(call: &Call) -> Answer<Vec<&Part>> {
    let files: Vec<&Part> = call
        .parts
        .iter()
        .filter(|part| part.name == "file")
        .collect();
    if files.is_empty() {
        return Err(Refusal::bad("The form has no part \"file\"."));
    }
    let largest = call.site.options().largest_attachment;
    for file in &files {
        if file.filename.as_deref().is_none_or(str::is_empty) {
            return Err(Refusal::bad("A file has no name."));
        }
        if file.bytes.len() as u64 > largest {
            return Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The attachment is larger than {largest} bytes."),
            ));
        }
    }
    Ok(files)
}

fn texts(call: &Call, name: &str) -> Vec<String> {
    let parts = call.parts.iter().filter(|part| part.name == name);
    parts
        .map(|part| String::from_utf8_lossy(&part.bytes).into_owned())
        .collect()
}

fn new(db: &Db<'_>, call: &Call, holder: &Content, part: &Part, comment: &str) -> Answer<Content> {
    let id = format!("att{}", new_id(db)?);
    let mut content = Content::new(Kind::Attachment, id, &holder.space, call.user.account_id);
    content.title = part.filename.clone().unwrap_or_default();
    content.parent = Some(holder.id.clone());
    content.version.minor = is_minor(call);
    keep(db, call, content, part, comment)
}

fn new_version(
    db: &Db<'_>,
    call: &Call,
    mut old: Content,
    part: &Part,
    comment: &str,
) -> Answer<Content> {
    old.begin_version(call.user.account_id, "", is_minor(call));
    keep(db, call, old, part, comment)
}

fn is_minor(call: &Call) -> bool {
    texts(call, "minorEdit").iter().any(|value| value == "true")
}

fn keep(
    db: &Db<'_>,
    call: &Call,
    mut content: Content,
    part: &Part,
    comment: &str,
) -> Answer<Content> {
    let name = call.site.files().put(&part.bytes)?;
    let mime = part.mime.clone();
    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    let media = uuid();
    db.put(
        MEDIA,
        &media,
        &content.id,
        "",
        &json!({ "name": name, "mime": mime }),
    )?;
    content.version.message = comment.to_owned();
    content.file = Some(File {
        media,
        name,
        mime,
        size: part.bytes.len() as u64,
        comment: comment.to_owned(),
    });
    content.save(db)?;
    versions::keep(db, &content)?;
    Ok(content)
}
