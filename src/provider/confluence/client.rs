//! The client.

use reqwest::Method;
use serde::de::DeserializeOwned;

use crate::provider::atlassian::{Atlassian, Items, Result, by_link};
use crate::provider::http::Request;

pub(super) const SERVICE: &str = "Confluence";

/// The most that v2 gives in one page.
const PAGE: &str = "250";

/// So many at once where each comes with a body of up to 5 MB.
const BODIES: &str = "50";

/// A client of one site's Confluence. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Confluence {
    pub(super) site: Atlassian,
}

impl Confluence {
    pub fn new(site: Atlassian) -> Self {
        Confluence { site }
    }

    pub fn site(&self) -> &Atlassian {
        &self.site
    }

    pub(super) fn v2(&self, method: Method, rest: &[&str], what: impl Into<String>) -> Request {
        let segments = [&["wiki", "api", "v2"], rest].concat();
        self.site.request(SERVICE, method, &segments, what)
    }

    pub(super) fn v1(&self, method: Method, rest: &[&str], what: impl Into<String>) -> Request {
        let segments = [&["wiki", "rest", "api"], rest].concat();
        self.site.request(SERVICE, method, &segments, what)
    }

    /// All items of a list of v2.
    pub(super) fn list<T>(&self, request: Request) -> Items<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        by_link(self.site.clone(), request.query("limit", PAGE))
    }

    /// The same, of things that come with their bodies.
    pub(super) fn list_bodies<T>(&self, request: Request) -> Items<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        by_link(self.site.clone(), request.query("limit", BODIES))
    }

    pub(super) async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T> {
        self.site.fetch(request).await
    }

    pub(super) async fn done(&self, request: &Request) -> Result<()> {
        self.site.send(request).await.map(drop)
    }
}
