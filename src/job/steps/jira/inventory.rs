//! Which issues the source has: their ids alone, by level of the hierarchy.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;

use crate::error::Result;
use crate::provider::atlassian;
use crate::provider::jira::{Jira, Jql, Project};

/// The most ids that a search gives at once.
const PAGE: u32 = 5000;

/// The issues of each level, in the order of their creation; the levels from the top down, so that
/// whoever has a parent comes after it.
pub async fn levels(jira: &Jira, project: &Project) -> Result<Vec<Vec<String>>> {
    let mut types: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for kind in &project.issue_types {
        types
            .entry(kind.hierarchy_level)
            .or_default()
            .push(&kind.id);
    }
    let mut levels = Vec::new();
    for types in types.into_values().rev() {
        let jql = format!(
            "project = \"{}\" AND issuetype in ({}) ORDER BY created ASC, key ASC",
            project.key,
            types.join(", ")
        );
        levels.push(ids(jira, jql).await?);
    }
    Ok(levels)
}

/// The ids of all issues in the order of their rank.
pub async fn by_rank(jira: &Jira, key: &str) -> atlassian::Result<Vec<String>> {
    ids(jira, format!("project = \"{key}\" ORDER BY Rank ASC")).await
}

async fn ids(jira: &Jira, jql: String) -> atlassian::Result<Vec<String>> {
    let search = Jql {
        jql,
        page: PAGE,
        ..Jql::default()
    };
    let mut found = Vec::new();
    let mut all = jira.search(&search);
    while let Some(issue) = all.try_next().await? {
        found.push(issue.id);
    }
    Ok(found)
}
