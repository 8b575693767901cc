//! What the account may do.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;

#[derive(Deserialize)]
struct Permissions {
    permissions: BTreeMap<String, One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    have_permission: bool,
}

impl Jira {
    /// Which of `wanted` (`BROWSE_PROJECTS`, `ADMINISTER`, …) the account lacks in a project. What
    /// the answer doesn't name counts as lacking. A permission that the site doesn't know makes it
    /// refuse (400).
    pub async fn lacking_permissions(&self, project: &str, wanted: &[&str]) -> Result<Vec<String>> {
        let request = self
            .platform(
                Method::GET,
                &["mypermissions"],
                format!("say what the account may do in {project}"),
            )
            .query("projectKey", project)
            .query("permissions", wanted.join(","));
        let found: Permissions = self.fetch(&request).await?;
        let lacks = |key: &&&str| {
            let one = found.permissions.get(**key);
            !one.is_some_and(|one| one.have_permission)
        };
        let lacking = wanted.iter().filter(lacks);
        Ok(lacking.map(|key| (*key).to_owned()).collect())
    }
}
