//! Changing the status of up to 1000 issues at once, without mail. Jira does it in the background.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::atlassian::{Patience, Progress, Result, until_done};
use crate::provider::http::{Cause, Failure};
use crate::provider::jira::client::Jira;
use crate::provider::jira::tasks::TaskStatus;

/// The same transition for several issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkTransition {
    /// The transition's id.
    pub transition: String,
    /// Ids or keys.
    pub issues: Vec<String>,
}

/// What became of a bulk operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkOutcome {
    /// Ids of the issues that were changed.
    pub done: Vec<u64>,
    /// Ids of those that weren't, with the reasons.
    pub failed: BTreeMap<String, Vec<String>>,
    /// How many were not to be found, or not to be seen by the account.
    pub unknown: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queue {
    status: TaskStatus,
    #[serde(default)]
    progress_percent: u8,
    #[serde(default)]
    processed_accessible_issues: Vec<u64>,
    #[serde(default)]
    failed_accessible_issues: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    invalid_or_inaccessible_issue_count: u64,
}

/// The most issues in one request.
const MOST: usize = 1000;

impl Jira {
    /// Asks for transitions, and gives the id for [`Jira::finish_bulk`]. At most 1000 issues
    /// altogether, and 5 such requests at a time on a site.
    ///
    /// Not idempotent. After an ambiguous failure, look at the issues' `status` fields.
    pub async fn transition_many(&self, transitions: &[BulkTransition]) -> Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Submitted {
            task_id: String,
        }
        let count: usize = transitions.iter().map(|t| t.issues.len()).sum();
        if count > MOST {
            return Err(Failure::new(
                Cause::Setup,
                format!("Jira changes at most {MOST} issues at once, not {count}."),
            ));
        }
        let inputs: Vec<Value> = transitions
            .iter()
            .map(|t| json!({ "selectedIssueIdsOrKeys": t.issues, "transitionId": t.transition }))
            .collect();
        let request = self
            .platform(
                Method::POST,
                &["bulk", "issues", "transition"],
                format!("change the status of {count} issues"),
            )
            .json(json!({ "bulkTransitionInputs": inputs, "sendBulkNotification": false }));
        Ok(self.fetch::<Submitted>(&request).await?.task_id)
    }

    /// Waits until a bulk operation is done. Single issues may have failed all the same.
    pub async fn finish_bulk(
        &self,
        task: &str,
        patience: &Patience,
        progress: impl FnMut(&Progress),
    ) -> Result<BulkOutcome> {
        let what = "changing many issues";
        until_done(&self.site, patience, what, progress, || async {
            let request = self.platform(
                Method::GET,
                &["bulk", "queue", task],
                "show how far it has come with changing issues",
            );
            let queue: Queue = self.fetch(&request).await?;
            match queue.status {
                TaskStatus::Complete => Ok(Ok(BulkOutcome {
                    done: queue.processed_accessible_issues,
                    failed: queue.failed_accessible_issues,
                    unknown: queue.invalid_or_inaccessible_issue_count,
                })),
                TaskStatus::Failed | TaskStatus::Cancelled | TaskStatus::Dead => Err(Failure::new(
                    Cause::Status(500),
                    format!("Jira gave up {what}."),
                )),
                _ => Ok(Err(Progress {
                    percent: queue.progress_percent.min(100),
                    message: String::new(),
                })),
            }
        })
        .await
    }
}
