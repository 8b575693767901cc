//! Pages, folders and blog posts as something to create: how, and how to find what an earlier try
//! made.

use async_trait::async_trait;
use futures_util::TryStreamExt;

use super::ends::Ends;
use super::known::Known;
use super::marker;
use super::once::Creation;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::provider::atlassian;
use crate::provider::confluence::{NewBlogPost, NewFolder, NewPage, Owner};

/// The kinds in the journal.
pub const PAGE: &str = "page";
pub const FOLDER: &str = "folder";
pub const BLOG_POST: &str = "blogpost";

/// Whether something of the target that has the right title is the copy of `src`: it bears the
/// marker, or none yet and nothing else became it.
async fn is_copy(
    ends: &Ends<'_>,
    known: &Known,
    kind: &str,
    owner: Owner<'_>,
    id: &str,
    src: &str,
) -> Result<bool> {
    if known.is_taken(kind, id) {
        return Ok(false);
    }
    let found = ends.target.property(owner, marker::KEY).await?;
    Ok(found.is_none_or(|p| marker::is_of(&p.value, ends.instance, src)))
}

pub struct PageCopy<'a> {
    pub ends: &'a Ends<'a>,
    pub known: &'a Known,
    pub src: &'a str,
    pub new: NewPage,
}

#[async_trait]
impl Creation for PageCopy<'_> {
    async fn find(&self) -> Result<Option<String>> {
        let target = &self.ends.target;
        let Some(page) = target.find_page(&self.ends.to.id, &self.new.title).await? else {
            return Ok(None);
        };
        let (id, owner) = (&page.id, Owner::Page(&page.id));
        if is_copy(self.ends, self.known, PAGE, owner, id, self.src).await? {
            return Ok(Some(page.id));
        }
        Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "The space {} has another page called \"{}\" already.",
                self.ends.to.key, self.new.title
            ),
        )
        .hint("Rename that page, then resume the job."))
    }

    async fn create(&self) -> atlassian::Result<String> {
        self.ends.target.create_page(&self.new).await.map(|p| p.id)
    }
}

pub struct FolderCopy<'a> {
    pub ends: &'a Ends<'a>,
    pub known: &'a Known,
    pub src: &'a str,
    pub new: NewFolder,
    /// What it's in is itself a folder.
    pub in_folder: bool,
}

#[async_trait]
impl Creation for FolderCopy<'_> {
    async fn find(&self) -> Result<Option<String>> {
        let parent = self.new.parent_id.as_ref();
        let Some(parent) = parent.or(self.ends.to.homepage_id.as_ref()) else {
            return Ok(None);
        };
        let mut children = match self.in_folder {
            true => self.ends.target.children_of_folder(parent),
            false => self.ends.target.children_of_page(parent),
        };
        while let Some(child) = children.try_next().await? {
            let (id, owner) = (&child.id, Owner::Folder(&child.id));
            if child.kind == "folder"
                && child.title == self.new.title
                && is_copy(self.ends, self.known, FOLDER, owner, id, self.src).await?
            {
                return Ok(Some(child.id));
            }
        }
        Ok(None)
    }

    async fn create(&self) -> atlassian::Result<String> {
        let made = self.ends.target.create_folder(&self.new).await;
        made.map(|folder| folder.id)
    }
}

pub struct PostCopy<'a> {
    pub ends: &'a Ends<'a>,
    pub known: &'a Known,
    pub src: &'a str,
    pub new: NewBlogPost,
}

#[async_trait]
impl Creation for PostCopy<'_> {
    async fn find(&self) -> Result<Option<String>> {
        let target = &self.ends.target;
        let day = |date: &str| date.get(..10).map(str::to_owned);
        let wanted = self.new.created_at.as_deref().and_then(day);
        let mut posts = target.find_blog_posts(&self.ends.to.id, &self.new.title);
        while let Some(post) = posts.try_next().await? {
            let (id, owner) = (&post.id, Owner::BlogPost(&post.id));
            if post.title == self.new.title
                && (wanted.is_none() || day(&post.created_at) == wanted)
                && is_copy(self.ends, self.known, BLOG_POST, owner, id, self.src).await?
            {
                return Ok(Some(post.id));
            }
        }
        Ok(None)
    }

    async fn create(&self) -> atlassian::Result<String> {
        let made = self.ends.target.create_blog_post(&self.new).await;
        made.map(|post| post.id)
    }
}
