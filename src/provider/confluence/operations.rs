//! What the account may do in a space.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::Result;
use crate::provider::confluence::client::Confluence;

/// Such as `create` of a `page`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    pub operation: String,
    pub target_type: String,
}

#[derive(Deserialize)]
struct WithOperations {
    operations: Option<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    results: Vec<Operation>,
}

impl Confluence {
    /// The operations that the space with that id allows the account; the service gives 50 at
    /// most. `None` where it doesn't say.
    pub async fn space_operations(&self, id: &str) -> Result<Option<Vec<Operation>>> {
        let request = self
            .v2(
                Method::GET,
                &["spaces", id],
                "say what the account may do in the space",
            )
            .query("include-operations", "true");
        let space: WithOperations = self.fetch(&request).await?;
        Ok(space.operations.map(|listed| listed.results))
    }
}
