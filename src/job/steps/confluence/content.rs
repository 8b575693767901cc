//! The second pass over one page or blog post: its final body and title, its labels and properties,
//! then its comments, which stand beside the final text.

use serde_json::Value;

use super::marker;
use super::second::{Done, Item, Second};
use super::storage::{self, Marked};
use super::update::{self, Pass};
use super::{comment_links, comments};
use crate::error::Result;
use crate::provider::confluence::{Body, CommentKind, Format, Label, Owner, Property};

/// The body has been written.
const BODY: &str = "body";

/// What is read of the source.
struct Original {
    title: String,
    body: Body,
    labels: Vec<Label>,
    properties: Vec<Property>,
}

pub async fn finish(second: &Second<'_>, item: &Item) -> Result<()> {
    if second.is_finished(&item.src) {
        return Ok(());
    }
    let Some(original) = read(second, item, Format::Storage).await? else {
        let what = format!("content {}", item.src);
        second.left_behind(&what, "it was deleted in the source while it was copied")?;
        return second.finish(&item.src, &Done::default());
    };
    let mut done = Done::default();
    let marked = body(second, item, &original, &mut done).await?;
    labels(second, item, &original.labels, &mut done).await?;
    properties(second, item, &original, &mut done).await?;
    for kind in [CommentKind::Inline, CommentKind::Footer] {
        comments::copy(second, item, kind, &marked, &original.title, &mut done).await?;
    }
    second.finish(&item.src, &done)
}

async fn read(second: &Second<'_>, item: &Item, format: Format) -> Result<Option<Original>> {
    let source = &second.ends.source;
    Ok(match item.is_post {
        true => {
            let whole = source.whole_blog_post(&item.src, format).await?;
            whole.map(|whole| Original {
                title: whole.content.title,
                body: whole.content.body,
                labels: whole.labels,
                properties: whole.properties,
            })
        }
        false => {
            let whole = source.whole_page(&item.src, format).await?;
            whole.map(|whole| Original {
                title: whole.content.title,
                body: whole.content.body,
                labels: whole.labels,
                properties: whole.properties,
            })
        }
    })
}

/// Writes the body where it differs from the one that the copy was created with. Gives the parts of
/// its text that inline comments are about.
async fn body(
    second: &Second<'_>,
    item: &Item,
    original: &Original,
    done: &mut Done,
) -> Result<Vec<Marked>> {
    let document;
    let (format, old) = match original.body.text(Format::Storage) {
        Some(body) => (Format::Storage, body),
        None => {
            document = read(second, item, Format::Document).await?;
            let body = document.as_ref().map(|o| &o.body);
            match body.and_then(|body| body.text(Format::Document)) {
                Some(body) => (Format::Document, body),
                None => return Ok(Vec::new()),
            }
        }
    };
    let (new, references) = second.rewritten(format, old);
    let (new, before, marked) = match format {
        Format::Storage => match storage::read(&new) {
            Some(read) => (read.body, storage::without_marks(old), read.marked),
            None => (new, old.to_owned(), Vec::new()),
        },
        Format::Document => (new, old.to_owned(), Vec::new()),
    };
    comment_links::note(second.known, &item.src, old)?;
    let title = second.rewriter.text(&original.title);
    done.references += references + title.count as u64;
    if new == before && title.count == 0 {
        return Ok(marked);
    }
    done.rewritten += 1;
    if second.known.noted(BODY, &item.src).is_none() {
        let title = title.text.as_ref();
        match item.is_post {
            true => update::post(second.ends, &item.target, title, format, &new).await?,
            false => {
                let (ends, target) = (second.ends, &item.target);
                update::page(ends, target, title, format, &new, Pass::Rewritten).await?;
            }
        }
        second.known.note(BODY, &item.src, "yes")?;
    }
    Ok(marked)
}

async fn labels(second: &Second<'_>, item: &Item, labels: &[Label], done: &mut Done) -> Result<()> {
    second.ends.target.add_labels(&item.target, labels).await?;
    let count = labels.len() as u64;
    done.labels = (count, count);
    Ok(())
}

async fn properties(
    second: &Second<'_>,
    item: &Item,
    original: &Original,
    done: &mut Done,
) -> Result<()> {
    let owner = match item.is_post {
        true => Owner::BlogPost(&item.target),
        false => Owner::Page(&item.target),
    };
    let others = original.properties.iter().filter(|p| p.key != marker::KEY);
    for property in others {
        let text = property.value.to_string();
        let rewritten = second.rewriter.json(&text);
        let value: Value = serde_json::from_str(&rewritten.text).unwrap_or(Value::Null);
        done.references += rewritten.count as u64;
        done.properties.0 += 1;
        let set = second
            .ends
            .target
            .new_property(owner, &property.key, &value);
        match set.await {
            Ok(()) => done.properties.1 += 1,
            // Confluence keeps some of its own for itself
            Err(failure) if matches!(failure.status(), Some(400 | 403 | 409)) => {
                let place = item.place(&original.title);
                let what = format!("property {} of {place}", property.key);
                second.left_behind(&what, &failure.message)?;
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(())
}
