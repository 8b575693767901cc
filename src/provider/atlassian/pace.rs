//! How often an operation is called.
//!
//! Atlassian Cloud refuses more than 100 GET or POST requests and 50 PUT or DELETE requests a
//! second to one operation, whoever of the site sends them (its rate limiting page for API tokens,
//! 2026). A refusal costs a second for everybody, so we stay below.

use std::time::Duration;

use reqwest::{Method, Url};

use crate::provider::http::{Rule, WriteKey};

/// Requests that leave within a second may arrive within less: this much is between.
const SECOND: Duration = Duration::from_millis(1100);

const READS: &[Rule] = &[Rule {
    writes: 100,
    span: SECOND,
}];
const WRITES: &[Rule] = &[Rule {
    writes: 50,
    span: SECOND,
}];

/// The operation of a request, with its limit.
pub fn operation(method: &Method, url: &str) -> WriteKey {
    let rules = match *method {
        Method::PUT | Method::DELETE => WRITES,
        _ => READS,
    };
    let pattern = match Url::parse(url) {
        Ok(url) => format!("{}{}", url.authority(), pattern(url.path())),
        Err(_) => url.to_owned(),
    };
    WriteKey {
        key: format!("{method} {pattern}"),
        rules,
    }
}

/// The path with `*` for what names one thing: whatever has a digit or a capital letter in it,
/// but for the version of the API.
fn pattern(path: &str) -> String {
    let names = |part: &str| {
        part.bytes()
            .any(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'%')
            && !matches!(part, "2" | "3" | "1.0" | "v2")
    };
    let words = ["issueLink", "issuetypescreenscheme", "validProjectName"];
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| match names(part) && !words.contains(&part) {
            true => "*",
            false => part,
        })
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_operation_share_its_limit() {
        let key = |url: &str| operation(&Method::POST, url).key;
        assert_eq!(
            key("https://example.atlassian.net/rest/api/3/issue/10001/comment"),
            "POST example.atlassian.net/rest/api/3/issue/*/comment"
        );
        assert_eq!(
            key("https://example.atlassian.net/rest/api/3/issueLink"),
            "POST example.atlassian.net/rest/api/3/issueLink"
        );
        assert_eq!(
            key("http://127.0.0.1:80/wiki/api/v2/pages/12/properties?limit=5"),
            key("http://127.0.0.1:80/wiki/api/v2/pages/13/properties")
        );
        let site = "https://example.atlassian.net/rest/api/3/project/PROJ";
        let deletes = operation(&Method::DELETE, site);
        assert_eq!(
            deletes.key,
            "DELETE example.atlassian.net/rest/api/3/project/*"
        );
        assert_eq!(deletes.rules, WRITES);
    }
}
