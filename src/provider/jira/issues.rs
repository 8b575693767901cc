//! Issues: reading many, changing one, deleting.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::atlassian::Result;
use crate::provider::http::Repeat;
use crate::provider::jira::client::Jira;
use crate::provider::jira::issue::Issue;

/// The most issues that are fetched at once.
const MOST: usize = 100;

/// What to fetch of issues.
#[derive(Debug, Clone, Default)]
pub struct Fetch {
    /// `*all`, `summary`, `-comment`, …; the navigable ones where it's empty.
    pub fields: Vec<String>,
    /// Keys of properties to give along, at most 5.
    pub properties: Vec<String>,
}

/// What a fetch brought.
#[derive(Debug, Clone, Default)]
pub struct Fetched {
    /// In the order of their ids.
    pub issues: Vec<Issue>,
    /// Ids with the reason why they could not be given. Issues that don't exist, or that the
    /// account may not see, are neither here nor there.
    pub failed: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    issues: Vec<Issue>,
    #[serde(default)]
    issue_errors: Vec<OneError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneError {
    #[serde(default)]
    id: String,
    #[serde(default)]
    error_message: String,
}

impl Jira {
    /// Issues by id or key, 100 a request.
    pub async fn fetch_issues(&self, issues: &[String], fetch: &Fetch) -> Result<Fetched> {
        let mut fetched = Fetched::default();
        for some in issues.chunks(MOST) {
            let mut body = json!({ "issueIdsOrKeys": some });
            if let Some(fields) = body.as_object_mut() {
                if !fetch.fields.is_empty() {
                    fields.insert("fields".into(), json!(fetch.fields));
                }
                if !fetch.properties.is_empty() {
                    fields.insert("properties".into(), json!(fetch.properties));
                }
            }
            let request = self
                .platform(
                    Method::POST,
                    &["issue", "bulkfetch"],
                    format!("show {} issues", some.len()),
                )
                .json(body)
                .repeat(Repeat::Safe);
            let page: Page = self.fetch(&request).await?;
            fetched.issues.extend(page.issues);
            let failed = page.issue_errors.into_iter();
            fetched
                .failed
                .extend(failed.map(|error| (error.id, error.error_message)));
        }
        Ok(fetched)
    }

    /// The issue, or `None` where there is none that the account may see.
    pub async fn find_issue(&self, issue: &str, fetch: &Fetch) -> Result<Option<Issue>> {
        let mut request = self.platform(
            Method::GET,
            &["issue", issue],
            format!("show the issue {issue}"),
        );
        for field in &fetch.fields {
            request = request.query("fields", field);
        }
        for property in &fetch.properties {
            request = request.query("properties", property);
        }
        self.site.find(&request).await
    }

    /// Sets fields, and sends no mail (`notify` false needs the right to administer the project
    /// or Jira). The status isn't a field: see [`Jira::transition`]. Idempotent.
    pub async fn edit_issue(&self, issue: &str, fields: Value, notify: bool) -> Result<()> {
        let request = self
            .issue_write(Method::PUT, issue, &[], format!("change the issue {issue}"))
            .query("notifyUsers", notify.to_string())
            .json(json!({ "fields": fields }));
        self.done(&request).await
    }

    /// With its subtasks. `false`: it was gone already.
    pub async fn delete_issue(&self, issue: &str) -> Result<bool> {
        let request = self
            .issue_write(
                Method::DELETE,
                issue,
                &[],
                format!("delete the issue {issue}"),
            )
            .query("deleteSubtasks", "true");
        self.site.remove(&request).await
    }
}
