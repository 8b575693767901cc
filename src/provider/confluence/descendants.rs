//! What stands below a page or a folder: pages, folders, whiteboards, databases.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::Items;
use crate::provider::confluence::client::Confluence;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Child {
    pub id: String,
    /// `page`, `folder`, `whiteboard`, `database`, `embed`.
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub title: String,
    pub parent_id: Option<String>,
    pub child_position: Option<i64>,
    /// Below what was asked for, from 1; only where all levels were asked for.
    #[serde(default)]
    pub depth: u32,
}

/// How deep [`Confluence::descendants`] goes.
pub const DEEPEST: u32 = 10;

impl Confluence {
    /// All that stands below a page, down to [`DEEPEST`] levels, from the top down.
    pub fn descendants(&self, page: &str) -> Items<Child> {
        let request = self
            .v2(
                Method::GET,
                &["pages", page, "descendants"],
                format!("list what is below the page {page}"),
            )
            .query("depth", DEEPEST.to_string());
        self.list(request)
    }

    pub fn children_of_page(&self, id: &str) -> Items<Child> {
        self.list(self.v2(
            Method::GET,
            &["pages", id, "direct-children"],
            format!("list what is below the page {id}"),
        ))
    }

    pub fn children_of_folder(&self, id: &str) -> Items<Child> {
        self.list(self.v2(
            Method::GET,
            &["folders", id, "direct-children"],
            format!("list what is in the folder {id}"),
        ))
    }
}
