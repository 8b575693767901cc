//! Serving an object's bytes: whole or a range of them (RFC 9110, section 14), never as a whole in
//! memory.

use std::io::SeekFrom;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::sandbox::storage::buckets::Bucket;
use crate::sandbox::storage::files::Place;
use crate::sandbox::storage::objects::Object;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};
use crate::sandbox::storage::upload::header as text;

const CHUNK: usize = 64 * 1024;

#[derive(Deserialize)]
pub struct How {
    /// Asks for a name to save it under; the object's own where it's empty.
    download: Option<String>,
}

/// Whoever the policies let see it.
pub async fn authenticated(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
    Query(how): Query<How>,
    headers: HeaderMap,
) -> Answer<Response> {
    let project = asked.reference();
    let object = Object::seen(&storage, project, asked.caller()?, &bucket, &name).await?;
    let object = object.ok_or_else(Refusal::no_object)?;
    serve(&storage, &asked, &bucket, &name, &object, &how, &headers).await
}

/// Anybody, from a public bucket.
pub async fn public(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
    Query(how): Query<How>,
    headers: HeaderMap,
) -> Answer<Response> {
    if !Bucket::find(&storage, asked.reference(), &bucket)
        .await?
        .public
    {
        // a private bucket doesn't tell that it's there
        return Err(Refusal::no_bucket());
    }
    let object = Object::find(&storage, asked.reference(), &bucket, &name).await?;
    let object = object.ok_or_else(Refusal::no_object)?;
    serve(&storage, &asked, &bucket, &name, &object, &how, &headers).await
}

pub async fn serve(
    storage: &Storage,
    asked: &Asked,
    bucket: &str,
    name: &str,
    object: &Object,
    how: &How,
    headers: &HeaderMap,
) -> Answer<Response> {
    let place = Place {
        project: asked.reference(),
        bucket,
        name,
        version: object.version(),
    };
    // a row without bytes: it was copied, and its file wasn't
    let (file, length) = storage
        .files()
        .open(place)
        .await?
        .ok_or_else(Refusal::no_object)?;
    let tag = object.metadata("eTag");
    let mut builder = Response::builder();
    if let Some(out) = builder.headers_mut() {
        describe(out, object, how, name);
    }
    let failed = |_| Refusal::internal("The answer can't be written.");
    if !tag.is_empty() && text(headers, "if-none-match") == Some(tag) {
        let unchanged = builder.status(StatusCode::NOT_MODIFIED);
        return unchanged.body(Body::empty()).map_err(failed);
    }
    let range = match text(headers, "range") {
        None => None,
        Some(asks) => range(asks, length),
    };
    let (from, size) = match range {
        None => (0, length),
        Some(Some((from, to))) => {
            let shown = format!("bytes {from}-{to}/{length}");
            builder = builder
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, shown);
            (from, to + 1 - from)
        }
        Some(None) => {
            return Err(Refusal::new(416, "InvalidRange", "invalid range provided").exact());
        }
    };
    let body = Body::from_stream(bytes(file, from, size).await?);
    builder
        .header(header::CONTENT_LENGTH, size)
        .body(body)
        .map_err(failed)
}

fn describe(out: &mut HeaderMap, object: &Object, how: &How, name: &str) {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value)
            && !value.is_empty()
        {
            out.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, object.metadata("mimetype"));
    set(header::CACHE_CONTROL, object.metadata("cacheControl"));
    set(header::ETAG, object.metadata("eTag"));
    set(header::ACCEPT_RANGES, "bytes");
    if let Some(wanted) = &how.download {
        let own = name.rsplit('/').next().unwrap_or(name);
        let shown = if wanted.is_empty() { own } else { wanted };
        let plain = shown.replace(['"', '\\'], "_");
        set(
            header::CONTENT_DISPOSITION,
            &format!("attachment; filename=\"{plain}\""),
        );
    }
}

/// The first and the last byte that are asked for. `None`: a form that isn't served, which the
/// standard lets a server ignore; `Some(None)`: none of the bytes there are.
fn range(asks: &str, length: u64) -> Option<Option<(u64, u64)>> {
    let (from, to) = asks.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| text.parse::<u64>().ok();
    let last = length.checked_sub(1);
    let (from, to) = match (from, to) {
        ("", count) => (length.saturating_sub(number(count)?), u64::MAX),
        (from, "") => (number(from)?, u64::MAX),
        (from, to) => (number(from)?, number(to)?),
    };
    if to < from {
        return None;
    }
    Some(
        last.filter(|last| from <= *last)
            .map(|last| (from, to.min(last))),
    )
}

async fn bytes(
    mut file: File,
    from: u64,
    size: u64,
) -> Answer<impl stream::Stream<Item = std::io::Result<Bytes>>> {
    file.seek(SeekFrom::Start(from)).await?;
    Ok(stream::try_unfold(
        (file, size),
        |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let most = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let mut chunk = vec![0; most];
            let n = file.read(&mut chunk).await?;
            if n == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
            }
            chunk.truncate(n);
            Ok(Some((Bytes::from(chunk), (file, left - n as u64))))
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_there_is() {
        for (asks, length, is) in [
            ("bytes=0-3", 10, Some(Some((0, 3)))),
            ("bytes=8-", 10, Some(Some((8, 9)))),
            ("bytes=-3", 10, Some(Some((7, 9)))),
            ("bytes=-30", 10, Some(Some((0, 9)))),
            ("bytes=5-50", 10, Some(Some((5, 9)))),
            ("bytes=10-", 10, Some(None)),
            ("bytes=0-", 0, Some(None)),
            ("bytes=3-1", 10, None),
            ("bytes=1-2,4-5", 10, None),
            ("lines=1-2", 10, None),
        ] {
            assert_eq!(range(asks, length), is, "{asks}");
        }
    }
}
