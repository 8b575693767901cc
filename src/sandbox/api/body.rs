//! Reading a request's JSON body, with a refusal in the API's own shape.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::sandbox::api::error::ApiError;

/// The longest body, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// A JSON body as `T`. Whether unknown fields are refused is `T`'s matter.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let bytes = axum::body::to_bytes(request.into_body(), LONGEST)
            .await
            .map_err(|error| {
                ApiError::bad_request(format!("The body could not be read: {error}"))
                    .into_response()
            })?;
        serde_json::from_slice(&bytes)
            .map(Body)
            .map_err(|error| ApiError::bad_request(error.to_string()).into_response())
    }
}
