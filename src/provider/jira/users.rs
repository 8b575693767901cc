//! People: the account of the token, and those who can be assigned.

use futures_util::TryStreamExt;
use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;

/// An account. Its id is the same on every site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub account_id: String,
    #[serde(default)]
    pub display_name: String,
    /// Often hidden.
    pub email_address: Option<String>,
    #[serde(default)]
    pub active: bool,
    /// `atlassian`, `app`, `customer`.
    pub account_type: Option<String>,
    pub time_zone: Option<String>,
}

/// Ids in one request; more would make the address too long.
const IDS: usize = 50;

impl Jira {
    /// The account that the token belongs to.
    pub async fn myself(&self) -> Result<User> {
        let request = self.platform(Method::GET, &["myself"], "say whose token this is");
        self.fetch(&request).await
    }

    /// The account, or `None` where this site doesn't know it.
    pub async fn find_user(&self, account: &str) -> Result<Option<User>> {
        let request = self
            .platform(Method::GET, &["user"], "show an account")
            .query("accountId", account);
        self.site.find(&request).await
    }

    /// Those of `accounts` that this site knows.
    pub async fn users(&self, accounts: &[String]) -> Result<Vec<User>> {
        let mut found = Vec::new();
        for some in accounts.chunks(IDS) {
            let mut request = self.platform(Method::GET, &["user", "bulk"], "show accounts");
            for account in some {
                request = request.query("accountId", account);
            }
            let page: Items<User> = self.list(request, "values", IDS as u32);
            found.extend(page.try_collect::<Vec<_>>().await?);
        }
        Ok(found)
    }

    /// People whose name or e-mail address begins with `text`. Limited by a quota of its own.
    pub fn search_users(&self, text: &str) -> Items<User> {
        let request = self
            .platform(Method::GET, &["user", "search"], "search for people")
            .query("query", text);
        self.list(request, "values", 100)
    }

    /// People to whom issues of the project can be assigned.
    pub fn assignable_users(&self, project: &str) -> Items<User> {
        let request = self
            .platform(
                Method::GET,
                &["user", "assignable", "search"],
                format!("list who can be assigned in {project}"),
            )
            .query("project", project);
        self.list(request, "values", 100)
    }
}
