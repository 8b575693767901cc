//! Time that was spent on an issue.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;
use crate::provider::jira::properties::Property;
use crate::provider::jira::users::User;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worklog {
    pub id: String,
    pub author: Option<User>,
    /// An Atlassian document.
    #[serde(default)]
    pub comment: Value,
    /// Such as 2026-01-31T09:30:00.000+0000.
    #[serde(default)]
    pub started: String,
    #[serde(default)]
    pub time_spent_seconds: u64,
    #[serde(default)]
    pub properties: Vec<Property>,
    pub visibility: Option<Value>,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The author is whose token it is; when it was started can be said.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWorklog {
    /// An Atlassian document; none where it's null.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub comment: Value,
    pub started: String,
    /// At least 60.
    pub time_spent_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Value>,
    /// Written together with the worklog.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

impl Jira {
    pub fn worklogs(&self, issue: &str) -> Items<Worklog> {
        let request = self
            .platform(
                Method::GET,
                &["issue", issue, "worklog"],
                format!("list the worklogs of {issue}"),
            )
            .query("expand", "properties");
        self.list(request, "worklogs", 1000)
    }

    /// Without mail; the issue's estimate stays.
    ///
    /// Not idempotent. After an ambiguous failure, look for the property in [`Jira::worklogs`].
    pub async fn add_worklog(&self, issue: &str, new: &NewWorklog) -> Result<Worklog> {
        let request = self
            .issue_write(
                Method::POST,
                issue,
                &["worklog"],
                format!("add a worklog to {issue}"),
            )
            .query("notifyUsers", "false")
            .query("adjustEstimate", "leave")
            .json(serde_json::to_value(new).unwrap_or_default());
        self.fetch(&request).await
    }

    /// Sets a worklog's text, without mail. Idempotent.
    pub async fn edit_worklog(&self, issue: &str, worklog: &str, comment: &Value) -> Result<()> {
        let request = self
            .issue_write(
                Method::PUT,
                issue,
                &["worklog", worklog],
                format!("change a worklog of {issue}"),
            )
            .query("notifyUsers", "false")
            .query("adjustEstimate", "leave")
            .json(json!({ "comment": comment }));
        self.done(&request).await
    }
}
