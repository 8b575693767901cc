//! Projects: create, look at, search, delete, bring back.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::http::{Cause, Failure};
use crate::provider::jira::client::Jira;
use crate::provider::jira::issue_types::IssueType;
use crate::provider::jira::tasks::Task;
use crate::provider::jira::users::User;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub id: String,
    pub key: String,
    #[serde(default)]
    pub name: String,
    pub description: Option<String>,
    pub lead: Option<User>,
    /// `software`, `service_desk`, `business`.
    pub project_type_key: Option<String>,
    /// `classic` is company-managed, `next-gen` team-managed.
    pub style: Option<String>,
    #[serde(default)]
    pub simplified: bool,
    #[serde(default)]
    pub archived: bool,
    /// In the trash, from where it can be brought back.
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub issue_types: Vec<IssueType>,
    /// What was asked for by `properties`.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

/// What a new project gets its types, workflows and screens from.
#[derive(Debug, Clone)]
pub enum ProjectShape {
    /// The key of one of Jira's templates, which brings a board along.
    Template(String),
    /// Ids of schemes that exist on the site, by the name of the field that takes them
    /// (`issueTypeScheme`, `workflowScheme`, `issueTypeScreenScheme`, `fieldScheme`). The project
    /// shares them with those that have them already.
    Schemes(Vec<(String, i64)>),
}

#[derive(Debug, Clone)]
pub struct NewProject {
    /// A capital letter, then 1 to 9 capital letters or digits.
    pub key: String,
    pub name: String,
    pub description: String,
    /// The account id of the lead.
    pub lead: String,
    /// `software`, `business`, …
    pub type_key: String,
    pub shape: ProjectShape,
}

/// Which projects to list.
#[derive(Debug, Clone, Default)]
pub struct ProjectSearch {
    pub keys: Vec<String>,
    /// `live`, `archived`, `deleted`; those that live where it's empty.
    pub status: Vec<String>,
    /// Such as `[matriz].instance="clone-1"`: projects whose property has that value.
    pub property_query: Option<String>,
    /// Properties to give along.
    pub properties: Vec<String>,
}

#[derive(Deserialize)]
struct Created {
    id: Value,
    key: String,
}

impl Jira {
    /// Creates a project, and gives its id.
    ///
    /// Not idempotent, but a key is used once only (400 the second time): after an ambiguous
    /// failure, [`Jira::find_project`] says whether it's there.
    pub async fn create_project(&self, new: &NewProject) -> Result<String> {
        let mut body = json!({
            "key": new.key,
            "name": new.name,
            "description": new.description,
            "leadAccountId": new.lead,
            "projectTypeKey": new.type_key,
        });
        if let Some(fields) = body.as_object_mut() {
            match &new.shape {
                ProjectShape::Template(key) => {
                    fields.insert("projectTemplateKey".into(), json!(key));
                }
                ProjectShape::Schemes(schemes) => {
                    fields.extend(schemes.iter().map(|(name, id)| (name.clone(), json!(id))));
                }
            }
        }
        let request = self
            .platform(
                Method::POST,
                &["project"],
                format!("create the project {}", new.key),
            )
            .json(body);
        let created: Created = self.fetch(&request).await?;
        if created.key != new.key {
            return Err(Failure::new(
                Cause::Malformed,
                format!("Jira created {} when asked for {}.", created.key, new.key),
            ));
        }
        // A number in the document, a string in practice.
        Ok(match created.id {
            Value::String(id) => id,
            other => other.to_string(),
        })
    }

    pub async fn project(&self, key: &str) -> Result<Project> {
        self.fetch(&self.show_project(key)).await
    }

    /// The project, or `None` where there is none that the account may see. Those in the trash are
    /// found only by [`Jira::projects`].
    pub async fn find_project(&self, key: &str) -> Result<Option<Project>> {
        self.site.find(&self.show_project(key)).await
    }

    fn show_project(&self, key: &str) -> crate::provider::http::Request {
        self.platform(
            Method::GET,
            &["project", key],
            format!("show the project {key}"),
        )
    }

    pub fn projects(&self, search: &ProjectSearch) -> Items<Project> {
        let mut request = self.platform(Method::GET, &["project", "search"], "list projects");
        for key in &search.keys {
            request = request.query("keys", key);
        }
        for status in &search.status {
            request = request.query("status", status);
        }
        if let Some(query) = &search.property_query {
            request = request.query("propertyQuery", query);
        }
        for property in &search.properties {
            request = request.query("properties", property);
        }
        self.list(request, "values", 100)
    }

    /// Sets a project's description; everything else stays. Idempotent.
    pub async fn describe_project(&self, key: &str, description: &str) -> Result<()> {
        let request = self
            .platform(
                Method::PUT,
                &["project", key],
                format!("change the project {key}"),
            )
            .json(json!({ "description": description }));
        self.done(&request).await
    }

    /// Moves a project into the trash, from where [`Jira::restore_project`] brings it back for 60
    /// days; its key stays taken as long. `false`: there was none.
    pub async fn trash_project(&self, key: &str) -> Result<bool> {
        let request = self
            .platform(
                Method::DELETE,
                &["project", key],
                format!("move the project {key} into the trash"),
            )
            .query("enableUndo", "true");
        self.site.remove(&request).await
    }

    /// Deletes a project for good. It's gone when the task is done ([`Jira::finish_task`]).
    /// `None`: there was none.
    pub async fn delete_project(&self, key: &str) -> Result<Option<Task>> {
        let request = self
            .platform(
                Method::POST,
                &["project", key, "delete"],
                format!("delete the project {key} for good"),
            )
            .accept(303);
        let answer = match self.site.send(&request).await {
            Ok(answer) => answer,
            Err(failure) if failure.status() == Some(404) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        self.task_of(&answer).await.map(Some)
    }

    /// Brings back a project that is in the trash or archived. Idempotent.
    pub async fn restore_project(&self, key: &str) -> Result<Project> {
        let request = self.platform(
            Method::POST,
            &["project", key, "restore"],
            format!("bring back the project {key}"),
        );
        self.fetch(&request).await
    }
}
