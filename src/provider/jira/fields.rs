//! Fields: which there are, of what type, and with which options.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::{Items, Result};
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// `summary`, or `customfield_10010`.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub custom: bool,
    pub schema: Option<FieldSchema>,
    /// The project that a team-managed project's own field belongs to.
    #[serde(default)]
    pub scope: Option<serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldSchema {
    /// `string`, `array`, `option`, `user`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What an array holds.
    pub items: Option<String>,
    /// The type of a custom field, such as
    /// `com.atlassian.jira.plugin.system.customfieldtypes:textarea`.
    pub custom: Option<String>,
    pub custom_id: Option<i64>,
    pub system: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldContext {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub is_global_context: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldOption {
    pub id: String,
    pub value: String,
    #[serde(default)]
    pub disabled: bool,
    /// The option above, of a cascading field.
    pub option_id: Option<String>,
}

impl Jira {
    /// All fields of the site.
    pub async fn fields(&self) -> Result<Vec<Field>> {
        let request = self.platform(Method::GET, &["field"], "list the fields");
        self.fetch(&request).await
    }

    /// Needs the right to administer Jira.
    pub fn field_contexts(&self, field: &str) -> Items<FieldContext> {
        let request = self.platform(
            Method::GET,
            &["field", field, "context"],
            format!("list the contexts of the field {field}"),
        );
        self.list(request, "values", 50)
    }

    /// Needs the right to administer Jira.
    pub fn field_options(&self, field: &str, context: &str) -> Items<FieldOption> {
        let request = self.platform(
            Method::GET,
            &["field", field, "context", context, "option"],
            format!("list the options of the field {field}"),
        );
        self.list(request, "values", 100)
    }
}
