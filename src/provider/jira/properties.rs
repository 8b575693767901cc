//! Properties: JSON that a program keeps at a project, an issue, a comment, a worklog, a sprint or
//! a board. At most 32,768 characters each. Setting one is idempotent.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::provider::atlassian::Result;
use crate::provider::http::Request;
use crate::provider::jira::client::Jira;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    pub key: String,
    pub value: Value,
}

/// What a property is kept at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// By key or id.
    Project(&'a str),
    /// By key or id.
    Issue(&'a str),
    Comment(&'a str),
    Worklog {
        issue: &'a str,
        worklog: &'a str,
    },
    Sprint(u64),
    Board(u64),
}

impl Owner<'_> {
    fn named(&self) -> String {
        match self {
            Owner::Project(key) => format!("the project {key}"),
            Owner::Issue(issue) | Owner::Worklog { issue, .. } => format!("the issue {issue}"),
            Owner::Comment(id) => format!("the comment {id}"),
            Owner::Sprint(id) => format!("the sprint {id}"),
            Owner::Board(id) => format!("the board {id}"),
        }
    }
}

impl Jira {
    /// Sets a property; one that is there is replaced. Idempotent.
    pub async fn set_property(&self, owner: Owner<'_>, key: &str, value: &Value) -> Result<()> {
        let what = format!("set the property {key} of {}", owner.named());
        let request = self.property_request(Method::PUT, owner, key, what);
        let request = match owner {
            Owner::Issue(issue) | Owner::Worklog { issue, .. } => {
                request.writing(self.write_key(issue))
            }
            _ => request,
        };
        self.done(&request.json(value.clone())).await
    }

    /// The property's value, or `None` where there is none.
    pub async fn property(&self, owner: Owner<'_>, key: &str) -> Result<Option<Value>> {
        let what = format!("show the property {key} of {}", owner.named());
        let request = self.property_request(Method::GET, owner, key, what);
        let found: Option<Property> = self.site.find(&request).await?;
        Ok(found.map(|property| property.value))
    }

    /// `false`: there was none.
    pub async fn delete_property(&self, owner: Owner<'_>, key: &str) -> Result<bool> {
        let what = format!("delete the property {key} of {}", owner.named());
        let request = self.property_request(Method::DELETE, owner, key, what);
        self.site.remove(&request).await
    }

    fn property_request(
        &self,
        method: Method,
        owner: Owner<'_>,
        key: &str,
        what: String,
    ) -> Request {
        let end = ["properties", key];
        match owner {
            Owner::Project(p) => self.platform(method, &[&["project", p][..], &end].concat(), what),
            Owner::Issue(i) => self.platform(method, &[&["issue", i][..], &end].concat(), what),
            Owner::Comment(c) => self.platform(method, &[&["comment", c][..], &end].concat(), what),
            Owner::Worklog { issue, worklog } => self.platform(
                method,
                &[&["issue", issue, "worklog", worklog][..], &end].concat(),
                what,
            ),
            Owner::Sprint(id) => self.agile(
                method,
                &[&["sprint", &id.to_string()][..], &end].concat(),
                what,
            ),
            Owner::Board(id) => self.agile(
                method,
                &[&["board", &id.to_string()][..], &end].concat(),
                what,
            ),
        }
    }
}
