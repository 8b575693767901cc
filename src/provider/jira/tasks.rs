//! Jira's long tasks: a 303 that names a task, which is asked until it's done.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::provider::atlassian::{Patience, Progress, Result, until_done};
use crate::provider::http::{Answer, Cause, Failure};
use crate::provider::jira::client::{Jira, SERVICE};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    Enqueued,
    Running,
    Complete,
    Failed,
    CancelRequested,
    Cancelled,
    Dead,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Task {
    pub id: String,
    pub status: TaskStatus,
    /// 0 to 100.
    #[serde(default)]
    pub progress: u8,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub result: Value,
}

impl Jira {
    pub async fn task(&self, id: &str) -> Result<Task> {
        let request = self.platform(Method::GET, &["task", id], format!("show the task {id}"));
        self.fetch(&request).await
    }

    /// Waits until a task is done. One that failed is a failure.
    pub async fn finish_task(
        &self,
        id: &str,
        patience: &Patience,
        progress: impl FnMut(&Progress),
    ) -> Result<Task> {
        let what = format!("the task {id}");
        until_done(&self.site, patience, &what, progress, || async {
            let task = self.task(id).await?;
            match task.status {
                TaskStatus::Complete => Ok(Ok(task)),
                TaskStatus::Failed | TaskStatus::Cancelled | TaskStatus::Dead => Err(Failure::new(
                    Cause::Status(500),
                    format!(
                        "Jira gave up {what} ({}): \"{}\".",
                        task.description, task.message
                    ),
                )),
                _ => Ok(Err(Progress {
                    percent: task.progress.min(100),
                    message: task.message,
                })),
            }
        })
        .await
    }

    /// The task of a 303: in its body, else where its `Location` leads.
    pub(super) async fn task_of(&self, answer: &Answer) -> Result<Task> {
        if let Ok(task) = answer.json() {
            return Ok(task);
        }
        let Some(place) = answer.header("location") else {
            // The task runs, but can't be followed: as ambiguous as a lost answer.
            return Err(Failure::new(
                Cause::Malformed,
                "Jira began a long task without saying where it can be followed.",
            ));
        };
        let request = self.site.request_link(SERVICE, place, "show a task")?;
        self.fetch(&request).await
    }
}
