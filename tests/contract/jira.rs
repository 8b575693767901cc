//! Exchanges with Jira against its two documents.

use std::path::Path;

use serde_json::Value;

use super::check::{Manners, check_as};
use super::document::Document;

const MANNERS: Manners = Manners {
    scheme: "Basic ",
    limit_headers: &[],
    is_error: |answer| {
        answer["errorMessages"].is_array() && answer["errors"].is_object()
            || answer["errors"].is_array()
    },
    common_headers: &["authorization", "content-type", "x-atlassian-token"],
};

/// Operations outside the documents, and why they are there.
const OUTSIDE: [(&str, &str); 2] = [
    (
        "/_sandbox/media/",
        "stands in for the media service, which is another host",
    ),
    (
        "/rest/api/3/search",
        "was removed from the API: it's served as 410, as the service does",
    ),
];

pub struct Jira {
    platform: Document,
    software: Document,
}

impl Jira {
    pub fn read(folder: &Path) -> Jira {
        Jira {
            platform: Document::read(&folder.join("trimmed/jira-platform.json")),
            software: Document::read(&folder.join("trimmed/jira-software.json")),
        }
    }

    /// The operation of an exchange, and what is wrong with it.
    pub fn check(&self, exchange: &Value) -> (Option<String>, Vec<String>) {
        let path = exchange["path"].as_str().unwrap();
        let is_outside = OUTSIDE.iter().any(|(outside, _)| {
            path == *outside || outside.ends_with('/') && path.starts_with(outside)
        });
        if is_outside {
            return (None, Vec::new());
        }
        let document = match path.starts_with("/rest/agile/") {
            true => &self.software,
            false => &self.platform,
        };
        let verdict = check_as(document, &with_colons(exchange), &MANNERS);
        (verdict.operation, verdict.wrong)
    }
}

/// The document calls moments `date-time`, and its own examples have `+0000`, as the service does,
/// where RFC 3339 has a colon.
fn with_colons(exchange: &Value) -> Value {
    let text = exchange.to_string().replace("+0000\"", "+00:00\"");
    serde_json::from_str(&text).unwrap()
}
