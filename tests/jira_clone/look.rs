//! What is in a project, as people see it, to be compared between a source and its clone.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::jira::Jira;

/// Issues by key, with all their fields.
pub async fn issues(jira: &Jira, project: &str) -> BTreeMap<String, Map<String, Value>> {
    let found = jira
        .post(
            200,
            "search/jql",
            json!({ "jql": format!("project = {project}"), "fields": ["*all"],
                "properties": ["matriz.clone"], "maxResults": 100 }),
        )
        .await;
    assert!(found["isLast"].as_bool().unwrap());
    let all = found["issues"].as_array().unwrap();
    all.iter()
        .map(|issue| {
            let mut fields = issue["fields"].as_object().unwrap().clone();
            fields.insert("marker".into(), issue["properties"]["matriz.clone"].clone());
            (issue["key"].as_str().unwrap().to_owned(), fields)
        })
        .collect()
}

/// The names in a list of things with names.
pub fn names(list: &Value) -> Vec<String> {
    let all = list.as_array().into_iter().flatten();
    let mut all: Vec<String> = all
        .map(|one| {
            let named = ["name", "value", "filename", "accountId"];
            let found = named.iter().find_map(|name| one[*name].as_str());
            found.unwrap_or_default().to_owned()
        })
        .collect();
    all.sort();
    all
}
