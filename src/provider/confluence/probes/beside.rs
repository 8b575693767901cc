//! What stands on a page: files, labels, comments, properties, restrictions.

use super::{ATTACHMENT, COMMENT, IS_ID, IS_MOMENT, PAGE, Probe, any, text};
use crate::provider::confluence::comments::CommentKind;
use crate::provider::confluence::content::Format;
use crate::provider::confluence::properties::Owner;
use crate::provider::probe::Kind::{Like, List, Object, Text, Whole};
use crate::provider::probe::{Field, done, first, may, must};

pub fn probes() -> Vec<Probe> {
    [files(), words(), rules()].into_iter().flatten().collect()
}

fn files() -> Vec<Probe> {
    vec![
        Probe::new(
            "page.attachments",
            "files are named by their name in storage format, by their medium in documents",
            |wiki, facts| Box::pin(any(facts, |page| wiki.page_attachments(page))),
            &[
                must("results", List),
                must(
                    "results[].id",
                    Like("an id such as att12345", |id| id.starts_with("att")),
                ),
                must("results[].title", Text),
                must("results[].mediaType", Text),
                must("results[].fileId", Text),
                must("results[].fileSize", Whole),
                may("results[].comment", Text),
                must("results[].version.number", Whole),
            ],
        )
        .learns(ATTACHMENT, |answer| text(answer, "/results/0/id")),
        Probe::new(
            "attachment.properties",
            "a copied file's marker",
            |wiki, facts| {
                Box::pin(async {
                    first(wiki.properties(Owner::Attachment(facts.get(ATTACHMENT)?))).await
                })
            },
            &[must("results", List), must("results[].key", Text)],
        ),
        Probe::new(
            "page.labels",
            "labels are set again",
            |wiki, facts| Box::pin(any(facts, |page| wiki.page_labels(page))),
            &[
                must("results", List),
                must("results[].name", Text),
                must("results[].prefix", Text),
            ],
        ),
    ]
}

fn words() -> Vec<Probe> {
    let comment: [Field; 5] = [
        must("results", List),
        must("results[].id", IS_ID),
        must("results[].status", Text),
        must("results[].version.number", Whole),
        must("results[].body.storage.value", Text),
    ];
    let dated = [
        must("results[].version.createdAt", IS_MOMENT),
        must("results[].version.authorId", Text),
    ];
    let inline = [
        may("results[].resolutionStatus", Text),
        must("results[].properties", Object),
    ];
    vec![
        Probe::new(
            "page.comments",
            "are copied with their author and date in front",
            |wiki, facts| {
                Box::pin(any(facts, |page| {
                    wiki.page_comments(page, CommentKind::Footer, Format::Storage)
                }))
            },
            &[&comment[..], &dated].concat(),
        )
        .learns(COMMENT, |answer| text(answer, "/results/0/id")),
        Probe::new(
            "page.inline_comments",
            "stand beside a part of the text",
            |wiki, facts| {
                Box::pin(any(facts, |page| {
                    wiki.page_comments(page, CommentKind::Inline, Format::Storage)
                }))
            },
            &[&comment[..], &dated, &inline].concat(),
        ),
        Probe::new(
            "comment.replies",
            "answers to a comment",
            |wiki, facts| {
                Box::pin(async {
                    let comment = facts.get(COMMENT)?;
                    first(wiki.replies(comment, CommentKind::Footer, Format::Storage)).await
                })
            },
            &comment,
        ),
    ]
}

fn rules() -> Vec<Probe> {
    vec![
        Probe::new(
            "page.properties",
            "a copied page's marker, and what other programs keep there",
            |wiki, facts| Box::pin(any(facts, |page| wiki.properties(Owner::Page(page)))),
            &[
                must("results", List),
                must("results[].id", Text),
                must("results[].key", Text),
                must("results[].version.number", Whole),
            ],
        ),
        Probe::new(
            "page.restrictions",
            "who may see and change a page; set last (version 1)",
            |wiki, facts| Box::pin(async { done(wiki.restrictions(facts.get(PAGE)?).await) }),
            &[
                must("results", List),
                must("results[].operation", Text),
                must("results[].restrictions", Object),
                must("results[].restrictions.user.results", List),
                must("results[].restrictions.group.results", List),
            ],
        ),
    ]
}
