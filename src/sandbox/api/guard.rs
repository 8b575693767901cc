//! What every request passes before its handler: the token, the limit, and the ordered faults.

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use crate::sandbox::api::error::ApiError;
use crate::sandbox::api::faults::{Fault, FaultKind, strike};
use crate::sandbox::api::limits::Place;
use crate::sandbox::api::state::ApiState;

/// What an answer says that was ordered.
pub const ORDERED: &str = "A fault that was ordered.";

pub async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if !has_token(&request, state.token()) {
        return ApiError::new(StatusCode::UNAUTHORIZED, "Unauthorized").into_response();
    }
    let called = Called::read(&request);
    if called.pattern.starts_with("/_sandbox/") {
        return next.run(request).await;
    }
    if !called.pattern.ends_with("/health") {
        state.touch();
    }
    let place = state.limits().take(called.limit_key(), Instant::now());
    let mut response = if place.allowed {
        disturbed(&state, &called, ordered_status, request, next).await
    } else {
        refuse(&place)
    };
    place.write(response.headers_mut());
    response
}

fn refuse(place: &Place) -> Response {
    let message = format!("Too many requests: wait {} seconds.", place.reset);
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, message).into_response()
}

fn has_token(request: &Request, token: &str) -> bool {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    is_same(given, token)
}

/// Compares without leaving early, so that time tells nothing about the token.
pub fn is_same(given: &str, token: &str) -> bool {
    given.len() == token.len()
        && given
            .bytes()
            .zip(token.bytes())
            .fold(0, |different, (a, b)| different | (a ^ b))
            == 0
}

/// Which operation on what.
pub struct Called {
    pub method: String,
    pub pattern: String,
    pub path: String,
    /// The project, where the path names one.
    pub project: Option<String>,
}

impl Called {
    pub fn read(request: &Request) -> Called {
        let path = request.uri().path().to_owned();
        let pattern = request
            .extensions()
            .get::<MatchedPath>()
            .map_or_else(|| path.clone(), |matched| matched.as_str().to_owned());
        // the management API's paths, and those of a project's own services
        let place = ["/v1/projects/{ref}", "/projects/{ref}"]
            .iter()
            .find(|start| pattern.starts_with(*start))
            .map(|start| start.matches('/').count());
        let project = place
            .and_then(|place| path.split('/').nth(place))
            .map(str::to_owned);
        Called {
            method: request.method().to_string(),
            pattern,
            path,
            project,
        }
    }

    fn limit_key(&self) -> String {
        let scope = match &self.project {
            Some(project) => project.as_str(),
            None => self.path.split('/').nth(3).unwrap_or_default(),
        };
        format!("{} {} {scope}", self.method, self.pattern)
    }

    fn struck_by(&self, fault: &Fault) -> bool {
        !fault.is_fate()
            && fault.matches(
                &self.method,
                &self.pattern,
                &self.path,
                self.project.as_deref(),
            )
    }
}

/// Carries a request out, or lets the fault strike that was ordered for it. `refusal` is the
/// answer with a status, in the shape of the API that was called.
pub async fn disturbed(
    state: &ApiState,
    called: &Called,
    refusal: fn(StatusCode) -> Response,
    request: Request,
    next: Next,
) -> Response {
    let fault = match ordered_fault(state, called) {
        Ok(fault) => fault,
        Err(error) => return error.into_response(),
    };
    match fault.map(|fault| fault.kind) {
        Some(FaultKind::Status {
            status,
            retry_after,
        }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = refusal(status);
            if let Some(seconds) = retry_after {
                let headers = response.headers_mut();
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        Some(FaultKind::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Some(FaultKind::DropBefore) => cut_connection(Bytes::new()),
        Some(FaultKind::DropAfter) => {
            next.run(request).await;
            cut_connection(Bytes::new())
        }
        Some(FaultKind::Truncate) => truncate(next.run(request).await).await,
        _ => next.run(request).await,
    }
}

fn ordered_fault(state: &ApiState, called: &Called) -> Result<Option<Fault>, ApiError> {
    // Most of the time there is none, and nothing needs writing.
    if !state.read(|data| data.faults.iter().any(|fault| called.struck_by(fault))) {
        return Ok(None);
    }
    state.change(|data| {
        Ok(strike(&mut data.faults, rand::random(), |fault| {
            called.struck_by(fault)
        }))
    })
}

fn ordered_status(status: StatusCode) -> Response {
    ApiError::new(status, ORDERED).into_response()
}

/// A response whose body breaks off after `sent`. With nothing sent, the server closes the
/// connection before even the status is out, because it writes head and body together.
fn cut_connection(sent: Bytes) -> Response {
    Response::new(broken_body(sent))
}

fn broken_body(sent: Bytes) -> Body {
    let broken = || std::io::Error::other("a fault that was ordered");
    if sent.is_empty() {
        return Body::from_stream(stream::once(async move { Err::<Bytes, _>(broken()) }));
    }
    let end = stream::once(async move {
        // Lets the server send what it has before the connection breaks.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(broken())
    });
    Body::from_stream(stream::iter([Ok(sent)]).chain(end))
}

async fn truncate(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(parts, broken_body(half))
}
