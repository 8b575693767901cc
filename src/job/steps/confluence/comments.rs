//! Comments with their replies. Their author and date stand in front, because the copy's own are
//! those of the copying.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::known::number;
use super::once::{Creation, once};
use super::second::{Done, Item, LEFT, Second};
use super::storage::{self, Marked};
use crate::domain::reference::Leftover;
use crate::error::Result;
use crate::provider::atlassian;
use crate::provider::confluence::{
    Comment, CommentKind, CommentOn, Format, NewComment, Selection, is_stale,
};

const COMMENT: &str = "comment";

/// What a comment of the source becomes: on what, and which kind.
struct Place {
    on: CommentOn,
    kind: CommentKind,
}

/// Copies a content's comments of one kind. `marked`: what its inline comments are about.
pub async fn copy(
    second: &Second<'_>,
    item: &Item,
    kind: CommentKind,
    marked: &[Marked],
    title: &str,
    done: &mut Done,
) -> Result<()> {
    let source = &second.ends.source;
    let listed = match item.is_post {
        true => source.blog_post_comments(&item.src, kind, Format::Storage),
        false => source.page_comments(&item.src, kind, Format::Storage),
    };
    let mut top: Vec<Comment> = listed.try_collect().await?;
    in_order(&mut top);
    second.people.learn(&top).await?;
    let on = match item.is_post {
        true => CommentOn::BlogPost(item.target.clone()),
        false => CommentOn::Page(item.target.clone()),
    };
    let mut open: Vec<(Comment, Place)> = Vec::new();
    for comment in top.into_iter().rev() {
        let on = on.clone();
        open.push((comment, Place { on, kind }));
    }
    while let Some((comment, place)) = open.pop() {
        second.ends.ctx.check_cancelled()?;
        done.comments.0 += 1;
        let Some(body) = comment.body.text(Format::Storage) else {
            let what = format!("comment {} on {}", comment.id, item.place(title));
            second.left_behind(&what, "its text isn't in the storage format")?;
            continue;
        };
        let (text, references) = second.rewritten(Format::Storage, body);
        done.references += references;
        note_residues(second, item, title, &comment.id, &text)?;
        let copy = CommentCopy {
            second,
            kind: place.kind,
            new: NewComment {
                on: place.on,
                format: Format::Storage,
                body: second.people.heading(&comment) + &text,
                selection: None,
            },
            refused: AtomicBool::new(false),
        };
        let is_top = kind == CommentKind::Inline && !matches!(copy.new.on, CommentOn::Comment(_));
        let (id, made) = match is_top {
            true => beside_text(copy, &comment, marked).await?,
            false => {
                let target = &second.ends.target;
                let id = once(second.known, target, COMMENT, &comment.id, &copy).await?;
                (id, copy.kind)
            }
        };
        done.comments.1 += 1;
        let replies = source.replies(&comment.id, kind, Format::Storage);
        let mut replies: Vec<Comment> = replies.try_collect().await?;
        in_order(&mut replies);
        second.people.learn(&replies).await?;
        for reply in replies.into_iter().rev() {
            let on = CommentOn::Comment(id.clone());
            open.push((reply, Place { on, kind: made }));
        }
    }
    Ok(())
}

/// The oldest first: the order of a list isn't promised.
fn in_order(comments: &mut [Comment]) {
    comments.sort_by_key(|comment| number(&comment.id));
}

/// An inline comment that isn't a reply: beside its text where the text is there, else below the
/// page with the text in front.
async fn beside_text(
    mut copy: CommentCopy<'_>,
    comment: &Comment,
    marked: &[Marked],
) -> Result<(String, CommentKind)> {
    let second = copy.second;
    let (known, target) = (second.known, &second.ends.target);
    let properties = comment.other.get("properties");
    let property = |name: &str| properties?.get(name)?.as_str();
    let reference = property("inlineMarkerRef").or_else(|| property("inline-marker-ref"));
    let place = marked
        .iter()
        .find(|m| Some(m.reference.as_str()) == reference);
    if let Some(place) = place {
        copy.new.selection = Some(Selection {
            text: place.text.clone(),
            matches: place.matches,
            index: place.index,
        });
        let made = once(known, target, COMMENT, &comment.id, &copy).await;
        match made {
            Ok(id) => {
                if comment.resolution_status.as_deref() == Some("resolved") {
                    resolve(second, &id, &copy.new.body).await?;
                }
                return Ok((id, CommentKind::Inline));
            }
            Err(error) if !copy.refused.load(Ordering::Relaxed) => return Err(error),
            Err(_) => {}
        }
    }
    let about = property("inlineOriginalSelection")
        .or_else(|| property("inline-original-selection"))
        .or(place.map(|place| place.text.as_str()));
    if let Some(about) = about {
        let quote = format!(
            "<blockquote><p>{}</p></blockquote>",
            storage::escaped(about)
        );
        copy.new.body.insert_str(0, &quote);
    }
    copy.new.selection = None;
    copy.kind = CommentKind::Footer;
    let id = once(known, target, COMMENT, &comment.id, &copy).await?;
    Ok((id, CommentKind::Footer))
}

/// It may be resolved already, by an earlier try.
async fn resolve(second: &Second<'_>, id: &str, body: &str) -> Result<()> {
    match second.ends.target.resolve_comment(id, body, 2).await {
        Ok(()) => Ok(()),
        Err(failure) if is_stale(&failure) => Ok(()),
        Err(failure) if failure.ambiguous() => {
            match second.ends.target.resolve_comment(id, body, 2).await {
                Err(again) if !is_stale(&again) => Err(again.into()),
                _ => Ok(()),
            }
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Comments aren't read again for what still names the source.
fn note_residues(
    second: &Second<'_>,
    item: &Item,
    title: &str,
    comment: &str,
    text: &str,
) -> Result<()> {
    for residue in second.rewriter.residues_storage(text) {
        let left = Leftover {
            place: format!("comment on {}", item.place(title)),
            row: None,
            names: residue.names,
            reason: residue.reason,
        };
        let text = serde_json::to_string(&left).unwrap_or_default();
        let name = format!("{comment} {}", residue.at);
        second.known.note(LEFT, &name, &text)?;
    }
    Ok(())
}

struct CommentCopy<'a> {
    second: &'a Second<'a>,
    kind: CommentKind,
    new: NewComment,
    /// Confluence said no, and made nothing.
    refused: AtomicBool,
}

#[async_trait]
impl Creation for CommentCopy<'_> {
    /// A comment has no title: it's the one with the same words that nothing else became.
    async fn find(&self) -> Result<Option<String>> {
        let target = &self.second.ends.target;
        let mut there = match &self.new.on {
            CommentOn::Page(id) => target.page_comments(id, self.kind, Format::Storage),
            CommentOn::BlogPost(id) => target.blog_post_comments(id, self.kind, Format::Storage),
            CommentOn::Comment(id) => target.replies(id, self.kind, Format::Storage),
        };
        let wanted = storage::text(&self.new.body);
        while let Some(comment) = there.try_next().await? {
            let body = comment.body.text(Format::Storage).unwrap_or_default();
            if storage::text(body) == wanted && !self.second.known.is_taken(COMMENT, &comment.id) {
                return Ok(Some(comment.id));
            }
        }
        Ok(None)
    }

    async fn create(&self) -> atlassian::Result<String> {
        let made = self
            .second
            .ends
            .target
            .add_comment(self.kind, &self.new)
            .await;
        let refused = matches!(&made, Err(failure) if failure.status() == Some(400));
        self.refused.store(refused, Ordering::Relaxed);
        made.map(|comment| comment.id)
    }
}
