//! Is the copy what it should be? What is in the target is read again: every link, embed and
//! attachment has to lead to something in the target, and nothing may name the source.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::TryStreamExt;
use serde_json::Value;

use super::inventory::{Inventory, Kind};
use super::links::{self, Link};
use super::second::{Item, LEFT, Second};
use crate::domain::reference::{Leftover, Reason, Residue, Rewriter};
use crate::domain::report_confluence::Broken;
use crate::error::Result;
use crate::provider::confluence::{Attachment, Body, Confluence, Format};

/// Leftovers that a report lists.
const LISTED: usize = 500;

#[derive(Default)]
pub struct Verified {
    /// Blog posts of the source and of the target.
    pub posts: (u64, u64),
    pub followed: u64,
    pub broken: Vec<Broken>,
    pub left: Vec<Leftover>,
    pub unlisted: u64,
}

/// What there is, on each side.
struct Verifier<'a> {
    second: &'a Second<'a>,
    /// Knows the comments, too.
    rewriter: &'a Rewriter,
    /// Titles of pages and blog posts in the source.
    old_titles: BTreeSet<String>,
    /// In the target, by title: whether it's a blog post, and its id.
    titles: BTreeMap<String, (bool, String)>,
    ids: BTreeSet<String>,
    /// The source's content by the target's id.
    originals: HashMap<String, String>,
    /// Names of what is attached, by the target's id.
    attached: HashMap<String, BTreeSet<String>>,
    found: Verified,
}

pub async fn verify(
    second: &Second<'_>,
    rewriter: &Rewriter,
    items: &[Item],
    source: &Inventory,
    target: &Inventory,
) -> Result<Verified> {
    let pages = |inventory: &Inventory| -> Vec<(String, String)> {
        let nodes = inventory.nodes().filter(|node| node.kind == Kind::Page);
        nodes.map(|n| (n.title.clone(), n.id.clone())).collect()
    };
    let mut verifier = Verifier {
        second,
        rewriter,
        old_titles: pages(source).into_iter().map(|(title, _)| title).collect(),
        titles: BTreeMap::new(),
        ids: target.nodes().map(|node| node.id.clone()).collect(),
        originals: HashMap::new(),
        attached: HashMap::new(),
        found: Verified::default(),
    };
    for (title, id) in pages(target) {
        verifier.titles.insert(title, (false, id));
    }
    for item in items {
        let (target, src) = (item.target.clone(), item.src.clone());
        verifier.originals.insert(target, src);
    }
    verifier.posts().await?;
    verifier.bodies().await?;
    verifier.names(target).await?;
    verifier.noted();
    Ok(verifier.found)
}

