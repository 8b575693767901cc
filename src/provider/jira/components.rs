//! Components of a project.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;
use crate::provider::jira::users::User;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub lead: Option<User>,
    /// `PROJECT_DEFAULT`, `COMPONENT_LEAD`, `PROJECT_LEAD`, `UNASSIGNED`.
    pub assignee_type: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewComponent {
    /// The project's key.
    pub project: String,
    /// At most 255 characters.
    pub name: String,
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_type: Option<String>,
}

impl Jira {
    pub fn components(&self, project: &str) -> Items<Component> {
        let request = self.platform(
            Method::GET,
            &["project", project, "component"],
            format!("list the components of {project}"),
        );
        self.list(request, "values", 50)
    }

    /// Not idempotent, but a name is taken once only in a project (400 the second time): after an
    /// ambiguous failure, look for the name in [`Jira::components`].
    pub async fn create_component(&self, new: &NewComponent) -> Result<Component> {
        let body = serde_json::to_value(new).unwrap_or_default();
        let request = self
            .platform(
                Method::POST,
                &["component"],
                format!("create the component \"{}\"", new.name),
            )
            .json(body);
        self.fetch(&request).await
    }

    /// Sets a component's description; everything else stays. Idempotent.
    pub async fn describe_component(&self, id: &str, description: &str) -> Result<()> {
        let request = self
            .platform(
                Method::PUT,
                &["component", id],
                format!("change the component {id}"),
            )
            .json(json!({ "description": description }));
        self.done(&request).await
    }

    /// `false`: it was gone already.
    pub async fn delete_component(&self, id: &str) -> Result<bool> {
        let request = self.platform(
            Method::DELETE,
            &["component", id],
            format!("delete the component {id}"),
        );
        self.site.remove(&request).await
    }
}
