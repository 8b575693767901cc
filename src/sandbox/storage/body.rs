//! Bodies: JSON, and bytes that are streamed.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use crate::sandbox::storage::refusal::Refusal;

/// The longest JSON body, in bytes.
const LONGEST: usize = 1024 * 1024;
/// So much of a refused upload is read, so that the client comes to read the refusal.
const PATIENCE: usize = 64 * 1024 * 1024;

/// A JSON body as `T`; an empty one is read as `null`.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let wrong = |text: String| Refusal::bad(text).into_response();
        let bytes = axum::body::to_bytes(request.into_body(), LONGEST).await;
        let bytes = bytes.map_err(|e| wrong(format!("The body can't be read: {e}")))?;
        let text: &[u8] = match bytes.is_empty() {
            true => b"null",
            false => &bytes,
        };
        serde_json::from_slice(text)
            .map(Json)
            .map_err(|e| wrong(format!("body {e}")))
    }
}

/// The next bytes of an upload.
pub async fn next(stream: &mut BodyDataStream) -> Option<Result<Bytes, Refusal>> {
    let chunk = stream.next().await?;
    Some(chunk.map_err(|e| Refusal::bad(format!("The upload broke off: {e}"))))
}

/// Reads on after a refusal, for a while.
pub async fn drain(body: Body) {
    drain_stream(&mut body.into_data_stream()).await;
}

pub async fn drain_stream(stream: &mut BodyDataStream) {
    let mut read = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        read += chunk.len();
        if read > PATIENCE {
            return;
        }
    }
}
