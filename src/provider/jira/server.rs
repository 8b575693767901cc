//! What the server says of itself.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerInfo {
    /// Where its readers find it.
    pub base_url: String,
    /// `Cloud`; `Server` of one that somebody runs himself, which has another API.
    pub deployment_type: String,
    #[serde(default)]
    pub version: String,
}

impl Jira {
    /// Anybody may ask for it.
    pub async fn server_info(&self) -> Result<ServerInfo> {
        let request = self.platform(Method::GET, &["serverInfo"], "say what it is");
        self.fetch(&request).await
    }
}
