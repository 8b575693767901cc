//! Pages, folders and blog posts: the tree, and what stands in it.

use serde_json::Value;

use super::{BLOG_POST, FOLDER, IS_ID, IS_MOMENT, PAGE, PAGES, Probe, SPACE_ID, TITLE, text};
use crate::provider::confluence::content::Format;
use crate::provider::probe::Kind::{Integer, Like, List, Object, Text, Whole};
use crate::provider::probe::{Field, Kind, done, first, may, must};

/// So many pages are looked at for one that has an attachment, a label, a comment.
const MOST: usize = 25;

const IS_STATUS: Kind = Like("current or archived", |status| {
    ["current", "archived"].contains(&status)
});

pub fn probes() -> Vec<Probe> {
    [pages(), tree(), blog_posts()]
        .into_iter()
        .flatten()
        .collect()
}

/// The first page's id; of `answer`'s folders the first.
fn first_of(answer: &Value, kind: &str) -> Option<String> {
    let all = answer.get("results")?.as_array()?;
    let found = all
        .iter()
        .find(|c| c.get("type").is_some_and(|t| t == kind))?;
    text(found, "/id")
}

fn pages() -> Vec<Probe> {
    let head: [Field; 11] = [
        must("results", List),
        must("results[].id", IS_ID),
        must("results[].status", IS_STATUS),
        must("results[].title", Text),
        must("results[].spaceId", IS_ID),
        may("results[].parentId", IS_ID),
        may("results[].parentType", Text),
        may("results[].position", Integer),
        must("results[].authorId", Text),
        must("results[].createdAt", IS_MOMENT),
        must("results[].version.number", Whole),
    ];
    let whole = [
        &head[..],
        &[
            must("results[].body.storage.value", Text),
            may("_links.next", Text),
        ],
    ];
    vec![
        Probe::new(
            "pages",
            "all pages with their bodies, page by page, by a link",
            |wiki, facts| {
                Box::pin(async { first(wiki.pages(facts.get(SPACE_ID)?, Format::Storage)).await })
            },
            &whole.concat(),
        )
        .learns(PAGES, |answer| {
            let all = answer.get("results")?.as_array()?.iter();
            let ids: Vec<String> = all.filter_map(|p| text(p, "/id")).take(MOST).collect();
            (!ids.is_empty()).then(|| ids.join(","))
        }),
        Probe::new(
            "pages.archived",
            "archived pages are counted, and not copied",
            |wiki, facts| {
                Box::pin(async { first(wiki.page_heads(facts.get(SPACE_ID)?, "archived")).await })
            },
            &head,
        ),
        Probe::new(
            "page",
            "a page's newest version is read before it's written",
            |wiki, facts| {
                Box::pin(async { done(wiki.page(facts.get(PAGE)?, Format::Storage).await) })
            },
            &[
                must("id", IS_ID),
                must("status", IS_STATUS),
                must("title", Text),
                must("spaceId", IS_ID),
                must("version.number", Whole),
                may("version.message", Text),
                must("body.storage.value", Text),
                may("subtype", Text),
            ],
        )
        .learns(TITLE, |answer| text(answer, "/title")),
        Probe::new(
            "page.document",
            "live pages have their body as a document only",
            |wiki, facts| {
                Box::pin(async { done(wiki.page(facts.get(PAGE)?, Format::Document).await) })
            },
            &[must("id", IS_ID), may("body.atlas_doc_format.value", Text)],
        ),
        Probe::new(
            "page.whole",
            "a page with its labels and properties in one answer",
            |wiki, facts| {
                Box::pin(async { done(wiki.whole_page(facts.get(PAGE)?, Format::Storage).await) })
            },
            &[
                must("id", IS_ID),
                must("labels.results", List),
                must("properties.results", List),
                must("version.number", Whole),
            ],
        ),
        Probe::new(
            "page.by_title",
            "titles are unique in a space: so a page is found again",
            |wiki, facts| {
                Box::pin(async {
                    done(
                        wiki.find_page(facts.get(SPACE_ID)?, facts.get(TITLE)?)
                            .await,
                    )
                })
            },
            &[
                must("results", List),
                must("results[].id", IS_ID),
                must("results[].title", Text),
            ],
        ),
    ]
}

fn tree() -> Vec<Probe> {
    let child: [Field; 5] = [
        must("results", List),
        must("results[].id", IS_ID),
        must("results[].type", Text),
        must("results[].title", Text),
        may("results[].childPosition", Integer),
    ];
    let below = [
        &child[..],
        &[
            may("results[].parentId", IS_ID),
            must("results[].depth", Whole),
        ],
    ];
    vec![
        Probe::new(
            "page.children",
            "the order of siblings",
            |wiki, facts| Box::pin(async { first(wiki.children_of_page(facts.get(PAGE)?)).await }),
            &child,
        ),
        Probe::new(
            "page.descendants",
            "the tree from the top down, with its folders",
            |wiki, facts| Box::pin(async { first(wiki.descendants(facts.get(PAGE)?)).await }),
            &below.concat(),
        )
        .learns(FOLDER, |answer| first_of(answer, "folder")),
        Probe::new(
            "folder",
            "folders stand in the tree of pages",
            |wiki, facts| Box::pin(async { done(wiki.folder(facts.get(FOLDER)?).await) }),
            &[
                must("id", IS_ID),
                must("title", Text),
                may("parentId", IS_ID),
                may("parentType", Text),
                may("position", Integer),
            ],
        ),
        Probe::new(
            "folder.children",
            "what is in a folder",
            |wiki, facts| {
                Box::pin(async { first(wiki.children_of_folder(facts.get(FOLDER)?)).await })
            },
            &child,
        ),
    ]
}

fn blog_posts() -> Vec<Probe> {
    let head = [
        must("results", List),
        must("results[].id", IS_ID),
        must("results[].title", Text),
        must("results[].spaceId", IS_ID),
        must("results[].createdAt", IS_MOMENT),
        must("results[].version.number", Whole),
    ];
    vec![
        Probe::new(
            "blog_posts",
            "blog posts keep their date",
            |wiki, facts| {
                Box::pin(async {
                    first(wiki.blog_posts(facts.get(SPACE_ID)?, Format::Storage)).await
                })
            },
            &[&head[..], &[must("results[].body.storage.value", Text)]].concat(),
        )
        .learns(BLOG_POST, |answer| text(answer, "/results/0/id")),
        Probe::new(
            "blog_post",
            "its newest version",
            |wiki, facts| {
                Box::pin(async {
                    done(wiki.blog_post(facts.get(BLOG_POST)?, Format::Storage).await)
                })
            },
            &[
                must("id", IS_ID),
                must("title", Text),
                must("version.number", Whole),
                must("body", Object),
            ],
        ),
    ]
}
