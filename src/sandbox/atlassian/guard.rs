//! What every request to the site passes before its handler: who asks, the limits, the faults.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sandbox::api::{Called, ORDERED, disturbed, is_same};
use crate::sandbox::atlassian::account::{User, user_of_email};
use crate::sandbox::atlassian::limits::Place;
use crate::sandbox::atlassian::refusal::Refusal;
use crate::sandbox::atlassian::site::Site;

/// What is served without signing in: the site's id, and the stand-in for the media service, whose
/// addresses are secrets of their own.
const OPEN: [&str; 2] = ["/_edge/tenant_info", "/_sandbox/media/"];

pub async fn guard(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let called = Called::read(&request);
    if !OPEN.iter().any(|open| called.pattern.starts_with(open)) {
        let Some(user) = signed_in(&request, site.token()) else {
            return unauthorized(&called.path);
        };
        request.extensions_mut().insert(user);
    }
    site.api().touch();
    let issue = issue_written(&called);
    let place = site.limits().take(
        &called.method,
        &called.pattern,
        issue.as_deref(),
        Instant::now(),
    );
    let mut response = match place.refused {
        None => {
            let refusal = shape(&called.path);
            disturbed(site.api(), &called, refusal, request, next).await
        }
        Some(_) => refuse(&called.path),
    };
    write(&place, &mut response);
    response
}

fn write(place: &Place, response: &mut Response) {
    place.write(response.headers_mut());
}

fn refuse(path: &str) -> Response {
    Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Rate limit exceeded. Wait as long as Retry-After says.",
    )
    .render(path)
}

fn unauthorized(path: &str) -> Response {
    let mut response = Refusal::new(
        StatusCode::UNAUTHORIZED,
        "Client must be authenticated to access this resource.",
    )
    .render(path);
    let realm = header::HeaderValue::from_static("OAuth realm=\"sandbox\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, realm);
    response
}

/// The answer of an ordered fault, in the shape of the API that was called.
fn shape(path: &str) -> fn(StatusCode) -> Response {
    if path.starts_with("/wiki/api/v2/") {
        |status| Refusal::new(status, ORDERED).render("/wiki/api/v2/")
    } else if path.starts_with("/wiki/") {
        |status| Refusal::new(status, ORDERED).render("/wiki/")
    } else {
        |status| Refusal::new(status, ORDERED).render("")
    }
}

/// Whose e-mail address came with the right token.
fn signed_in(request: &Request, token: &str) -> Option<User> {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let decoded = STANDARD.decode(given.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (email, password) = text.split_once(':')?;
    is_same(password, token)
        .then(|| user_of_email(email))
        .flatten()
}

/// The issue that a request writes to, as the path names it.
fn issue_written(called: &Called) -> Option<String> {
    let written = called.method != "GET"
        && called
            .pattern
            .starts_with("/rest/api/3/issue/{issueIdOrKey}");
    written
        .then(|| called.path.split('/').nth(5).map(str::to_uppercase))
        .flatten()
}