impl Verifier<'_> {
    async fn posts(&mut self) -> Result<()> {
        let ends = self.second.ends;
        let mut posts = ends.source.blog_post_heads(&ends.from.id);
        while let Some(post) = posts.try_next().await? {
            self.found.posts.0 += 1;
            self.old_titles.insert(post.title);
        }
        let mut posts = ends.target.blog_post_heads(&ends.to.id);
        while let Some(post) = posts.try_next().await? {
            self.found.posts.1 += 1;
            self.ids.insert(post.id.clone());
            self.titles.entry(post.title).or_insert((true, post.id));
        }
        Ok(())
    }

    async fn bodies(&mut self) -> Result<()> {
        let ends = self.second.ends;
        let mut pages = ends.target.pages(&ends.to.id, Format::Storage);
        while let Some(page) = pages.try_next().await? {
            ends.ctx.check_cancelled()?;
            let body = match page.body.text(Format::Storage) {
                Some(_) => page.body,
                None => {
                    let document = ends.target.page(&page.id, Format::Document).await?;
                    document.map(|page| page.body).unwrap_or_default()
                }
            };
            self.content(false, &page.id, &page.title, &body).await?;
        }
        let mut posts = ends.target.blog_posts(&ends.to.id, Format::Storage);
        while let Some(post) = posts.try_next().await? {
            self.content(true, &post.id, &post.title, &post.body)
                .await?;
        }
        Ok(())
    }

    async fn content(&mut self, is_post: bool, id: &str, title: &str, body: &Body) -> Result<()> {
        let place = match is_post {
            true => format!("blog post \"{title}\""),
            false => format!("page \"{title}\""),
        };
        let rewriter = self.rewriter;
        self.residues(&format!("title of the {place}"), rewriter.residues(title));
        if let Some(storage) = body.text(Format::Storage) {
            self.residues(&place, rewriter.residues_storage(storage));
            for link in links::of(storage, &self.second.ends.to.key) {
                self.follow(&place, is_post, id, link).await?;
            }
        } else if let Some(document) = body.text(Format::Document) {
            let document: Value = serde_json::from_str(document).unwrap_or_default();
            self.residues(&place, rewriter.residues_adf(&document));
        }
        Ok(())
    }

    async fn follow(&mut self, place: &str, is_post: bool, id: &str, link: Link) -> Result<()> {
        match link {
            Link::Titled { space, title } => {
                if !self.is_here(space.as_deref()) {
                    return Ok(());
                }
                let there = self.titles.contains_key(&title);
                let in_source = !self.old_titles.contains(&title);
                self.note(place, there, format!("\"{title}\""), in_source);
            }
            Link::Numbered { id, here } => {
                let there = self.ids.contains(&id);
                if there || here {
                    self.note(place, there, format!("content {id}"), false);
                }
            }
            Link::Attached { name, on } => {
                let holder = match on {
                    None => Some((is_post, id.to_owned())),
                    Some((space, title)) if self.is_here(space.as_deref()) => {
                        self.titles.get(&title).cloned()
                    }
                    Some(_) => return Ok(()),
                };
                let (there, in_source) = match holder {
                    None => (false, false),
                    Some((is_post, id)) => self.is_attached(is_post, &id, &name).await?,
                };
                self.note(place, there, format!("attachment \"{name}\""), in_source);
            }
        }
        Ok(())
    }

    /// Whether a link to a space with this key stays in the target.
    fn is_here(&self, space: Option<&str>) -> bool {
        space.is_none_or(|key| key == self.second.ends.to.key)
    }

    fn note(&mut self, place: &str, there: bool, to: String, in_source: bool) {
        match there {
            true => self.found.followed += 1,
            false => self.found.broken.push(Broken {
                place: place.to_owned(),
                to,
                in_source,
            }),
        }
    }

    /// Whether something with this name is attached in the target, and whether it's missing in the
    /// source as well.
    async fn is_attached(&mut self, is_post: bool, id: &str, name: &str) -> Result<(bool, bool)> {
        let ends = self.second.ends;
        if !self.attached.contains_key(id) {
            let names = names(&ends.target, is_post, id).await?;
            self.attached.insert(id.to_owned(), names);
        }
        if self.attached.get(id).is_some_and(|all| all.contains(name)) {
            return Ok((true, false));
        }
        let Some(src) = self.originals.get(id) else {
            return Ok((false, false));
        };
        let old = names(&ends.source, is_post, src).await?;
        Ok((false, !old.contains(name)))
    }

    fn residues(&mut self, place: &str, residues: Vec<Residue>) {
        for residue in residues {
            self.left(Leftover {
                place: place.to_owned(),
                row: None,
                names: residue.names,
                reason: residue.reason,
            });
        }
    }

    fn left(&mut self, leftover: Leftover) {
        match self.found.left.len() < LISTED {
            true => self.found.left.push(leftover),
            false => self.found.unlisted += 1,
        }
    }

    /// Folders, whose titles no call changes, and the space itself.
    async fn names(&mut self, target: &Inventory) -> Result<()> {
        let rewriter = self.rewriter;
        for node in target.nodes().filter(|node| node.kind == Kind::Folder) {
            let mut residues = rewriter.residues(&node.title);
            for residue in &mut residues {
                residue.reason = Reason::Refused("no call of the API renames it".into());
            }
            let place = format!("title of the folder \"{}\"", node.title);
            self.residues(&place, residues);
        }
        let ends = self.second.ends;
        let Some(space) = ends.target.find_space(&ends.to.key).await? else {
            return Ok(());
        };
        let description = space.description.pointer("/plain/value");
        let description = description.and_then(Value::as_str).unwrap_or_default();
        self.residues("name of the space", rewriter.residues(&space.name));
        self.residues("description of the space", rewriter.residues(description));
        Ok(())
    }

    /// What was seen in comments when they were written.
    fn noted(&mut self) {
        for (_, text) in self.second.known.notes(LEFT) {
            if let Ok(leftover) = serde_json::from_str(&text) {
                self.left(leftover);
            }
        }
    }
}

async fn names(client: &Confluence, is_post: bool, id: &str) -> Result<BTreeSet<String>> {
    let listed = match is_post {
        true => client.blog_post_attachments(id),
        false => client.page_attachments(id),
    };
    let all: Vec<Attachment> = listed.try_collect().await?;
    Ok(all.into_iter().map(|one| one.title).collect())
}
