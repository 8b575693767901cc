//! Labels.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::provider::atlassian::{Items, Result};
use crate::provider::confluence::client::Confluence;
use crate::provider::http::Repeat;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// `global`, `my`, `team`.
    pub prefix: String,
    pub name: String,
}

impl Confluence {
    pub fn page_labels(&self, page: &str) -> Items<Label> {
        self.list(self.v2(
            Method::GET,
            &["pages", page, "labels"],
            format!("list the labels of the page {page}"),
        ))
    }

    pub fn blog_post_labels(&self, post: &str) -> Items<Label> {
        self.list(self.v2(
            Method::GET,
            &["blogposts", post, "labels"],
            format!("list the labels of the blog post {post}"),
        ))
    }

    /// Adds labels to a page, blog post or attachment; those that it has stay. Idempotent.
    pub async fn add_labels(&self, content: &str, labels: &[Label]) -> Result<()> {
        if labels.is_empty() {
            return Ok(());
        }
        let request = self
            .v1(
                Method::POST,
                &["content", content, "label"],
                format!("add labels to {content}"),
            )
            .json(serde_json::to_value(labels).unwrap_or_default())
            .repeat(Repeat::Safe);
        self.done(&request).await
    }

    /// `false`: it was gone already.
    pub async fn remove_label(&self, content: &str, name: &str) -> Result<bool> {
        let request = self
            .v1(
                Method::DELETE,
                &["content", content, "label"],
                format!("remove a label from {content}"),
            )
            .query("name", name);
        self.site.remove(&request).await
    }
}
