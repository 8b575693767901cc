//! Searching by CQL. The index lags behind by some seconds: what was just created may be missing.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::provider::atlassian::{Items, Result, by_link};
use crate::provider::confluence::client::Confluence;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    #[serde(default)]
    pub title: String,
    /// `content`, `space`, `user`, …
    pub entity_type: Option<String>,
    /// Its id, type and title, where it's a page or the like.
    pub content: Option<Value>,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Confluence {
    pub fn search(&self, cql: &str) -> Items<Found> {
        let request = self
            .v1(Method::GET, &["search"], "search")
            .query("cql", cql)
            .query("limit", "100")
            .query("excerpt", "none");
        by_link(self.site.clone(), request)
    }

    /// How many a search would find.
    pub async fn count(&self, cql: &str) -> Result<u64> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Page {
            total_size: u64,
        }
        let request = self
            .v1(Method::GET, &["search"], "count pages")
            .query("cql", cql)
            .query("limit", "1")
            .query("excerpt", "none");
        Ok(self.site.fetch::<Page>(&request).await?.total_size)
    }
}
