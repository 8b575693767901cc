//! Versions of a project.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::provider::atlassian::{Items, Result};
use crate::provider::http::Repeat;
use crate::provider::jira::client::Jira;

/// A version, as it is read and as it is created (then without an id, and with `project_id`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// At most 255 characters.
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub released: bool,
    /// Such as 2026-03-31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Jira {
    /// In the order in which the project shows them.
    pub fn versions(&self, project: &str) -> Items<Version> {
        let request = self
            .platform(
                Method::GET,
                &["project", project, "version"],
                format!("list the versions of {project}"),
            )
            .query("orderBy", "sequence");
        self.list(request, "values", 50)
    }

    /// Not idempotent, but a name is taken once only in a project (400 the second time): after an
    /// ambiguous failure, look for the name in [`Jira::versions`].
    pub async fn create_version(&self, new: &Version) -> Result<Version> {
        let request = self
            .platform(
                Method::POST,
                &["version"],
                format!("create the version \"{}\"", new.name),
            )
            .json(serde_json::to_value(new).unwrap_or_default());
        self.fetch(&request).await
    }

    /// Deletes a version; issues that had it have none in its place. `false`: it was gone already.
    pub async fn delete_version(&self, id: &str) -> Result<bool> {
        let request = self
            .platform(
                Method::POST,
                &["version", id, "removeAndSwap"],
                format!("delete the version {id}"),
            )
            .json(serde_json::json!({}))
            .repeat(Repeat::Safe);
        self.site.remove(&request).await
    }

    /// Writes the version back, with what isn't known here. Idempotent.
    pub async fn update_version(&self, version: &Version) -> Result<Version> {
        let request = self
            .platform(
                Method::PUT,
                &["version", &version.id],
                format!("change the version \"{}\"", version.name),
            )
            .json(serde_json::to_value(version).unwrap_or_default());
        self.fetch(&request).await
    }
}
