//! People, as Confluence knows them.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::provider::atlassian::Result;
use crate::provider::confluence::client::Confluence;
use crate::provider::http::Repeat;

/// An account. Its id is the same on every site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub account_id: String,
    #[serde(default)]
    pub display_name: Option<String>,
    /// Often hidden.
    #[serde(default)]
    pub email: Option<String>,
}

/// Ids in one request.
const IDS: usize = 100;

impl Confluence {
    /// The account that the token belongs to.
    pub async fn myself(&self) -> Result<User> {
        let request = self.v1(Method::GET, &["user", "current"], "say whose token this is");
        self.fetch(&request).await
    }

    /// Those of `accounts` that this site knows.
    pub async fn users(&self, accounts: &[String]) -> Result<Vec<User>> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(default)]
            results: Vec<User>,
        }
        let mut found = Vec::new();
        for some in accounts.chunks(IDS) {
            let request = self
                .v2(Method::POST, &["users-bulk"], "show accounts")
                .json(json!({ "accountIds": some }))
                .repeat(Repeat::Safe);
            found.extend(self.fetch::<Page>(&request).await?.results);
        }
        Ok(found)
    }
}
