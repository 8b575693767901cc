//! Saved searches: a board shows the issues of one.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;

/// A filter, as it is read and written back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub jql: String,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Debug, Clone)]
pub struct NewFilter {
    pub name: String,
    pub description: String,
    pub jql: String,
    /// Whom it's shared with, such as `{"type": "project", "project": {"id": "10000"}}`; nobody
    /// where it's empty.
    pub share: Vec<Value>,
}

impl Jira {
    /// The filters whose names contain `name`, in whatever case.
    pub fn filters(&self, name: &str) -> Items<Filter> {
        let request = self
            .platform(Method::GET, &["filter", "search"], "search for filters")
            .query("filterName", name)
            .query("expand", "jql,description,sharePermissions");
        self.list(request, "values", 50)
    }

    pub async fn filter(&self, id: &str) -> Result<Filter> {
        let request = self.platform(
            Method::GET,
            &["filter", id],
            format!("show the filter {id}"),
        );
        self.fetch(&request).await
    }

    /// Not idempotent, but a person's filters have different names (400 the second time): after an
    /// ambiguous failure, look for the name with [`Jira::filters`].
    pub async fn create_filter(&self, new: &NewFilter) -> Result<Filter> {
        let request = self
            .platform(
                Method::POST,
                &["filter"],
                format!("create the filter \"{}\"", new.name),
            )
            .json(json!({
                "name": new.name,
                "description": new.description,
                "jql": new.jql,
                "sharePermissions": new.share,
            }));
        self.fetch(&request).await
    }

    /// Sets what a filter searches for; its name and description stay. Idempotent.
    pub async fn set_filter_jql(&self, filter: &Filter, jql: &str) -> Result<Filter> {
        let request = self
            .platform(
                Method::PUT,
                &["filter", &filter.id],
                format!("change the filter \"{}\"", filter.name),
            )
            .json(json!({
                "name": filter.name,
                "description": filter.description,
                "jql": jql,
            }));
        self.fetch(&request).await
    }
}
