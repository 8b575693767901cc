//! Links between issues.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LinkType {
    pub id: String,
    pub name: String,
    /// Such as "is blocked by".
    #[serde(default)]
    pub inward: String,
    /// Such as "blocks".
    #[serde(default)]
    pub outward: String,
}

/// A link to make, by keys.
///
/// Jira's own names are kept: of "A blocks B", A is the inward issue and B the outward one. On A
/// the link then shows B as `outwardIssue`, on B it shows A as `inwardIssue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// The type's name, such as "Blocks".
    pub type_name: String,
    pub inward: String,
    pub outward: String,
}

impl Jira {
    pub async fn link_types(&self) -> Result<Vec<LinkType>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Types {
            #[serde(default)]
            issue_link_types: Vec<LinkType>,
        }
        let request = self.platform(Method::GET, &["issueLinkType"], "list the types of links");
        Ok(self.fetch::<Types>(&request).await?.issue_link_types)
    }

    /// Links two issues. The answer doesn't say the link's id.
    ///
    /// Not idempotent: Jira makes a second link in silence. After an ambiguous failure, look at
    /// the `issuelinks` field of one of the issues. It counts as a write to both.
    pub async fn create_link(&self, new: &NewLink) -> Result<()> {
        let request = self
            .platform(
                Method::POST,
                &["issueLink"],
                format!("link {} and {}", new.inward, new.outward),
            )
            .json(json!({
                "type": { "name": new.type_name },
                "inwardIssue": { "key": new.inward },
                "outwardIssue": { "key": new.outward },
            }))
            .writing(self.write_key(&new.inward))
            .writing(self.write_key(&new.outward));
        self.done(&request).await
    }

    /// `false`: it was gone already.
    pub async fn delete_link(&self, id: &str) -> Result<bool> {
        let request = self.platform(
            Method::DELETE,
            &["issueLink", id],
            format!("delete the link {id}"),
        );
        self.site.remove(&request).await
    }
}
