//! Comments of an issue.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;
use crate::provider::jira::properties::Property;
use crate::provider::jira::users::User;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    pub id: String,
    pub author: Option<User>,
    /// An Atlassian document.
    #[serde(default)]
    pub body: Value,
    #[serde(default)]
    pub created: String,
    #[serde(default)]
    pub updated: String,
    #[serde(default)]
    pub properties: Vec<Property>,
    /// The group or role that sees it; everybody where it's `None`.
    pub visibility: Option<Value>,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The author is whose token it is, and the date is now: Jira takes neither from a token.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NewComment {
    /// An Atlassian document.
    pub body: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Value>,
    /// Written together with the comment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

impl Jira {
    /// The oldest first.
    pub fn comments(&self, issue: &str) -> Items<Comment> {
        // The document names only `renderedBody` for `expand`; properties come with it all the
        // same, so it's said to work for them too. Not verified.
        let request = self
            .platform(
                Method::GET,
                &["issue", issue, "comment"],
                format!("list the comments of {issue}"),
            )
            .query("orderBy", "created")
            .query("expand", "properties");
        self.list(request, "comments", 100)
    }

    /// Not idempotent. After an ambiguous failure, look for the property (or the same body) in
    /// [`Jira::comments`]. The author becomes a watcher of the issue.
    pub async fn add_comment(&self, issue: &str, new: &NewComment) -> Result<Comment> {
        let request = self
            .issue_write(
                Method::POST,
                issue,
                &["comment"],
                format!("add a comment to {issue}"),
            )
            .json(serde_json::to_value(new).unwrap_or_default());
        self.fetch(&request).await
    }

    /// Sets a comment's text, without mail. Idempotent.
    pub async fn edit_comment(&self, issue: &str, comment: &str, body: &Value) -> Result<()> {
        let request = self
            .issue_write(
                Method::PUT,
                issue,
                &["comment", comment],
                format!("change a comment of {issue}"),
            )
            .query("notifyUsers", "false")
            .json(json!({ "body": body }));
        self.done(&request).await
    }

    /// `false`: it was gone already.
    pub async fn delete_comment(&self, issue: &str, comment: &str) -> Result<bool> {
        let request = self.issue_write(
            Method::DELETE,
            issue,
            &["comment", comment],
            format!("delete a comment of {issue}"),
        );
        self.site.remove(&request).await
    }
}
