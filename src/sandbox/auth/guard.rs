//! What every request passes before its handler: the project's key, the ordered faults.

use axum::Json;
use axum::extract::{Query, RawPathParams, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::{Answer, Refusal};
use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::{
    ApiState, Called, KeyRole, ORDERED, Project, Token, disturbed, now_ms, read_token, role_of,
};

/// The status with which Supabase answers for a project that is paused.
const PAUSED: u16 = 540;

/// Whose project is asked, and who asks.
#[derive(Clone)]
pub struct Caller {
    pub project: Project,
    /// `http://host/projects/{ref}/auth/v1`
    pub url: String,
    pub user_agent: String,
    bearer: Option<String>,
    /// Set where the key itself stands for a bearer token, as the new keys do.
    key_role: Option<KeyRole>,
}

#[derive(Deserialize)]
pub struct InAddress {
    apikey: Option<String>,
}

pub async fn guard(
    State(state): State<ApiState>,
    parameters: RawPathParams,
    Query(in_address): Query<InAddress>,
    mut request: Request,
    next: Next,
) -> Response {
    let reference = parameters.iter().find(|(name, _)| *name == "ref");
    let reference = reference.map_or("", |(_, value)| value);
    let Ok(project) = state.project(reference) else {
        return gateway(StatusCode::NOT_FOUND, "There is no such project.", "");
    };
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(key) = text("apikey").map(str::to_owned).or(in_address.apikey) else {
        return gateway(
            StatusCode::UNAUTHORIZED,
            "No API key found in request",
            "No `apikey` request header or url param was found.",
        );
    };
    let Some(role) = role_of(&project, &key) else {
        return gateway(
            StatusCode::UNAUTHORIZED,
            "Invalid API key",
            "Double check your Supabase `anon` or `service_role` API key.",
        );
    };
    if !matches!(
        project.status,
        ProjectStatus::ActiveHealthy | ProjectStatus::ActiveUnhealthy
    ) {
        let status = StatusCode::from_u16(PAUSED).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        return gateway(status, "The project isn't running.", "");
    }
    let caller = caller(headers, project, &key, role);
    let called = Called::read(&request);
    state.touch();
    request.extensions_mut().insert(caller);
    disturbed(&state, &called, ordered, request, next).await
}

fn caller(headers: &HeaderMap, project: Project, key: &str, role: KeyRole) -> Caller {
    let text = |name: header::HeaderName| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    };
    let given = text(header::AUTHORIZATION).strip_prefix("Bearer ");
    // a new key is no token: it counts where no other token is given
    let stands_for_one = key.starts_with("sb_") && given.is_none_or(|token| token == key);
    Caller {
        url: format!(
            "http://{}/projects/{}/auth/v1",
            text(header::HOST),
            project.reference
        ),
        user_agent: text(header::USER_AGENT).to_owned(),
        bearer: given.map(str::to_owned),
        key_role: stands_for_one.then_some(role),
        project,
    }
}

/// The gateway in front of a project's services has a shape of its own.
fn gateway(status: StatusCode, message: &str, hint: &str) -> Response {
    let body = json!({ "message": message, "hint": hint });
    (status, Json(body)).into_response()
}

fn ordered(status: StatusCode) -> Response {
    Refusal::new(status, "unexpected_failure", ORDERED).into_response()
}

impl Caller {
    /// What the bearer token says.
    fn claims(&self) -> Answer<Value> {
        if let Some(role) = self.key_role {
            return Ok(match role {
                KeyRole::Service => json!({ "role": "service_role" }),
                KeyRole::Public => json!({ "role": "anon" }),
            });
        }
        let Some(token) = &self.bearer else {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                "no_authorization",
                "This endpoint requires a valid Bearer token",
            ));
        };
        let bad = |why: &str| {
            let message = format!("invalid JWT: unable to parse or verify signature, {why}");
            Refusal::forbidden("bad_jwt", message)
        };
        match read_token(token, self.project.jwt_secret.reveal(), now_ms() / 1000) {
            Token::Valid(claims) => Ok(claims),
            Token::Expired => Err(bad("token has invalid claims: token is expired")),
            Token::Wrong => Err(bad("signature is invalid")),
        }
    }

    /// The user and the session that the token is of.
    pub fn signed_in(&self) -> Answer<(String, String)> {
        let claims = self.claims()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        match (text("sub"), text("session_id")) {
            (Some(user), Some(session)) => Ok((user.to_owned(), session.to_owned())),
            _ => Err(Refusal::forbidden(
                "bad_jwt",
                "invalid claim: missing sub claim",
            )),
        }
    }

    /// Whether the caller may look after everybody.
    pub fn check_admin(&self) -> Answer<()> {
        let claims = self.claims()?;
        match claims.get("role").and_then(Value::as_str) {
            Some("service_role" | "supabase_admin") => Ok(()),
            _ => Err(Refusal::forbidden("not_admin", "User not allowed")),
        }
    }
}
