//! The order of issues on a board and in a backlog.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::provider::atlassian::Result;
use crate::provider::http::{Cause, Failure};
use crate::provider::jira::client::{Jira, SERVICE};

/// Where issues go, by id or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rank {
    Before(String),
    After(String),
}

/// The most issues in one request.
const MOST: usize = 50;

#[derive(Default, Deserialize)]
struct Partial {
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    issue_key: String,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    errors: Vec<String>,
}

impl Jira {
    /// Puts up to 50 issues (ids or keys) in this order before or after another. Idempotent. Gives
    /// those that could not be moved, with the reason: Jira may move some only (207).
    pub async fn rank(&self, issues: &[String], rank: &Rank) -> Result<Vec<(String, String)>> {
        if issues.len() > MOST {
            return Err(Failure::new(
                Cause::Setup,
                format!(
                    "{SERVICE} ranks at most {MOST} issues at once, not {}.",
                    issues.len()
                ),
            ));
        }
        let body = match rank {
            Rank::Before(other) => json!({ "issues": issues, "rankBeforeIssue": other }),
            Rank::After(other) => json!({ "issues": issues, "rankAfterIssue": other }),
        };
        let request = self
            .agile(
                Method::PUT,
                &["issue", "rank"],
                format!("put {} issues into order", issues.len()),
            )
            .json(body);
        let answer = self.site.send(&request).await?;
        if answer.status != 207 {
            return Ok(Vec::new());
        }
        let partial: Partial = answer.json()?;
        Ok(partial
            .entries
            .into_iter()
            .filter(|entry| !(200..300).contains(&entry.status))
            .map(|entry| (entry.issue_key, entry.errors.join("; ")))
            .collect())
    }
}
