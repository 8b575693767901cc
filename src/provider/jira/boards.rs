//! Boards.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;
use crate::provider::jira::issue::Issue;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoardKind {
    Scrum,
    Kanban,
    /// A team-managed project's own board.
    #[serde(alias = "agility")]
    Simple,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Board {
    pub id: u64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: BoardKind,
    pub location: Option<BoardLocation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BoardLocation {
    pub project_id: Option<u64>,
    pub project_key: Option<String>,
}

/// What a board shows: its filter, columns and estimation, as they come.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BoardConfiguration {
    pub id: u64,
    pub name: String,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl BoardConfiguration {
    /// The id of the filter whose issues the board shows.
    pub fn filter_id(&self) -> Option<&str> {
        self.other.get("filter")?.get("id")?.as_str()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBoard {
    /// Fewer than 255 characters.
    pub name: String,
    /// Scrum or Kanban.
    pub kind: BoardKind,
    pub filter_id: i64,
    /// The key of the project where it's found.
    pub project: String,
}

impl Jira {
    /// The boards of a project.
    pub fn boards(&self, project: &str) -> Items<Board> {
        let request = self
            .agile(
                Method::GET,
                &["board"],
                format!("list the boards of {project}"),
            )
            .query("projectKeyOrId", project);
        self.list(request, "values", 50)
    }

    pub async fn board_configuration(&self, board: u64) -> Result<BoardConfiguration> {
        let request = self.agile(
            Method::GET,
            &["board", &board.to_string(), "configuration"],
            format!("show the configuration of the board {board}"),
        );
        self.fetch(&request).await
    }

    /// The issues of a board in the order of their rank.
    pub fn board_issues(&self, board: u64, fields: &str) -> Items<Issue> {
        let request = self
            .agile(
                Method::GET,
                &["board", &board.to_string(), "issue"],
                format!("list the issues of the board {board}"),
            )
            .query("fields", fields);
        self.list(request, "issues", 100)
    }

    /// Not idempotent: names may be there twice. After an ambiguous failure, look for the name in
    /// [`Jira::boards`].
    pub async fn create_board(&self, new: &NewBoard) -> Result<Board> {
        let request = self
            .agile(
                Method::POST,
                &["board"],
                format!("create the board \"{}\"", new.name),
            )
            .json(json!({
                "name": new.name,
                "type": new.kind,
                "filterId": new.filter_id,
                "location": { "type": "project", "projectKeyOrId": new.project },
            }));
        self.fetch(&request).await
    }

    /// `false`: it was gone already.
    pub async fn delete_board(&self, board: u64) -> Result<bool> {
        let request = self.agile(
            Method::DELETE,
            &["board", &board.to_string()],
            format!("delete the board {board}"),
        );
        self.site.remove(&request).await
    }
}
