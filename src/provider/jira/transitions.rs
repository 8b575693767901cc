//! Changing an issue's status: it's reached by transitions, never set.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;
use crate::provider::jira::statuses::Status;

/// A transition that an issue can make now.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    pub id: String,
    pub name: String,
    /// Where it leads.
    pub to: Option<Status>,
    /// Does it ask for fields on a screen?
    #[serde(default)]
    pub has_screen: bool,
    #[serde(default)]
    pub is_global: bool,
    /// The fields of its screen, by id, each with `required` and `allowedValues`.
    #[serde(default)]
    pub fields: Map<String, Value>,
}

impl Transition {
    /// The ids of the fields without which it's refused.
    pub fn required_fields(&self) -> impl Iterator<Item = &str> {
        let asked = |field: &Value| {
            let is = |name: &str| field.get(name).and_then(Value::as_bool) == Some(true);
            is("required") && !is("hasDefaultValue")
        };
        self.fields
            .iter()
            .filter(move |(_, field)| asked(field))
            .map(|(id, _)| id.as_str())
    }
}

/// A transition to make.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransitionRequest {
    pub id: String,
    /// What its screen asks for, such as `resolution`.
    pub fields: Map<String, Value>,
}

impl Jira {
    /// The transitions that the issue can make from the status that it has now.
    pub async fn transitions(&self, issue: &str) -> Result<Vec<Transition>> {
        #[derive(Deserialize)]
        struct Found {
            #[serde(default)]
            transitions: Vec<Transition>,
        }
        let request = self
            .platform(
                Method::GET,
                &["issue", issue, "transitions"],
                format!("list the transitions of {issue}"),
            )
            .query("expand", "transitions.fields");
        Ok(self.fetch::<Found>(&request).await?.transitions)
    }

    /// Makes a transition.
    ///
    /// Not idempotent: from the new status the same transition may not exist, or lead elsewhere.
    /// After an ambiguous failure, look at the issue's `status` field.
    pub async fn transition(&self, issue: &str, transition: &TransitionRequest) -> Result<()> {
        let mut body = json!({ "transition": { "id": transition.id } });
        if let (false, Some(fields)) = (transition.fields.is_empty(), body.as_object_mut()) {
            fields.insert("fields".into(), json!(transition.fields));
        }
        let request = self
            .issue_write(
                Method::POST,
                issue,
                &["transitions"],
                format!("change the status of {issue}"),
            )
            .json(body);
        self.done(&request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_without_a_default_are_asked_for() {
        let transition: Transition = serde_json::from_value(json!({
            "id": "31", "name": "Done", "fields": {
                "resolution": {"required": true, "hasDefaultValue": false},
                "priority": {"required": true, "hasDefaultValue": true},
                "labels": {"required": false},
            },
        }))
        .unwrap();
        let asked: Vec<_> = transition.required_fields().collect();
        assert_eq!(asked, ["resolution"]);
    }
}
