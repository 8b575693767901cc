//! The shape of a space's seeds.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::yaml::{self, Item};
use crate::error::Result;

/// Everything that a space begins with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpaceSeeds {
    /// Pages and folders, in the files' order, which is the order among siblings.
    pub pages: Vec<Item<Page>>,
    pub posts: Vec<Item<Post>>,
}

/// A page or a folder.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Page {
    /// Unique in the space: its name among the seeds, too.
    pub title: String,
    /// The title of the page or folder above; below the homepage where it's left out.
    pub parent: Option<String>,
    /// A folder has no body.
    pub folder: bool,
    /// The space's homepage, which is there already and gets this body.
    pub home: bool,
    /// Storage format.
    pub body: String,
    pub labels: Vec<String>,
    /// Names of files in `seeds/space/files/`.
    pub files: Vec<String>,
    pub comments: Vec<Comment>,
    pub restrict: Vec<Operation>,
}

/// What only the account itself may do with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    Read,
    Update,
}

impl Operation {
    pub fn word(self) -> &'static str {
        match self {
            Operation::Read => "read",
            Operation::Update => "update",
        }
    }
}

/// A comment below a page, or beside words of it.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Comment {
    /// Storage format.
    pub body: String,
    /// Words of the page that it stands beside; they're in its body once.
    pub beside: Option<String>,
    /// Storage format, the oldest first.
    pub replies: Vec<String>,
}

/// A blog post.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Post {
    pub title: String,
    /// When it was written, such as 2026-01-31T09:30:00-03:00.
    pub created: Option<String>,
    /// Storage format.
    pub body: String,
    pub labels: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    pages: Vec<Spanned<Page>>,
    posts: Vec<Spanned<Post>>,
}

impl SpaceSeeds {
    /// Adds what the text of one more file holds; `path` is for messages.
    pub fn add(&mut self, path: &Path, text: &str) -> Result<()> {
        let file: File = yaml::parse(path, text)?;
        self.pages.extend(Item::all(path, file.pages));
        self.posts.extend(Item::all(path, file.posts));
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.posts.is_empty()
    }

    /// Pages without folders.
    pub fn count(&self) -> usize {
        self.pages.iter().filter(|page| !page.value.folder).count()
    }
}

impl Page {
    /// All texts that may hold symbols.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let comments = self.comments.iter().flat_map(|comment| {
            std::iter::once(comment.body.as_str()).chain(comment.replies.iter().map(String::as_str))
        });
        std::iter::once(self.body.as_str()).chain(comments)
    }
}
