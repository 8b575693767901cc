//! The site's id in Atlassian's cloud, which some tools ask for.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::{Atlassian, Result};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tenant {
    cloud_id: Option<String>,
}

impl Atlassian {
    /// The site's cloud id; `None` where it doesn't say. The path is in Atlassian's own guides, but
    /// in none of its API documents.
    pub async fn cloud_id(&self) -> Result<Option<String>> {
        let request = self.request(
            "Atlassian",
            Method::GET,
            &["_edge", "tenant_info"],
            "show the site's id",
        );
        let tenant: Option<Tenant> = self.find(&request).await?;
        Ok(tenant.and_then(|tenant| tenant.cloud_id))
    }
}
