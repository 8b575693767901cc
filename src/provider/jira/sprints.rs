//! Sprints. A new one is in the future; it can be started when it has both dates, and closed when
//! it was started. When it was closed can't be said: that becomes now.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::http::Repeat;
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SprintState {
    Future,
    Active,
    Closed,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sprint {
    pub id: u64,
    pub name: String,
    pub state: SprintState,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub complete_date: Option<String>,
    pub origin_board_id: Option<u64>,
    pub goal: Option<String>,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewSprint {
    /// At most 30 characters.
    pub name: String,
    pub origin_board_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// Such as 2026-01-31T09:30:00.000Z.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
}

impl Jira {
    /// All sprints of a board, the closed ones too. Those that came from other boards are among
    /// them: see `origin_board_id`.
    pub fn sprints(&self, board: u64) -> Items<Sprint> {
        let request = self.agile(
            Method::GET,
            &["board", &board.to_string(), "sprint"],
            format!("list the sprints of the board {board}"),
        );
        self.list(request, "values", 50)
    }

    /// Not idempotent: names may be there twice. After an ambiguous failure, look for the name in
    /// [`Jira::sprints`], and at its property if that could be set.
    pub async fn create_sprint(&self, new: &NewSprint) -> Result<Sprint> {
        let request = self
            .agile(
                Method::POST,
                &["sprint"],
                format!("create the sprint \"{}\"", new.name),
            )
            .json(serde_json::to_value(new).unwrap_or_default());
        self.fetch(&request).await
    }

    /// Starts (from [`SprintState::Future`]) or closes (from [`SprintState::Active`]) a sprint.
    ///
    /// Not idempotent: the second time is refused. After an ambiguous failure, look at its state.
    pub async fn set_sprint_state(&self, sprint: u64, state: SprintState) -> Result<Sprint> {
        let request = self
            .agile(
                Method::POST,
                &["sprint", &sprint.to_string()],
                format!("change the state of the sprint {sprint}"),
            )
            .json(json!({ "state": state }));
        self.fetch(&request).await
    }

    pub async fn sprint(&self, sprint: u64) -> Result<Sprint> {
        let request = self.agile(
            Method::GET,
            &["sprint", &sprint.to_string()],
            format!("show the sprint {sprint}"),
        );
        self.fetch(&request).await
    }

    /// Moves issues (ids or keys) into a sprint, 50 a request. Idempotent. Not into a closed one:
    /// fill a sprint before it's closed.
    pub async fn move_to_sprint(&self, sprint: u64, issues: &[String]) -> Result<()> {
        for some in issues.chunks(50) {
            let request = self
                .agile(
                    Method::POST,
                    &["sprint", &sprint.to_string(), "issue"],
                    format!("move issues into the sprint {sprint}"),
                )
                .json(json!({ "issues": some }))
                .repeat(Repeat::Safe);
            self.done(&request).await?;
        }
        Ok(())
    }

    /// `false`: it was gone already.
    pub async fn delete_sprint(&self, sprint: u64) -> Result<bool> {
        let request = self.agile(
            Method::DELETE,
            &["sprint", &sprint.to_string()],
            format!("delete the sprint {sprint}"),
        );
        self.site.remove(&request).await
    }
}
