//! Attachments as v2 shows them, and their way to readers.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply, order};
use crate::sandbox::confluence::content::{
    Content, File, Kind, any, listed, not_found, number, stored, time,
};
use crate::sandbox::confluence::spaces::{direction, in_order, included};
use crate::sandbox::confluence::{access, labels, paging, properties, show, versions};

/// Media ids of versions, each naming its attachment and version.
pub const MEDIA: &str = "media";

/// `GET /wiki/api/v2/attachments/{id}`
pub fn get(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let content = access::current(db, call, Kind::Attachment, call.param("id"))?;
    let content = versions::asked(db, call, content)?;
    let mut shown = shape(db, &content)?;
    if call.flag("include-labels") == Some(true) {
        shown["labels"] = included(labels::of(db, &content.id)?);
    }
    if call.flag("include-properties") == Some(true) {
        shown["properties"] = included(properties::of(db, &content.id)?);
    }
    shown["_links"]["base"] = format!("{}/wiki", call.base()).into();
    Ok(Reply::json(shown))
}

/// `GET /wiki/api/v2/pages/{id}/attachments`
pub fn of_page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    of_kind(db, call, Kind::Page)
}

/// `GET /wiki/api/v2/blogposts/{id}/attachments`
pub fn of_blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    of_kind(db, call, Kind::Blogpost)
}

fn of_kind(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let holder = access::found(db, call, kind, call.param("id"), &["current", "draft"])?;
    list(db, call, listed(db, Kind::Attachment, &holder.id)?)
}

/// `GET /wiki/api/v2/attachments`
pub fn all(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let mut found = Vec::new();
    for doc in db.all(Kind::Attachment.store())? {
        let content = crate::sandbox::confluence::content::read(doc.body)?;
        if access::sees(db, &content, call.user.account_id)? {
            found.push(content);
        }
    }
    list(db, call, found)
}

fn list(db: &Db<'_>, call: &Call, mut found: Vec<Content>) -> Answer<Reply> {
    let asked = call.queries("status");
    let statuses = if asked.is_empty() {
        vec!["current"]
    } else {
        asked
    };
    let mime = call.query("mediaType");
    found.retain(|content| {
        let file = content.file.as_ref();
        statuses.contains(&content.status.as_str())
            && call
                .query("filename")
                .is_none_or(|name| name == content.title)
            && mime.is_none_or(|mime| file.is_some_and(|file| file.mime == mime))
    });
    let (by, descending) = direction(call.query("sort").unwrap_or_default());
    let mut keyed = Vec::new();
    for content in found {
        let id = order(number(&content.id));
        let key = match by {
            "" => id,
            "created-date" => format!("{} {id}", content.created()),
            "modified-date" => format!("{} {id}", time(content.version.created_ms)),
            other => return Err(Refusal::bad(format!("'{other}' is not a sort order."))),
        };
        keyed.push((key, content));
    }
    in_order(&mut keyed, descending);
    paging::page(call, &keyed, descending, |content| shape(db, content))
}

fn shape(db: &Db<'_>, content: &Content) -> Answer<Value> {
    let (Some(file), Some(holder)) = (&content.file, &content.parent) else {
        return Err(not_found("attachment", &content.id));
    };
    let download = download_path(holder, content);
    let mut shown = json!({
        "id": content.id,
        "status": content.status,
        "title": content.title,
        "createdAt": content.created(),
        "mediaType": file.mime,
        "mediaTypeDescription": "File",
        "comment": file.comment,
        "fileId": file.media,
        "fileSize": file.size,
        "downloadLink": download,
        "version": show::version(&content.version),
        "_links": { "download": download },
    });
    if let Some(holder) = any(db, holder)? {
        let field = if holder.kind == Kind::Blogpost {
            "blogPostId"
        } else {
            "pageId"
        };
        shown[field] = holder.id.clone().into();
        let webui = format!(
            "{}?preview=/{}/{}/{}",
            show::address(db, &holder)?,
            holder.id,
            content.id.trim_start_matches("att"),
            paging::encode(&content.title)
        );
        shown["webuiLink"] = webui.clone().into();
        shown["_links"]["webui"] = webui.into();
    }
    Ok(shown)
}

/// The address of the file, below `/wiki`.
pub fn download_path(holder: &str, content: &Content) -> String {
    format!(
        "/download/attachments/{holder}/{}?version={}&modificationDate={}&cacheVersion=1&api=v2",
        paging::encode(&content.title),
        content.version.number,
        content.version.created_ms
    )
}

/// `GET /wiki/rest/api/content/{id}/child/attachment/{attachment}/download`
pub fn download(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let holder = access::of_any_kind(db, call, call.param("id"))?;
    let id = call.param("attachment");
    let content = stored(db, Kind::Attachment, id)?
        .filter(|content| content.parent.as_ref() == Some(&holder.id))
        .ok_or_else(|| not_found("attachment", id))?;
    redirect(db, call, content)
}

/// `GET /wiki/download/attachments/{id}/{name}`, the address that readers follow.
pub fn download_named(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let holder = access::of_any_kind(db, call, call.param("id"))?;
    let name = call.param("name");
    let mut all = listed(db, Kind::Attachment, &holder.id)?.into_iter();
    let content = all
        .find(|content| content.is_current() && content.title == name)
        .ok_or_else(|| not_found("attachment", name))?;
    redirect(db, call, content)
}

fn redirect(db: &Db<'_>, call: &Call, content: Content) -> Answer<Reply> {
    let content = versions::asked(db, call, content)?;
    let Some(File { media, .. }) = &content.file else {
        return Err(not_found("attachment", &content.id));
    };
    let place = format!(
        "{}/_sandbox/media/wiki/{media}/binary?name={}",
        call.base(),
        paging::encode(&content.title)
    );
    Ok(Reply::status(StatusCode::FOUND).header("location", &place))
}

/// The stand-in for the media service: anybody who knows the id gets the file.
pub fn media(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let missing = || Refusal::not_found("There is no such file.");
    let stored = db.get(MEDIA, call.param("media"))?.ok_or_else(missing)?;
    let bytes = call
        .site
        .files()
        .get(stored["name"].as_str().unwrap_or_default())?;
    let mime = stored["mime"]
        .as_str()
        .unwrap_or("application/octet-stream");
    Ok(Reply::file(mime, bytes))
}
