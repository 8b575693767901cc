//! The shape of a board's seeds.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::yaml::{self, Item};
use crate::error::Result;

/// Everything that a board begins with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BoardSeeds {
    pub components: Vec<Item<Component>>,
    pub versions: Vec<Item<Version>>,
    pub sprints: Vec<Item<Sprint>>,
    /// In the files' order, which is the order of the board.
    pub issues: Vec<Item<Issue>>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Such as 2026-01-31.
    pub start: Option<String>,
    pub release: Option<String>,
    #[serde(default)]
    pub released: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SprintState {
    #[default]
    Future,
    Active,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sprint {
    /// At most 30 characters.
    pub name: String,
    #[serde(default)]
    pub goal: String,
    #[serde(default)]
    pub state: SprintState,
    /// Such as 2026-01-31; needed unless it's a future one.
    pub start: Option<String>,
    pub end: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// Its name among the seeds.
    pub id: String,
    /// `Epic`, `Story`, `Task`, `Bug`, `Subtask`, as the project calls them.
    #[serde(rename = "type")]
    pub kind: String,
    pub summary: String,
    /// [`markup`](super::markup).
    #[serde(default)]
    pub text: String,
    /// The id of the issue above.
    pub parent: Option<String>,
    /// The first one where it's left out.
    pub status: Option<String>,
    pub priority: Option<String>,
    #[serde(default)]
    pub labels: Vec<String>,
    #[serde(default)]
    pub components: Vec<String>,
    #[serde(default)]
    pub versions: Vec<String>,
    pub sprint: Option<String>,
    /// Story points.
    pub points: Option<f64>,
    /// Such as 2026-01-31.
    pub due: Option<String>,
    /// Such as `2d 4h`.
    pub estimate: Option<String>,
    #[serde(default)]
    pub links: Vec<Link>,
    /// Titles of pages that it links to.
    #[serde(default)]
    pub pages: Vec<String>,
    /// Markup, the oldest first.
    #[serde(default)]
    pub comments: Vec<String>,
    /// Names of files in `seeds/board/files/`.
    #[serde(default)]
    pub files: Vec<String>,
    #[serde(default)]
    pub work: Vec<Work>,
}

/// A link to another issue, such as "blocks".
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The type's name, such as `Blocks`.
    #[serde(rename = "type")]
    pub kind: String,
    pub to: String,
}

/// Time that was spent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Such as 2026-01-31T09:30:00-03:00.
    pub started: String,
    pub minutes: u64,
    #[serde(default)]
    pub text: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    components: Vec<Spanned<Component>>,
    versions: Vec<Spanned<Version>>,
    sprints: Vec<Spanned<Sprint>>,
    issues: Vec<Spanned<Issue>>,
}

impl BoardSeeds {
    /// Adds what the text of one more file holds; `path` is for messages.
    pub fn add(&mut self, path: &Path, text: &str) -> Result<()> {
        let file: File = yaml::parse(path, text)?;
        self.components.extend(Item::all(path, file.components));
        self.versions.extend(Item::all(path, file.versions));
        self.sprints.extend(Item::all(path, file.sprints));
        self.issues.extend(Item::all(path, file.issues));
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.issues.is_empty()
            && self.components.is_empty()
            && self.versions.is_empty()
            && self.sprints.is_empty()
    }
}

impl Issue {
    /// All texts that may hold symbols.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let work = self.work.iter().map(|work| work.text.as_str());
        let comments = self.comments.iter().map(String::as_str);
        std::iter::once(self.text.as_str())
            .chain(comments)
            .chain(work)
    }
}
