//! An issue, as it comes.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Id and key of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueRef {
    pub id: String,
    pub key: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Issue {
    pub id: String,
    /// Missing where only ids were asked for.
    #[serde(default)]
    pub key: String,
    /// By id: `summary`, `customfield_10010`, …
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// Those that were asked for, by key.
    #[serde(default)]
    pub properties: Map<String, Value>,
    /// What else there is, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Issue {
    pub fn summary(&self) -> &str {
        self.text("/summary")
    }

    /// The id of its type; empty where it wasn't asked for.
    pub fn type_id(&self) -> &str {
        self.text("/issuetype/id")
    }

    pub fn status_id(&self) -> &str {
        self.text("/status/id")
    }

    /// The key of the issue above: an epic, a story.
    pub fn parent_key(&self) -> Option<&str> {
        Some(self.text("/parent/key")).filter(|key| !key.is_empty())
    }

    /// A text below `fields`, by JSON pointer; empty where there is none.
    pub fn text(&self, pointer: &str) -> &str {
        let mut parts = pointer.trim_start_matches('/').splitn(2, '/');
        let first = parts.next().and_then(|name| self.fields.get(name));
        let found = match parts.next() {
            Some(rest) => first.and_then(|value| value.pointer(&format!("/{rest}"))),
            None => first,
        };
        found.and_then(Value::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_known_is_kept() {
        let issue: Issue = serde_json::from_value(json!({
            "id": "10001", "key": "PROJ-1", "self": "https://example.atlassian.net/x",
            "fields": {"summary": "One", "parent": {"key": "PROJ-2"}, "status": null},
        }))
        .unwrap();
        assert_eq!(issue.summary(), "One");
        assert_eq!(issue.parent_key(), Some("PROJ-2"));
        assert_eq!(issue.status_id(), "");
        assert_eq!(issue.type_id(), "");
        assert_eq!(issue.other["self"], "https://example.atlassian.net/x");
        let bare: Issue = serde_json::from_value(json!({"id": "1"})).unwrap();
        assert_eq!(bare.parent_key(), None);
    }
}
