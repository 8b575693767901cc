//! Refusals, in the shape of whichever API was called.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::error::{Error, Kind};

/// Why a request isn't carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: StatusCode,
    pub messages: Vec<String>,
    /// What is wrong with which field.
    pub errors: Map<String, Value>,
}

/// What a handler gives back.
pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Refusal {
            status,
            messages: vec![message.into()],
            errors: Map::new(),
        }
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 400, because of one field.
    pub fn field(name: impl Into<String>, message: impl Into<String>) -> Self {
        let mut refusal = Refusal {
            status: StatusCode::BAD_REQUEST,
            messages: Vec::new(),
            errors: Map::new(),
        };
        let message: String = message.into();
        refusal.errors.insert(name.into(), message.into());
        refusal
    }

    /// Jira's shape.
    pub fn body(&self) -> Value {
        json!({ "errorMessages": self.messages, "errors": self.errors })
    }

    fn text(&self) -> String {
        let fields = self.errors.iter().map(|(field, message)| {
            let message = message.as_str().unwrap_or_default();
            format!("{field}: {message}")
        });
        let all: Vec<String> = self.messages.iter().cloned().chain(fields).collect();
        all.join(" ")
    }

    /// The answer to a request for `path`. Jira has `errorMessages` and `errors`, Confluence's
    /// v2 a list of `errors`, and its v1 a `statusCode` and a `message`.
    pub fn render(&self, path: &str) -> Response {
        let code = self.status.as_u16();
        let body = if path.starts_with("/wiki/api/v2/") {
            let reason = self.status.canonical_reason().unwrap_or("Error");
            let named = match code {
                400 => "INVALID_REQUEST_PARAMETER".to_owned(),
                _ => reason.to_uppercase().replace(' ', "_"),
            };
            let error =
                json!({ "status": code, "code": named, "title": self.text(), "detail": null });
            json!({ "errors": [error] })
        } else if path.starts_with("/wiki/") {
            json!({
                "statusCode": code,
                "data": { "authorized": code != 401, "valid": true, "errors": [], "successful": false },
                "message": self.text(),
            })
        } else {
            self.body()
        };
        (self.status, Json(body)).into_response()
    }
}

impl From<Error> for Refusal {
    /// What went wrong in the sandbox itself.
    fn from(error: Error) -> Self {
        let status = match error.kind {
            Kind::Parse | Kind::Usage => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Refusal::new(status, error.chain())
    }
}
