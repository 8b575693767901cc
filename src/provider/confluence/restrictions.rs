//! Who may see and change a page. Whoever isn't among them is locked out, the account of the token
//! too: restrictions come last, and the account stays in.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::atlassian::Result;
use crate::provider::confluence::client::Confluence;

/// Who may do one thing. Nobody named: everybody may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restriction {
    /// `read` or `update`.
    pub operation: String,
    /// Account ids.
    pub users: Vec<String>,
    /// Group ids.
    pub groups: Vec<String>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    results: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    operation: String,
    #[serde(default)]
    restrictions: Value,
}

/// What must be asked for, or who is in isn't said.
const EXPAND: &str = "restrictions.user,restrictions.group";

impl Confluence {
    /// The restrictions of a page or blog post that name somebody.
    pub async fn restrictions(&self, content: &str) -> Result<Vec<Restriction>> {
        let request = self
            .v1(
                Method::GET,
                &["content", content, "restriction"],
                format!("list the restrictions of {content}"),
            )
            .query("expand", EXPAND);
        let page: Page = self.fetch(&request).await?;
        Ok(read(page))
    }

    /// Sets the restrictions to exactly these. Idempotent.
    pub async fn set_restrictions(&self, content: &str, all: &[Restriction]) -> Result<()> {
        let results: Vec<Value> = all.iter().map(written).collect();
        let request = self
            .v1(
                Method::PUT,
                &["content", content, "restriction"],
                format!("set the restrictions of {content}"),
            )
            .json(json!({ "results": results }));
        self.done(&request).await
    }
}

fn written(one: &Restriction) -> Value {
    let users: Vec<Value> = one
        .users
        .iter()
        .map(|id| json!({ "type": "known", "accountId": id }))
        .collect();
    let groups: Vec<Value> = one
        .groups
        .iter()
        .map(|id| json!({ "type": "group", "id": id }))
        .collect();
    json!({
        "operation": one.operation,
        "restrictions": { "user": users, "group": groups },
    })
}

fn read(page: Page) -> Vec<Restriction> {
    let ids = |one: &One, list: &str, id: &str| -> Vec<String> {
        let found = one.restrictions.get(list).and_then(|l| l.get("results"));
        found
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|item| item.get(id)?.as_str().map(str::to_owned))
            .collect()
    };
    page.results
        .iter()
        .map(|one| Restriction {
            operation: one.operation.clone(),
            users: ids(one, "user", "accountId"),
            groups: ids(one, "group", "id"),
        })
        .filter(|one| !one.users.is_empty() || !one.groups.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_restrictions_that_name_somebody_count() {
        let page = serde_json::from_value(json!({"results": [
            {"operation": "read", "restrictions": {
                "user": {"results": [{"type": "known", "accountId": "a-1"}]},
                "group": {"results": [{"type": "group", "id": "g-1", "name": "team"}]}}},
            {"operation": "update", "restrictions": {"user": {"results": []}}},
        ]}))
        .unwrap();
        let read = read(page);
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].users, ["a-1"]);
        assert_eq!(read[0].groups, ["g-1"]);
    }
}
