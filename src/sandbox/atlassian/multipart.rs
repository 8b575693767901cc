//! Uploads: the parts of a `multipart/form-data` body (RFC 7578).

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use futures_util::stream;

use crate::sandbox::atlassian::refusal::{Answer, Refusal};

/// One part of a form.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: String,
    /// Where the part is a file.
    pub filename: Option<String>,
    pub mime: Option<String>,
    pub bytes: Bytes,
}

/// The parts of a body; none where it's of another kind.
pub async fn read(headers: &HeaderMap, body: Bytes) -> Answer<Vec<Part>> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        return Ok(Vec::new());
    }
    let wrong = |error: multer::Error| Refusal::bad(format!("The form cannot be read: {error}"));
    let boundary = multer::parse_boundary(kind).map_err(wrong)?;
    let whole = stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut form = multer::Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(wrong)? {
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            filename: field.file_name().map(str::to_owned),
            mime: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await.map_err(wrong)?,
        });
    }
    Ok(parts)
}
