//! What can be given when an issue is created: the fields on the create screen of each type.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::provider::atlassian::Items;
use crate::provider::jira::client::Jira;
use crate::provider::jira::fields::FieldSchema;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateIssueType {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub subtask: bool,
    #[serde(default)]
    pub hierarchy_level: i32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateField {
    /// `summary`, or `customfield_10010`.
    pub field_id: String,
    pub name: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub has_default_value: bool,
    pub schema: Option<FieldSchema>,
    /// The values to choose from, where there are some.
    #[serde(default)]
    pub allowed_values: Vec<Value>,
    #[serde(default)]
    pub default_value: Value,
}

/// The most that the service gives in one page.
const PAGE: u32 = 200;

impl Jira {
    /// The types that can be created in the project.
    pub fn create_issue_types(&self, project: &str) -> Items<CreateIssueType> {
        let request = self.platform(
            Method::GET,
            &["issue", "createmeta", project, "issuetypes"],
            format!("list what can be created in {project}"),
        );
        self.list(request, "issueTypes", PAGE)
    }

    /// The fields of the create screen of that type.
    pub fn create_fields(&self, project: &str, issue_type: &str) -> Items<CreateField> {
        let request = self.platform(
            Method::GET,
            &["issue", "createmeta", project, "issuetypes", issue_type],
            format!("list the fields of the create screen in {project}"),
        );
        self.list(request, "fields", PAGE)
    }
}
