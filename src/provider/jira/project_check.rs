//! Is a key or a name free? Asked before anything is created.

use reqwest::Method;
use serde::Deserialize;

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;

#[derive(Deserialize)]
struct Verdict {
    #[serde(default, rename = "errorMessages")]
    messages: Vec<String>,
    #[serde(default)]
    errors: std::collections::BTreeMap<String, String>,
}

impl Jira {
    /// What is wrong with `key` for a new project, in the service's words: its form, or that a
    /// project has it or had it lately. Empty where it can be used.
    pub async fn check_project_key(&self, key: &str) -> Result<Vec<String>> {
        let request = self
            .platform(
                Method::GET,
                &["projectvalidate", "key"],
                format!("check the project key {key}"),
            )
            .query("key", key);
        let verdict: Verdict = self.fetch(&request).await?;
        let mut wrong = verdict.messages;
        wrong.extend(verdict.errors.into_values());
        Ok(wrong)
    }

    /// `key` itself where it's free, else one like it that is.
    pub async fn free_project_key(&self, key: &str) -> Result<String> {
        let request = self
            .platform(
                Method::GET,
                &["projectvalidate", "validProjectKey"],
                format!("find a free project key like {key}"),
            )
            .query("key", key);
        self.fetch(&request).await
    }

    /// `name` itself where it's free, else one like it that is.
    pub async fn free_project_name(&self, name: &str) -> Result<String> {
        let request = self
            .platform(
                Method::GET,
                &["projectvalidate", "validProjectName"],
                format!("find a free project name like \"{name}\""),
            )
            .query("name", name);
        self.fetch(&request).await
    }
}
