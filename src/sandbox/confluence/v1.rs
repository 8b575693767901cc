//! How v1 shows content and users.

use serde_json::{Value, json};

use crate::sandbox::atlassian::{Answer, Call, Db, User};
use crate::sandbox::confluence::content::{Content, Kind, any, time};
use crate::sandbox::confluence::{attachments, show};

pub fn user(call: &Call, user: User) -> Value {
    json!({
        "type": "known",
        "accountId": user.account_id,
        "accountType": "atlassian",
        "email": user.email,
        "publicName": user.name,
        "displayName": user.name,
        "isExternalCollaborator": false,
        "profilePicture": {
            "path": "/wiki/aa-avatar/default", "width": 48, "height": 48, "isDefault": true,
        },
        "_expandable": { "operations": "", "personalSpace": "" },
        "_links": {
            "self": format!("{}/wiki/rest/api/user?accountId={}", call.base(), user.account_id),
        },
    })
}

pub fn content(db: &Db<'_>, call: &Call, content: &Content) -> Answer<Value> {
    let id = &content.id;
    let mut shown = json!({
        "id": id,
        "type": content.kind.public(),
        "status": content.status,
        "title": content.title,
        "version": {
            "when": time(content.version.created_ms),
            "number": content.version.number,
            "message": content.version.message,
            "minorEdit": content.version.minor,
        },
        "_expandable": { "space": "", "history": "", "body": "" },
        "_links": {
            "webui": address(db, content)?,
            "self": format!("{}/wiki/rest/api/content/{id}", call.base()),
        },
    });
    if let (Some(file), Some(holder)) = (&content.file, &content.parent) {
        shown["metadata"] = json!({ "mediaType": file.mime, "comment": file.comment });
        shown["extensions"] = json!({
            "mediaType": file.mime,
            "fileSize": file.size,
            "comment": file.comment,
            "fileId": file.media,
            "collectionName": format!("contentId-{holder}"),
        });
        let download = attachments::download_path(holder, content);
        shown["_links"]["download"] = download.into();
    }
    Ok(shown)
}

/// The address for readers; a comment's and an attachment's is the one of what they stand on.
pub fn address(db: &Db<'_>, content: &Content) -> Answer<String> {
    let mut at = content.clone();
    while !matches!(at.kind, Kind::Page | Kind::Blogpost | Kind::Folder) {
        let above = match &at.parent {
            Some(id) => any(db, id)?,
            None => None,
        };
        match above {
            Some(above) => at = above,
            None => break,
        }
    }
    let address = show::address(db, &at)?;
    Ok(if content.kind.is_comment() {
        format!("{address}?focusedCommentId={}", content.id)
    } else {
        address
    })
}
