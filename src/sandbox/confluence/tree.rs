//! The tree of a space: who stands below whom, and in which order.
//!
//! Each page and folder has an entry of the kind `child`, listed below its parent (or the space's
//! root) by its position.

use serde_json::json;

use crate::sandbox::atlassian::{Answer, Db, Doc, Refusal, order};
use crate::sandbox::confluence::content::{Content, Kind, stored};

const CHILD: &str = "child";

/// The list in which a content's siblings are.
fn list_of(content: &Content) -> String {
    match &content.parent {
        Some(parent) => parent.clone(),
        None => format!("root-{}", content.space),
    }
}

/// A page or a folder.
pub fn node(db: &Db<'_>, id: &str) -> Answer<Option<Content>> {
    match stored(db, Kind::Page, id)? {
        Some(page) => Ok(Some(page)),
        None => stored(db, Kind::Folder, id),
    }
}

/// The last place below its parent.
pub fn append(db: &Db<'_>, content: &Content) -> Answer<()> {
    let list = list_of(content);
    let last = db.last(CHILD, &list)?;
    let position = last.map_or(0, |last| position_of(&last) + 1);
    place(db, content, &list, position)
}

fn place(db: &Db<'_>, content: &Content, list: &str, position: i64) -> Answer<()> {
    let body = json!({ "kind": content.kind });
    Ok(db.put(CHILD, &content.id, list, &order(position), &body)?)
}

fn position_of(entry: &Doc) -> i64 {
    entry.sort.parse().unwrap_or(0)
}

pub fn position(db: &Db<'_>, id: &str) -> Answer<Option<i64>> {
    Ok(db.doc(CHILD, id)?.map(|entry| position_of(&entry)))
}

/// Takes it out of the tree; what stood below it moves up to where it was.
pub fn take_out(db: &Db<'_>, content: &Content) -> Answer<()> {
    for mut child in children(db, &content.id)? {
        child.parent = content.parent.clone();
        child.save(db)?;
        append(db, &child)?;
    }
    db.remove(CHILD, &content.id)?;
    Ok(())
}

/// What stands directly below, in order: pages and folders that are there for readers.
pub fn children(db: &Db<'_>, id: &str) -> Answer<Vec<Content>> {
    let mut found = Vec::new();
    for entry in db.list(CHILD, id)? {
        found.extend(node(db, &entry.id)?);
    }
    Ok(found)
}

/// What stands above, the nearest first.
pub fn ancestors(db: &Db<'_>, content: &Content) -> Answer<Vec<Content>> {
    let mut found: Vec<Content> = Vec::new();
    let mut above = content.parent.clone();
    while let Some(id) = above {
        let Some(parent) = node(db, &id)? else { break };
        above = parent.parent.clone();
        found.push(parent);
    }
    Ok(found)
}

/// Everything below, parents before their children, with its depth (1 for a child).
pub fn descendants(db: &Db<'_>, id: &str, deepest: usize) -> Answer<Vec<(usize, Content)>> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, Content)> = Vec::new();
    let below = |id: &str, depth: usize| -> Answer<Vec<(usize, Content)>> {
        let children = children(db, id)?;
        Ok(children.into_iter().rev().map(|c| (depth, c)).collect())
    };
    open.extend(below(id, 1)?);
    while let Some((depth, content)) = open.pop() {
        if depth < deepest {
            open.extend(below(&content.id, depth + 1)?);
        }
        found.push((depth, content));
    }
    Ok(found)
}

/// The parent that a request names, in the same space.
pub fn parent(db: &Db<'_>, space: &str, id: &str) -> Answer<Content> {
    match node(db, id)? {
        Some(parent) if parent.space == space && parent.is_current() => Ok(parent),
        Some(parent) if parent.space != space => Err(Refusal::bad(format!(
            "The parent {id} is in another space."
        ))),
        _ => Err(Refusal::not_found(format!(
            "There is no parent with the id {id}."
        ))),
    }
}

/// Where a page goes relative to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Before,
    After,
    Append,
}

/// Puts a content (whose parent is set already) next to or below the target.
pub fn put(db: &Db<'_>, content: &Content, place_at: Place, target: &Content) -> Answer<()> {
    if place_at == Place::Append {
        return append(db, content);
    }
    let list = list_of(target);
    let mut siblings = children(db, &list)?;
    siblings.retain(|sibling| sibling.id != content.id);
    let at = siblings.iter().position(|s| s.id == target.id);
    let at = match place_at {
        Place::Before => at.unwrap_or(0),
        _ => at.map_or(siblings.len(), |at| at + 1),
    };
    siblings.insert(at, content.clone());
    for (sibling, position) in siblings.iter().zip(0..) {
        place(db, sibling, &list, position)?;
    }
    Ok(())
}
