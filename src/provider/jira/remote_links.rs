//! Links from an issue to something elsewhere: a page, another site.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::provider::atlassian::Result;
use crate::provider::http::Repeat;
use crate::provider::jira::client::Jira;

/// A remote link, as it is read and written back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteLink {
    /// Not written.
    #[serde(default, skip_serializing)]
    pub id: Option<i64>,
    /// What it is, in the words of its system. There is at most one link of a global id on an
    /// issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Value>,
    /// `url`, `title`, `summary`, `icon`, `status`, and what else there is.
    pub object: Map<String, Value>,
}

impl Jira {
    pub async fn remote_links(&self, issue: &str) -> Result<Vec<RemoteLink>> {
        let request = self.platform(
            Method::GET,
            &["issue", issue, "remotelink"],
            format!("list the remote links of {issue}"),
        );
        self.fetch(&request).await
    }

    /// Writes a remote link. Idempotent where it has a global id: the link of that id is
    /// replaced. Without one it isn't, and after an ambiguous failure its URL is to be looked for
    /// in [`Jira::remote_links`].
    pub async fn put_remote_link(&self, issue: &str, link: &RemoteLink) -> Result<()> {
        let repeat = match link.global_id {
            Some(_) => Repeat::Safe,
            None => Repeat::Harmful,
        };
        let request = self
            .issue_write(
                Method::POST,
                issue,
                &["remotelink"],
                format!("add a remote link to {issue}"),
            )
            .json(serde_json::to_value(link).unwrap_or_default())
            .repeat(repeat);
        self.done(&request).await
    }
}
