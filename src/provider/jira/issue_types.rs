//! Types of issues, and on which level of the hierarchy they stand.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueType {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub subtask: bool,
    /// 1 epic, 0 story and the like, -1 subtask; a site may have levels above 1.
    #[serde(default)]
    pub hierarchy_level: i32,
}

impl Jira {
    /// The types that the project has, by its id (not its key).
    pub async fn project_issue_types(&self, project_id: &str) -> Result<Vec<IssueType>> {
        let request = self
            .platform(
                Method::GET,
                &["issuetype", "project"],
                "list the issue types of a project",
            )
            .query("projectId", project_id);
        self.fetch(&request).await
    }

    /// All types that the account sees.
    pub async fn issue_types(&self) -> Result<Vec<IssueType>> {
        let request = self.platform(Method::GET, &["issuetype"], "list the issue types");
        self.fetch(&request).await
    }
}
