//! One thing after the other is created: the homepage, pages, folders and blog posts.

use std::sync::{Mutex, PoisonError};

use super::creating::{BLOG_POST, FOLDER, FolderCopy, PAGE, PageCopy, PostCopy};
use super::ends::Ends;
use super::inventory::{Inventory, Kind, Node};
use super::known::Known;
use super::once::once;
use super::spool::Spool;
use super::update::{self, Pass};
use super::{marker, storage};
use crate::error::{Error, Result};
use crate::provider::confluence::{BlogPost, Format, NewBlogPost, NewFolder, NewPage, Owner};

/// What is remembered of a content: that it bears its marker, that it's restricted.
const MARKED: &str = "marked";
pub const RESTRICTED: &str = "restricted";
/// What the inventory found that isn't copied.
pub const UNSUPPORTED: &str = "unsupported";
pub const ARCHIVED: &str = "archived";

/// The source's homepage becomes the one that the target's space came with.
pub async fn homepage(
    ends: &Ends<'_>,
    known: &Known,
    spool: &Mutex<Spool>,
    home: &Node,
) -> Result<()> {
    let Some(target) = ends.to.homepage_id.clone() else {
        return node(ends, known, spool, home).await;
    };
    if known.noted(MARKED, &home.id).is_some() {
        return Ok(());
    }
    known.record(PAGE, &home.id, &target)?;
    let (format, body) = body_of(ends, spool, home).await?;
    update::page(ends, &target, &home.title, format, &body, Pass::Copied).await?;
    restricted(ends, known, &home.id).await?;
    mark(ends, known, Owner::Page(&target), &home.id).await
}

/// A page or a folder whose parent is there already.
pub async fn node(ends: &Ends<'_>, known: &Known, spool: &Mutex<Spool>, node: &Node) -> Result<()> {
    if known.noted(MARKED, &node.id).is_some() {
        return Ok(());
    }
    let parent = parent(known, node)?;
    match node.kind {
        Kind::Folder => folder(ends, known, node, parent).await,
        Kind::Page => page(ends, known, spool, node, parent).await,
    }
}

/// The target's parent, and whether that's a folder.
fn parent(known: &Known, node: &Node) -> Result<Option<(String, bool)>> {
    let Some(src) = &node.parent else {
        return Ok(None);
    };
    let page = known.target(PAGE, src).map(|id| (id, false));
    let found = page.or_else(|| known.target(FOLDER, src).map(|id| (id, true)));
    found.map(Some).ok_or_else(|| {
        Error::internal(format!(
            "\"{}\" can't be created before what it's below.",
            node.title
        ))
    })
}

async fn folder(
    ends: &Ends<'_>,
    known: &Known,
    node: &Node,
    parent: Option<(String, bool)>,
) -> Result<()> {
    let thing = FolderCopy {
        ends,
        known,
        src: &node.id,
        in_folder: parent.as_ref().is_some_and(|(_, folder)| *folder),
        new: NewFolder {
            space_id: ends.to.id.clone(),
            title: node.title.clone(),
            parent_id: parent.map(|(id, _)| id),
        },
    };
    let id = once(known, &ends.target, FOLDER, &node.id, &thing).await?;
    mark(ends, known, Owner::Folder(&id), &node.id).await
}

async fn page(
    ends: &Ends<'_>,
    known: &Known,
    spool: &Mutex<Spool>,
    node: &Node,
    parent: Option<(String, bool)>,
) -> Result<()> {
    let (format, body) = body_of(ends, spool, node).await?;
    let thing = PageCopy {
        ends,
        known,
        src: &node.id,
        new: NewPage {
            space_id: ends.to.id.clone(),
            title: node.title.clone(),
            root: parent.is_none(),
            parent_id: parent.map(|(id, _)| id),
            live: node.live,
            private: restricted(ends, known, &node.id).await?,
            format,
            body,
        },
    };
    let id = once(known, &ends.target, PAGE, &node.id, &thing).await?;
    mark(ends, known, Owner::Page(&id), &node.id).await
}

pub async fn post(ends: &Ends<'_>, known: &Known, post: &BlogPost) -> Result<()> {
    if known.noted(MARKED, &post.id).is_some() {
        return Ok(());
    }
    let (format, body) = match post.body.text(Format::Storage) {
        Some(body) => (Format::Storage, storage::without_marks(body)),
        None => {
            let whole = ends.source.blog_post(&post.id, Format::Document).await?;
            let body = whole.as_ref().and_then(|p| p.body.text(Format::Document));
            (Format::Document, body.unwrap_or_default().to_owned())
        }
    };
    let thing = PostCopy {
        ends,
        known,
        src: &post.id,
        new: NewBlogPost {
            space_id: ends.to.id.clone(),
            title: post.title.clone(),
            format,
            body,
            created_at: Some(post.created_at.clone()).filter(|date| !date.is_empty()),
            private: restricted(ends, known, &post.id).await?,
        },
    };
    let id = once(known, &ends.target, BLOG_POST, &post.id, &thing).await?;
    mark(ends, known, Owner::BlogPost(&id), &post.id).await
}

/// The body to create something with: as it is, without the marks of comments that aren't there.
async fn body_of(ends: &Ends<'_>, spool: &Mutex<Spool>, node: &Node) -> Result<(Format, String)> {
    if node.spooled {
        let mut spool = spool.lock().unwrap_or_else(PoisonError::into_inner);
        let body = spool.get(&node.id)?.unwrap_or_default();
        return Ok((Format::Storage, storage::without_marks(&body)));
    }
    let page = ends.source.page(&node.id, Format::Document).await?;
    let body = page
        .as_ref()
        .and_then(|page| page.body.text(Format::Document));
    Ok(match body {
        Some(body) => (Format::Document, body.to_owned()),
        None if node.live => (Format::Document, EMPTY_DOCUMENT.to_owned()),
        None => (Format::Storage, String::new()),
    })
}

const EMPTY_DOCUMENT: &str = r#"{"type":"doc","version":1,"content":[]}"#;

/// Whether not everybody may see or change it. The copy is private from the start, until it gets
/// the same restrictions at the end.
async fn restricted(ends: &Ends<'_>, known: &Known, src: &str) -> Result<bool> {
    if let Some(noted) = known.noted(RESTRICTED, src) {
        return Ok(noted == "yes");
    }
    let restricted = !ends.source.restrictions(src).await?.is_empty();
    if restricted {
        known.note(RESTRICTED, src, "yes")?;
    }
    Ok(restricted)
}

async fn mark(ends: &Ends<'_>, known: &Known, owner: Owner<'_>, src: &str) -> Result<()> {
    let value = marker::value(ends.instance, ends.ctx.job(), src);
    ends.target.new_property(owner, marker::KEY, &value).await?;
    known.note(MARKED, src, "yes")
}

/// For the report of the second pass.
pub fn remember(known: &Known, inventory: &Inventory) -> Result<()> {
    for (n, (kind, title)) in inventory.unsupported.iter().enumerate() {
        known.note(UNSUPPORTED, &format!("{n} {title}"), kind)?;
    }
    known.note(ARCHIVED, "pages", &inventory.archived.to_string())
}
