//! Creating issues, one or up to 50 at once.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::provider::atlassian::Result;
use crate::provider::http::{Cause, Failure, Request};
use crate::provider::jira::client::Jira;
use crate::provider::jira::issue::IssueRef;
use crate::provider::jira::properties::Property;

/// What an issue is made of.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NewIssue {
    /// By id. Only those on the create screen of the type ([`Jira::create_fields`]); long texts as
    /// Atlassian documents.
    pub fields: Map<String, Value>,
    /// Written together with the issue, so that there is never an issue without its marker.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// A transition to make right after, by id.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "by_id")]
    pub transition: Option<String>,
}

fn by_id<S: serde::Serializer>(id: &Option<String>, to: S) -> std::result::Result<S::Ok, S::Error> {
    json!({ "id": id }).serialize(to)
}

/// Why one of many issues wasn't created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    /// General reasons.
    pub messages: Vec<String>,
    /// Reasons by field.
    pub fields: BTreeMap<String, String>,
}

/// What became of each issue, in the order in which they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkCreated {
    pub results: Vec<std::result::Result<IssueRef, Refused>>,
}

/// The most issues in one request.
const MOST: usize = 50;

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    issues: Vec<IssueRef>,
    #[serde(default)]
    errors: Vec<OneError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneError {
    failed_element_number: Option<usize>,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    element_errors: Reasons,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reasons {
    #[serde(default)]
    error_messages: Vec<String>,
    #[serde(default)]
    errors: BTreeMap<String, String>,
}

impl Jira {
    /// Creates one issue.
    ///
    /// Not idempotent. After an ambiguous failure, look for the property in the project's issues
    /// ([`Jira::search`] with `properties`).
    pub async fn create_issue(&self, new: &NewIssue) -> Result<IssueRef> {
        let request = self
            .platform(Method::POST, &["issue"], "create an issue")
            .json(serde_json::to_value(new).unwrap_or_default());
        self.fetch(&request).await
    }

    /// Creates up to 50 issues. Some may be created and others refused: the result says it of
    /// each. A failure is one of the whole.
    ///
    /// Not idempotent. After an ambiguous failure any number of them may be there: look for their
    /// properties in the project's issues ([`Jira::search`] with `properties`).
    pub async fn create_issues(&self, new: &[NewIssue]) -> Result<BulkCreated> {
        if new.is_empty() {
            return Ok(BulkCreated {
                results: Vec::new(),
            });
        }
        if new.len() > MOST {
            return Err(Failure::new(
                Cause::Setup,
                format!(
                    "Jira creates at most {MOST} issues at once, not {}.",
                    new.len()
                ),
            ));
        }
        // 400: none of them could be created, and the body says why of each.
        let request = self
            .platform(
                Method::POST,
                &["issue", "bulk"],
                format!("create {} issues", new.len()),
            )
            .json(json!({ "issueUpdates": new }))
            .accept(400);
        let answer = self.site.send(&request).await?;
        let outcome: Outcome = match answer.json() {
            Ok(outcome) => outcome,
            Err(_) if answer.status == 400 => return Err(answer.refusal(&request)),
            Err(failure) => return Err(failure),
        };
        if answer.status == 400 && outcome.errors.is_empty() {
            return Err(answer.refusal(&request));
        }
        assign(&request, new.len(), outcome)
    }
}

/// Brings the successes (which come in order, without saying which) and the failures (which say
/// which) together.
fn assign(request: &Request, asked: usize, outcome: Outcome) -> Result<BulkCreated> {
    let mut slots: Vec<Option<std::result::Result<IssueRef, Refused>>> = vec![None; asked];
    for error in outcome.errors {
        let number = error.failed_element_number;
        let slot = number.and_then(|number| slots.get_mut(number));
        let Some(slot) = slot else {
            return Err(mismatch(request));
        };
        *slot = Some(Err(Refused {
            status: error.status,
            messages: error.element_errors.error_messages,
            fields: error.element_errors.errors,
        }));
    }
    let mut created = outcome.issues.into_iter();
    let mut results = Vec::with_capacity(asked);
    for slot in slots {
        let result = slot.or_else(|| created.next().map(Ok));
        results.push(result.ok_or_else(|| mismatch(request))?);
    }
    if created.next().is_some() {
        return Err(mismatch(request));
    }
    Ok(BulkCreated { results })
}

/// What was created can't be told: as ambiguous as an answer that got lost.
fn mismatch(request: &Request) -> Failure {
    Failure::new(
        Cause::Malformed,
        format!(
            "{} answered to the request to {}, but not which of them it did.",
            request.service, request.what
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcome(body: Value) -> Outcome {
        serde_json::from_value(body).unwrap()
    }

    fn request() -> Request {
        Request::new("Jira", "create issues", Method::POST, "https://x.test")
    }

    #[test]
    fn failures_go_by_number_and_successes_by_order() {
        let outcome = outcome(json!({
            "issues": [{"id": "1", "key": "P-1", "self": "x"}, {"id": "2", "key": "P-2"}],
            "errors": [
                {"failedElementNumber": 1, "status": 400,
                 "elementErrors": {"errorMessages": [], "errors": {"summary": "is missing"}}},
            ],
        }));
        let results = assign(&request(), 3, outcome).unwrap().results;
        assert_eq!(results[0].as_ref().unwrap().key, "P-1");
        let refused = results[1].as_ref().unwrap_err();
        assert_eq!(refused.fields["summary"], "is missing");
        assert_eq!(results[2].as_ref().unwrap().key, "P-2");
    }

    #[test]
    fn counts_that_do_not_fit_are_ambiguous() {
        for body in [
            json!({"issues": [], "errors": []}),
            json!({"issues": [{"id": "1", "key": "P-1"}, {"id": "2", "key": "P-2"}]}),
            json!({"errors": [{"failedElementNumber": 7, "status": 400}]}),
            json!({"errors": [{"status": 400}]}),
        ] {
            assert!(
                assign(&request(), 1, outcome(body))
                    .unwrap_err()
                    .ambiguous()
            );
        }
    }

    #[test]
    fn a_transition_and_properties_stand_where_they_are_read() {
        let mut new = NewIssue::default();
        assert_eq!(serde_json::to_value(&new).unwrap(), json!({"fields": {}}));
        new.transition = Some("31".into());
        new.properties = vec![Property {
            key: "matriz.clone".into(),
            value: json!({"src": "P-1"}),
        }];
        assert_eq!(
            serde_json::to_value(&new).unwrap(),
            json!({
                "fields": {},
                "properties": [{"key": "matriz.clone", "value": {"src": "P-1"}}],
                "transition": {"id": "31"},
            })
        );
    }

    proptest! {
        #[test]
        fn every_issue_gets_exactly_its_own_result(refused in prop::collection::vec(any::<bool>(), 1..50)) {
            let mut issues = Vec::new();
            let mut errors = Vec::new();
            for (n, refused) in refused.iter().enumerate() {
                if *refused {
                    errors.push(json!({"failedElementNumber": n, "status": 400,
                        "elementErrors": {"errorMessages": [n.to_string()]}}));
                } else {
                    issues.push(json!({"id": n.to_string(), "key": format!("P-{n}")}));
                }
            }
            errors.reverse();
            let outcome = outcome(json!({"issues": issues, "errors": errors}));
            let results = assign(&request(), refused.len(), outcome).unwrap().results;
            for (n, result) in results.iter().enumerate() {
                let said = match result {
                    Ok(issue) => &issue.id,
                    Err(refused) => &refused.messages[0],
                };
                prop_assert_eq!(said, &n.to_string());
                prop_assert_eq!(result.is_err(), refused[n]);
            }
        }
    }
}
