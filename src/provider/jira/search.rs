//! JQL: searching, counting, parsing.
//!
//! A search must be bounded (`project = …`). Its index may lag: issues named by `reconcile` (ids,
//! at most 50) are looked up for certain.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::atlassian::{Items, Result, by_token};
use crate::provider::http::Repeat;
use crate::provider::jira::client::Jira;
use crate::provider::jira::issue::Issue;

/// A search.
#[derive(Debug, Clone, Default)]
pub struct Jql {
    pub jql: String,
    /// `*all`, `summary`, `-comment`, …; ids only where it's empty.
    pub fields: Vec<String>,
    /// Keys of properties to give along, at most 5.
    pub properties: Vec<String>,
    /// Ids of issues that must be seen as they are now, at most 50.
    pub reconcile: Vec<i64>,
    /// Issues in a page; at most 5000 where only ids and keys are asked for, and fewer come where
    /// much is asked for.
    pub page: u32,
}

/// A query as Jira understands it.
#[derive(Debug, Clone, Deserialize)]
pub struct ParsedJql {
    pub query: String,
    #[serde(default)]
    pub structure: Option<Value>,
    #[serde(default)]
    pub errors: Vec<String>,
}

impl Jira {
    /// The issues that `search` finds, page by page.
    pub fn search(&self, search: &Jql) -> Items<Issue> {
        let jira = self.clone();
        let mut body = json!({
            "jql": search.jql,
            "maxResults": if search.page == 0 { 100 } else { search.page },
        });
        let optional = [
            ("fields", json!(search.fields), search.fields.is_empty()),
            (
                "properties",
                json!(search.properties),
                search.properties.is_empty(),
            ),
            (
                "reconcileIssues",
                json!(search.reconcile),
                search.reconcile.is_empty(),
            ),
        ];
        if let Some(fields) = body.as_object_mut() {
            for (name, value, empty) in optional {
                if !empty {
                    fields.insert(name.into(), value);
                }
            }
        }
        by_token(self.site.clone(), "issues", move |token| {
            let mut body = body.clone();
            if let (Some(token), Some(fields)) = (token, body.as_object_mut()) {
                fields.insert("nextPageToken".into(), json!(token));
            }
            jira.platform(Method::POST, &["search", "jql"], "search for issues")
                .json(body)
                .repeat(Repeat::Safe)
        })
    }

    /// About how many issues a search would find.
    pub async fn count_issues(&self, jql: &str) -> Result<u64> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let request = self
            .platform(
                Method::POST,
                &["search", "approximate-count"],
                "count issues",
            )
            .json(json!({ "jql": jql }))
            .repeat(Repeat::Safe);
        Ok(self.fetch::<Count>(&request).await?.count)
    }

    /// How Jira understands queries, with what is wrong with each.
    pub async fn parse_jql(&self, queries: &[String]) -> Result<Vec<ParsedJql>> {
        #[derive(Deserialize)]
        struct Parsed {
            queries: Vec<ParsedJql>,
        }
        let request = self
            .platform(Method::POST, &["jql", "parse"], "check queries")
            .query("validation", "strict")
            .json(json!({ "queries": queries }))
            .repeat(Repeat::Safe);
        Ok(self.fetch::<Parsed>(&request).await?.queries)
    }
}
