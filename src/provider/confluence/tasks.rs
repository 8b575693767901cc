//! Confluence's long tasks: a 202 that names a task, which is asked until it's finished.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::provider::atlassian::{Patience, Progress, Result, until_done};
use crate::provider::confluence::client::Confluence;
use crate::provider::http::{Cause, Failure};

/// The body of a 202.
#[derive(Deserialize)]
pub(super) struct Accepted {
    pub id: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LongTask {
    pub id: String,
    pub finished: bool,
    pub successful: bool,
    /// 0 to 100.
    #[serde(default)]
    pub percentage_complete: u8,
    #[serde(default)]
    pub messages: Vec<Value>,
}

impl LongTask {
    fn said(&self) -> String {
        let texts: Vec<&str> = self
            .messages
            .iter()
            .filter_map(|m| m.get("translation")?.as_str())
            .collect();
        texts.join(" ")
    }
}

impl Confluence {
    pub async fn task(&self, id: &str) -> Result<LongTask> {
        let request = self.v1(
            Method::GET,
            &["longtask", id],
            format!("show the task {id}"),
        );
        self.fetch(&request).await
    }

    /// Waits until a task is finished. One that wasn't successful is a failure.
    pub async fn finish_task(
        &self,
        id: &str,
        patience: &Patience,
        progress: impl FnMut(&Progress),
    ) -> Result<LongTask> {
        let what = format!("the task {id}");
        until_done(&self.site, patience, &what, progress, || async {
            let task = self.task(id).await?;
            if !task.finished {
                return Ok(Err(Progress {
                    percent: task.percentage_complete.min(100),
                    message: task.said(),
                }));
            }
            if !task.successful {
                return Err(Failure::new(
                    Cause::Status(500),
                    format!("Confluence gave up {what}: \"{}\".", task.said()),
                ));
            }
            Ok(Ok(task))
        })
        .await
    }
}
