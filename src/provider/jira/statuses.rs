//! Statuses, priorities and resolutions.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub id: String,
    pub name: String,
    pub status_category: Option<StatusCategory>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StatusCategory {
    /// `new`, `indeterminate`, `done`, `undefined`.
    pub key: String,
    #[serde(default)]
    pub name: String,
}

/// The statuses of one type of issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueTypeStatuses {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub subtask: bool,
    pub statuses: Vec<Status>,
}

/// A priority or a resolution.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Jira {
    pub async fn project_statuses(&self, project: &str) -> Result<Vec<IssueTypeStatuses>> {
        let request = self.platform(
            Method::GET,
            &["project", project, "statuses"],
            format!("list the statuses of {project}"),
        );
        self.fetch(&request).await
    }

    pub fn priorities(&self) -> Items<Named> {
        let request = self.platform(Method::GET, &["priority", "search"], "list the priorities");
        self.list(request, "values", 50)
    }

    pub fn resolutions(&self) -> Items<Named> {
        let request = self.platform(
            Method::GET,
            &["resolution", "search"],
            "list the resolutions",
        );
        self.list(request, "values", 50)
    }
}
