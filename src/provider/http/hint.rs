//! What to do about a failure, case by case.

use reqwest::StatusCode;
use serde_json::{Map, Value};

use crate::provider::http::failure::{Cause, Failure};
use crate::provider::http::redact::redact;
use crate::provider::http::request::Request;

/// The longest part of a service's own message that is repeated.
const LONGEST_MESSAGE: usize = 400;

/// The failure for an answer with the status of an error.
pub fn for_status(request: &Request, status: u16, body: &[u8]) -> Failure {
    let said = said(body, &request.all_secrets());
    let name = StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("no standard status");
    let mut message = format!(
        "{} refused to {}: {status} {name}",
        request.service, request.what
    );
    if status >= 500 {
        message = format!(
            "{} failed to {}: {status} {name}",
            request.service, request.what
        );
    }
    if let Some(said) = said {
        message.push_str(&format!(", \"{said}\""));
    }
    message.push('.');
    let failure = Failure::new(Cause::Status(status), message);
    match hint(request, status) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn hint(request: &Request, status: u16) -> Option<String> {
    let key = if request.credential_key.is_empty() {
        "the access token".to_owned()
    } else {
        format!("{} in the instance's .env", request.credential_key)
    };
    let service = request.service;
    Some(match status {
        401 => format!("Check {key}: the token is missing, wrong or expired."),
        402 => format!("{service} asks for a paid plan for this. See the organization's billing page."),
        403 => format!("The token may not do this. Check its permissions, and that {key} belongs to the right account."),
        404 => format!("It may have been deleted, or the token of {key} may not see it."),
        409 => "Something with that name may be there already. Look at what exists before trying again.".to_owned(),
        429 => format!("{service} allows only so many requests a minute. Wait a minute, then try again."),
        500.. => format!("This is on {service}'s side. Try again in a few minutes."),
        _ => return None,
    })
}

/// The failure for a request that got no answer.
pub fn for_transport(request: &Request, error: &reqwest::Error) -> Failure {
    let host = reqwest::Url::parse(&request.url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "the service".to_owned());
    let detail = redact(&innermost(error), &request.all_secrets());
    let asked = format!("{} could not be asked to {}", request.service, request.what);
    if error.is_timeout() {
        return timeout(request);
    }
    if error.is_builder() {
        return Failure::new(Cause::Setup, format!("{asked}: {detail}."))
            .hint("Check the address of the service in the instance's configuration.");
    }
    if error.is_connect() {
        let hint = if detail.contains("dns")
            || detail.contains("lookup")
            || detail.contains("resolve")
        {
            format!(
                "The name {host} could not be found. Check the network connection, and the address in the configuration."
            )
        } else if detail.contains("certificate") {
            format!(
                "The certificate of {host} is not trusted on this machine. Check the clock, and the proxy's certificates."
            )
        } else if detail.contains("refused") {
            format!(
                "Nothing answers at {host}. If it is the sandbox, start it with `matriz sandbox start`."
            )
        } else {
            "Check the network connection.".to_owned()
        };
        return Failure::new(
            Cause::Unreachable,
            format!("{asked}: {host} cannot be reached ({detail})."),
        )
        .hint(hint);
    }
    Failure::new(
        Cause::Broken,
        format!("{asked}: the connection to {host} broke ({detail})."),
    )
    .hint("Check the network connection, then try again.")
}

/// The failure for a request that took too long.
pub fn timeout(request: &Request) -> Failure {
    Failure::new(
        Cause::Timeout,
        format!(
            "{} did not answer in time when asked to {}.",
            request.service, request.what
        ),
    )
    .hint("Try again. If it happens again, check the network and the service's status page.")
}

pub fn cancelled(request: &Request) -> Failure {
    Failure::new(
        Cause::Cancelled,
        format!(
            "Cancelled while asking {} to {}.",
            request.service, request.what
        ),
    )
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    text.trim_end_matches('.').to_owned()
}

/// What the service itself says: the message of its JSON, or the beginning of its text.
fn said(body: &[u8], secrets: &[&str]) -> Option<String> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => ["message", "msg", "error_description", "error"]
            .iter()
            .find_map(|name| fields.get(*name))
            .map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .or_else(|| several(&fields))?,
        Ok(Value::String(text)) => text,
        Ok(_) => return None,
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            // A gateway's HTML page helps nobody.
            if text.trim_start().starts_with('<') {
                return None;
            }
            text.into_owned()
        }
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean: String = redact(&line, secrets)
        .chars()
        .take(LONGEST_MESSAGE)
        .collect();
    let clean = clean.trim().trim_end_matches('.').to_owned();
    (!clean.is_empty()).then_some(clean)
}

/// Several messages at once: Jira's `errorMessages` and `errors` by field, and Confluence's
/// `errors` with a title and a detail each.
fn several(fields: &Map<String, Value>) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    let lists = [fields.get("errorMessages"), fields.get("errors")];
    for item in lists
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
    {
        let parts = match item {
            Value::String(text) => vec![text.clone()],
            item => ["title", "detail", "message"]
                .iter()
                .filter_map(|name| item.get(*name)?.as_str().map(str::to_owned))
                .collect(),
        };
        if !parts.is_empty() {
            texts.push(parts.join(": "));
        }
    }
    if let Some(Value::Object(by_field)) = fields.get("errors") {
        for (field, text) in by_field {
            texts.push(format!("{field}: {}", text.as_str().unwrap_or_default()));
        }
    }
    (!texts.is_empty()).then(|| texts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::Method;

    fn request() -> Request {
        let mut request = Request::new(
            "Supabase",
            "list the projects",
            Method::GET,
            "https://x.test/v1",
        );
        request.credential_key = "SUPABASE_ACCESS_TOKEN".into();
        request.bearer = Some("example-token-1".into());
        request
    }

    #[test]
    fn a_refusal_names_the_service_the_wish_the_status_and_the_reason() {
        let body = br#"{"message":"Unauthorized for example-token-1."}"#;
        let failure = for_status(&request(), 401, body);
        assert_eq!(
            failure.message,
            "Supabase refused to list the projects: 401 Unauthorized, \"Unauthorized for ••••••••••\"."
        );
        assert!(
            failure
                .hint
                .as_deref()
                .is_some_and(|h| h.contains("SUPABASE_ACCESS_TOKEN"))
        );
        assert!(!failure.ambiguous());
    }

    #[test]
    fn several_messages_are_all_said() {
        let said = |body: &[u8]| for_status(&request(), 400, body).message;
        let jira = br#"{"errorMessages":["No."],"errors":{"summary":"is missing"}}"#;
        assert!(said(jira).contains("\"No.; summary: is missing\""));
        let confluence = br#"{"errors":[{"status":400,"title":"Bad","detail":"a title"}]}"#;
        assert!(said(confluence).contains("\"Bad: a title\""));
    }

    #[test]
    fn html_is_not_repeated() {
        let failure = for_status(&request(), 502, b"<html>Bad gateway</html>");
        assert_eq!(
            failure.message,
            "Supabase failed to list the projects: 502 Bad Gateway."
        );
        assert!(failure.ambiguous());
    }
}
