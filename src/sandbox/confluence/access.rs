//! Who may see what: restrictions of a content and, for seeing it, of what stands above it.

use serde_json::Value;

use crate::sandbox::atlassian::{Answer, Call, Db};
use crate::sandbox::confluence::content::{Content, Kind, any, not_found, stored};
use crate::sandbox::confluence::tree;

/// The restrictions in the store, by content.
pub const RESTRICTION: &str = "restriction";

/// Whether somebody is among those that a restriction names. Everybody is in every group.
fn names(restriction: &Value, account: &str) -> bool {
    let users = restriction["user"].as_array();
    let groups = restriction["group"].as_array();
    let empty = users.is_none_or(Vec::is_empty) && groups.is_none_or(Vec::is_empty);
    let user = users.is_some_and(|users| users.iter().any(|id| id == account));
    empty || user || groups.is_some_and(|groups| !groups.is_empty())
}

fn allowed(db: &Db<'_>, id: &str, operation: &str, account: &str) -> Answer<bool> {
    let restrictions = db.get(RESTRICTION, id)?;
    Ok(restrictions.is_none_or(|all| names(&all[operation], account)))
}

/// May this user see it? A comment and an attachment are seen with what they stand on.
pub fn sees(db: &Db<'_>, content: &Content, account: &str) -> Answer<bool> {
    if content.status == "draft" && content.author != account {
        return Ok(false);
    }
    let space = db.get("space", &content.space)?.unwrap_or_default();
    if space["private_to"].as_str().is_some_and(|to| to != account) {
        return Ok(false);
    }
    let mut at = content.clone();
    loop {
        if !allowed(db, &at.id, "read", account)? {
            return Ok(false);
        }
        let above = match (&at.parent, at.kind) {
            (None, _) => None,
            (Some(id), Kind::Page | Kind::Folder) => tree::node(db, id)?,
            (Some(id), _) => any(db, id)?,
        };
        match above {
            Some(above) => at = above,
            None => return Ok(true),
        }
    }
}

/// May this user change it?
pub fn edits(db: &Db<'_>, content: &Content, account: &str) -> Answer<bool> {
    Ok(sees(db, content, account)? && allowed(db, &content.id, "update", account)?)
}

/// A content of a kind that the caller may see, in one of these statuses.
pub fn found(db: &Db<'_>, call: &Call, kind: Kind, id: &str, statuses: &[&str]) -> Answer<Content> {
    let content = stored(db, kind, id)?
        .filter(|content| statuses.contains(&content.status.as_str()))
        .ok_or_else(|| not_found(kind.public(), id))?;
    if sees(db, &content, call.user.account_id)? {
        Ok(content)
    } else {
        Err(not_found(kind.public(), id))
    }
}

/// A content of a kind that readers see.
pub fn current(db: &Db<'_>, call: &Call, kind: Kind, id: &str) -> Answer<Content> {
    found(db, call, kind, id, &["current"])
}

/// A content of any kind, as v1 names it, that the caller may see.
pub fn of_any_kind(db: &Db<'_>, call: &Call, id: &str) -> Answer<Content> {
    match any(db, id)? {
        Some(content)
            if content.status != "trashed" && sees(db, &content, call.user.account_id)? =>
        {
            Ok(content)
        }
        _ => Err(not_found("content", id)),
    }
}

/// The same, to be changed: who may only see it is refused.
pub fn editable(db: &Db<'_>, call: &Call, content: &Content) -> Answer<()> {
    if edits(db, content, call.user.account_id)? {
        Ok(())
    } else {
        Err(crate::sandbox::atlassian::Refusal::new(
            axum::http::StatusCode::FORBIDDEN,
            "You may see this content, and not change it.",
        ))
    }
}
