//! Links to comments. A comment gets its new id only after the body that it stands on was written,
//! so the few bodies that name one are written once more.

use serde_json::Value;

use super::creating::{BLOG_POST, PAGE};
use super::known::Known;
use super::second::Second;
use super::update::{self, Pass};
use crate::domain::reference::{ReferenceMap, Rewriter};
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::references::created;
use crate::provider::confluence::{Body, Format};
use crate::registry::journal::JournalEntry;

/// What every link to a comment has in it.
const NAMES_COMMENT: &str = "focusedCommentId=";
/// The body names a comment; it was written once more.
const TALKS: &str = "names a comment";
const LINKED: &str = "links to comments";

/// Whether a journal's entry is a comment of Confluence: those wait for [`restore`].
pub fn is_comment(entry: &JournalEntry) -> bool {
    entry.provider == super::client::PROVIDER && entry.kind == "comment"
}

/// Remembers a body that names a comment.
pub fn note(known: &Known, src: &str, body: &str) -> Result<()> {
    match body.contains(NAMES_COMMENT) && known.noted(TALKS, src).is_none() {
        true => known.note(TALKS, src, "yes"),
        false => Ok(()),
    }
}

/// Writes the noted bodies with the comments' new ids.
pub async fn restore(second: &Second<'_>, ctx: &StepContext) -> Result<()> {
    let noted = second.known.notes(TALKS);
    if noted.is_empty() {
        return Ok(());
    }
    let comments: Vec<JournalEntry> = ctx.journal()?.into_iter().filter(is_comment).collect();
    let mut map = ReferenceMap::default();
    created::add(&mut map, &comments);
    let rewriter = map.compile()?;
    for (src, _) in noted {
        ctx.check_cancelled()?;
        if second.known.noted(LINKED, &src).is_none() {
            one(second, &rewriter, &src).await?;
            second.known.note(LINKED, &src, "yes")?;
        }
    }
    Ok(())
}

async fn one(second: &Second<'_>, rewriter: &Rewriter, src: &str) -> Result<()> {
    let (ends, target) = (second.ends, &second.ends.target);
    for format in [Format::Storage, Format::Document] {
        if let Some(id) = second.known.target(PAGE, src) {
            let Some(page) = target.page(&id, format).await? else {
                return Ok(());
            };
            if let Some(body) = linked(rewriter, &page.body, format) {
                return update::page(ends, &id, &page.title, format, &body, Pass::Linked).await;
            }
        }
        if let Some(id) = second.known.target(BLOG_POST, src) {
            let Some(post) = target.blog_post(&id, format).await? else {
                return Ok(());
            };
            if let Some(body) = linked(rewriter, &post.body, format) {
                return update::post(ends, &id, &post.title, format, &body).await;
            }
        }
    }
    Ok(())
}

/// The body with the comments' new ids; `None` where it names none.
fn linked(rewriter: &Rewriter, body: &Body, format: Format) -> Option<String> {
    let body = body.text(format)?;
    match format {
        Format::Storage => {
            let done = rewriter.storage(body);
            (done.count > 0).then(|| done.text.into_owned())
        }
        Format::Document => {
            let document: Value = serde_json::from_str(body).ok()?;
            let (done, count) = rewriter.adf(&document);
            (count > 0).then(|| done.to_string())
        }
    }
}
