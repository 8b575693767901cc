//! Errors in Storage's own shape.
//!
//! The service answers most of them with the status 400 and says in the body what it means
//! (`statusCode`); faults of its own keep their status, and so does what its gateway refuses.
//! Resumable uploads answer as their protocol has it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::{Error, Kind};

/// What a request is answered with instead of what it asked for.
#[derive(Debug)]
pub struct Refusal {
    /// What the body says.
    status: u16,
    code: &'static str,
    error: String,
    message: String,
    /// The answer's own status is the body's.
    exact: bool,
}

pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            code,
            error: code.to_owned(),
            message: message.into(),
            exact: status >= 500 || status == 401,
        }
    }

    fn named(mut self, error: &str) -> Refusal {
        error.clone_into(&mut self.error);
        self
    }

    /// With the status itself, as resumable uploads are answered.
    pub fn exact(mut self) -> Refusal {
        self.exact = true;
        self
    }

    pub fn bad(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "InvalidRequest", message)
    }

    pub fn no_key() -> Refusal {
        Refusal::new(401, "AccessDenied", "No API key found in request").named("Unauthorized")
    }

    pub fn wrong_key() -> Refusal {
        Refusal::new(403, "AccessDenied", "Invalid Compact JWS").named("Unauthorized")
    }

    pub fn denied(message: impl Into<String>) -> Refusal {
        Refusal::new(403, "AccessDenied", message).named("Unauthorized")
    }

    pub fn no_bucket() -> Refusal {
        Refusal::new(404, "NoSuchBucket", "Bucket not found").named("Bucket not found")
    }

    pub fn no_object() -> Refusal {
        Refusal::new(404, "NoSuchKey", "Object not found").named("not_found")
    }

    pub fn exists() -> Refusal {
        Refusal::new(409, "ResourceAlreadyExists", "The resource already exists").named("Duplicate")
    }

    pub fn too_large() -> Refusal {
        let message = "The object exceeded the maximum allowed size";
        Refusal::new(413, "EntityTooLarge", message).named("Payload too large")
    }

    pub fn wrong_type(mime: &str) -> Refusal {
        let message = format!("mime type {mime} is not supported");
        Refusal::new(415, "InvalidMimeType", message).named("invalid_mime_type")
    }

    pub fn internal(message: impl Into<String>) -> Refusal {
        Refusal::new(500, "InternalError", message).named("Internal")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self.exact {
            true => StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            false => StatusCode::BAD_REQUEST,
        };
        let body = json!({
            "statusCode": self.status.to_string(),
            "error": self.error,
            "message": self.message,
            "code": self.code,
        });
        (status, Json(body)).into_response()
    }
}

impl From<Error> for Refusal {
    /// What the project's database refused, by the code that stands in its message.
    fn from(error: Error) -> Refusal {
        let says = |code: &str| error.message.contains(&format!(" {code}: "));
        match error.kind {
            Kind::Database if says("42501") => {
                Refusal::denied("new row violates row-level security policy")
            }
            Kind::Database if says("23505") => Refusal::exists(),
            Kind::Database if says("23503") => Refusal::no_bucket(),
            Kind::Database
                if error.message.contains(":  22") || error.message.contains(":  23") =>
            {
                Refusal::bad(error.message)
            }
            Kind::Network | Kind::Timeout => Refusal::new(
                544,
                "DatabaseTimeout",
                "The connection to the database timed out",
            ),
            _ => Refusal::internal(error.chain()),
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Refusal {
        Refusal::internal(format!("The file can't be read or written: {error}"))
    }
}
