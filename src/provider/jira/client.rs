//! The client, and the limit of writes to one issue.

use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;

use crate::provider::atlassian::{Atlassian, Items, Result, by_offset};
use crate::provider::http::{Request, Rule, WriteKey};

pub(super) const SERVICE: &str = "Jira";

/// 20 writes in 2 s and 100 in 30 s to one issue (Atlassian's page on rate limiting, 2026). The
/// spans are a little longer here, because requests don't all take the same time on their way.
pub const ISSUE_WRITES: &[Rule] = &[
    Rule {
        writes: 20,
        span: Duration::from_millis(2100),
    },
    Rule {
        writes: 100,
        span: Duration::from_millis(30_500),
    },
];

/// A client of one site's Jira. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jira {
    pub(super) site: Atlassian,
}

impl Jira {
    pub fn new(site: Atlassian) -> Self {
        Jira { site }
    }

    pub fn site(&self) -> &Atlassian {
        &self.site
    }

    /// A request to the platform API.
    pub(super) fn platform(
        &self,
        method: Method,
        rest: &[&str],
        what: impl Into<String>,
    ) -> Request {
        let segments = [&["rest", "api", "3"], rest].concat();
        self.site.request(SERVICE, method, &segments, what)
    }

    /// A request to the agile API.
    pub(super) fn agile(&self, method: Method, rest: &[&str], what: impl Into<String>) -> Request {
        let segments = [&["rest", "agile", "1.0"], rest].concat();
        self.site.request(SERVICE, method, &segments, what)
    }

    /// A request below `/issue/{issue}` that changes the issue. For the limit of writes, always
    /// name an issue in the same way: by its id, or by its key.
    pub(super) fn issue_write(
        &self,
        method: Method,
        issue: &str,
        rest: &[&str],
        what: impl Into<String>,
    ) -> Request {
        let segments = [&["issue", issue], rest].concat();
        self.platform(method, &segments, what)
            .writing(self.write_key(issue))
    }

    pub(super) fn write_key(&self, issue: &str) -> WriteKey {
        WriteKey {
            key: format!("{issue} at {}", self.site.base_url()),
            rules: ISSUE_WRITES,
        }
    }

    /// All items of a list by offset.
    pub(super) fn list<T>(&self, request: Request, field: &'static str, size: u32) -> Items<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        by_offset(self.site.clone(), request, field, size)
    }

    pub(super) async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T> {
        self.site.fetch(request).await
    }

    pub(super) async fn done(&self, request: &Request) -> Result<()> {
        self.site.send(request).await.map(drop)
    }
}
