//! Who is told about an issue.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::provider::atlassian::Result;
use crate::provider::http::Repeat;
use crate::provider::jira::client::Jira;
use crate::provider::jira::users::User;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watchers {
    #[serde(default)]
    pub watch_count: u64,
    /// Empty where the account may not see them.
    #[serde(default)]
    pub watchers: Vec<User>,
}

impl Jira {
    pub async fn watchers(&self, issue: &str) -> Result<Watchers> {
        let request = self.platform(
            Method::GET,
            &["issue", issue, "watchers"],
            format!("list the watchers of {issue}"),
        );
        self.fetch(&request).await
    }

    /// Idempotent. Others than oneself need the right to manage watchers.
    pub async fn add_watcher(&self, issue: &str, account: &str) -> Result<()> {
        let request = self
            .issue_write(
                Method::POST,
                issue,
                &["watchers"],
                format!("add a watcher to {issue}"),
            )
            .json(json!(account))
            .repeat(Repeat::Safe);
        self.done(&request).await
    }

    pub async fn remove_watcher(&self, issue: &str, account: &str) -> Result<bool> {
        let request = self
            .issue_write(
                Method::DELETE,
                issue,
                &["watchers"],
                format!("remove a watcher from {issue}"),
            )
            .query("accountId", account);
        self.site.remove(&request).await
    }
}
