//! Trash, and what is gone for good.

use crate::sandbox::atlassian::{Answer, Call, Db, Refusal, Reply};
use crate::sandbox::confluence::content::{Content, Kind, listed};
use crate::sandbox::confluence::{access, labels, properties, titles, tree, versions};

/// `DELETE /wiki/api/v2/pages/{id}`
pub fn page(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    remove(db, call, Kind::Page)
}

/// `DELETE /wiki/api/v2/blogposts/{id}`
pub fn blogpost(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    remove(db, call, Kind::Blogpost)
}

/// `DELETE /wiki/api/v2/folders/{id}`
pub fn folder(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    remove(db, call, Kind::Folder)
}

/// `DELETE /wiki/api/v2/attachments/{id}`
pub fn attachment(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    remove(db, call, Kind::Attachment)
}

fn remove(db: &Db<'_>, call: &Call, kind: Kind) -> Answer<Reply> {
    let (purge, draft) = (call.flag("purge"), call.flag("draft"));
    let status = match (purge, draft) {
        (_, Some(true)) => "draft",
        (Some(true), _) => "trashed",
        _ => "current",
    };
    let mut content = access::found(db, call, kind, call.param("id"), &[status])?;
    access::editable(db, call, &content)?;
    if status == "current" {
        trash(db, &mut content)?;
    } else {
        purge_one(db, &content)?;
    }
    Ok(Reply::nothing())
}

fn trash(db: &Db<'_>, content: &mut Content) -> Answer<()> {
    let space = db.get("space", &content.space)?.unwrap_or_default();
    if space["homepage"] == content.id.as_str() {
        return Err(Refusal::bad("The homepage of a space cannot be deleted."));
    }
    titles::free(db, content)?;
    if matches!(content.kind, Kind::Page | Kind::Folder) {
        tree::take_out(db, content)?;
    }
    content.status = "trashed".into();
    content.save(db)
}

fn purge_one(db: &Db<'_>, content: &Content) -> Answer<()> {
    if content.status == "draft" && content.kind == Kind::Page {
        tree::take_out(db, content)?;
    }
    purge(db, content)
}

/// Removes a content and what stands on it, for good. What is below it in the tree stays.
pub fn purge(db: &Db<'_>, content: &Content) -> Answer<()> {
    for kind in [Kind::Attachment, Kind::FooterComment, Kind::InlineComment] {
        for standing in listed(db, kind, &content.id)? {
            purge(db, &standing)?;
        }
    }
    titles::free(db, content)?;
    db.remove("child", &content.id)?;
    versions::forget(db, &content.id)?;
    forget_marks(db, &content.id)?;
    db.remove(content.kind.store(), &content.id)?;
    Ok(())
}

/// Labels, properties and restrictions of what is gone.
pub fn forget_marks(db: &Db<'_>, id: &str) -> Answer<()> {
    labels::forget(db, id)?;
    properties::forget(db, id)?;
    db.remove(access::RESTRICTION, id)?;
    Ok(())
}
