//! Attachments. Their contents are redirected to, at a stand-in for the media service whose
//! addresses hold a UUID; that UUID, not the attachment's id, is what documents embed.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Doc, Refusal, Reply, order, uuid};
use crate::sandbox::jira::issues;
use crate::sandbox::jira::shape::{address, author_json, id_number};
use crate::sandbox::jira::time::jira_time;

/// The most files of one request.
const MOST: usize = 60;

fn json(call: &Call, doc: &Doc) -> Value {
    json!({
        "self": address(call, &format!("attachment/{}", doc.id)),
        "id": doc.id,
        "filename": doc.body["filename"],
        "author": author_json(&call.base(), &doc.body["author"]),
        "created": jira_time(doc.body["created"].as_i64().unwrap_or(0)),
        "size": doc.body["size"],
        "mimeType": doc.body["mime"],
        "content": address(call, &format!("attachment/content/{}", doc.id)),
    })
}

pub fn of_issue(db: &Db<'_>, call: &Call, issue: &str) -> Answer<Value> {
    let all = db.list("attachment", issue)?;
    Ok(all
        .iter()
        .map(|doc| json(call, doc))
        .collect::<Vec<_>>()
        .into())
}

pub fn upload(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let token = call
        .headers
        .get("x-atlassian-token")
        .and_then(|value| value.to_str().ok());
    if !matches!(token, Some("no-check" | "nocheck")) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "XSRF check failed"));
    }
    let mut issue = issues::called(db, call)?;
    let files: Vec<_> = call
        .parts
        .iter()
        .filter(|part| part.name == "file")
        .collect();
    if files.is_empty() || files.len() > MOST {
        return Err(Refusal::bad(format!(
            "A request uploads from 1 to {MOST} files, as parts named \"file\"."
        )));
    }
    let largest = call.site.options().largest_attachment;
    let mut made = Vec::new();
    for part in files {
        if part.bytes.len() as u64 > largest {
            return Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("An attachment has at most {largest} bytes."),
            ));
        }
        let content = call.site.files().put(&part.bytes)?;
        let media = uuid();
        let body = json!({
            "filename": part.filename.as_deref().unwrap_or("file"),
            "mime": part.mime.as_deref().unwrap_or("application/octet-stream"),
            "size": part.bytes.len(), "content": content, "media": media,
            "author": call.user.account_id, "created": now_ms(),
        });
        let number = db.next("attachment", 10_000)?;
        let id = number.to_string();
        db.put("attachment", &id, &issue.id, &order(number), &body)?;
        db.name("media", &media, &id)?;
        made.push(json(
            call,
            &Doc {
                id,
                parent: issue.id.clone(),
                sort: order(number),
                body,
            },
        ));
    }
    issues::touch(db, &mut issue)?;
    Ok(Reply::json(made.into()))
}

fn called(db: &Db<'_>, call: &Call) -> Answer<Doc> {
    let id = call.param("id");
    let found = db.doc("attachment", id)?;
    found.ok_or_else(|| Refusal::not_found(format!("The attachment with id '{id}' does not exist")))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    let mut shown = json(call, &doc);
    shown["id"] = json!(id_number(&doc.id));
    Ok(Reply::json(shown))
}

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    db.remove("attachment", &doc.id)?;
    if let Some(media) = doc.body["media"].as_str() {
        db.unname("media", media)?;
    }
    Ok(Reply::nothing())
}

/// A redirect to the media service, or with `redirect=false` the content itself.
pub fn content(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let doc = called(db, call)?;
    if call.flag("redirect") == Some(false) {
        return file(call, &doc);
    }
    let media = doc.body["media"].as_str().unwrap_or_default();
    let place = format!("{}/_sandbox/media/file/{media}/binary", call.base());
    Ok(Reply::status(StatusCode::SEE_OTHER).header("location", &place))
}

fn file(call: &Call, doc: &Doc) -> Answer<Reply> {
    let bytes = call
        .site
        .files()
        .get(doc.body["content"].as_str().unwrap_or_default())?;
    let name = doc.body["filename"].as_str().unwrap_or_default();
    Ok(Reply::file(
        doc.body["mime"]
            .as_str()
            .unwrap_or("application/octet-stream"),
        bytes,
    )
    .header(
        "content-disposition",
        &format!("attachment; filename=\"{}\"", name.replace('"', "_")),
    ))
}

/// The stand-in for the media service.
pub fn media(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let missing = || Refusal::not_found("There is no such file.");
    let id = db.named("media", call.param("uuid"))?.ok_or_else(missing)?;
    file(call, &db.doc("attachment", &id)?.ok_or_else(missing)?)
}

pub fn settings(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(
        json!({ "enabled": true, "uploadLimit": call.site.options().largest_attachment }),
    ))
}
