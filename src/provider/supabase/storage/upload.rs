//! Writing objects from files: small ones at one go, others in pieces that can be taken up again.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::provider::http::{Cause, Failure, Repeat};
use crate::provider::supabase::storage::client::{StorageClient, time_for};
use crate::provider::supabase::storage::resumable::CHUNK;

/// The longest header that an upload sends, in bytes. Servers take 8 to 16 KB of headers in all.
const LONGEST_HEADER: usize = 4096;

/// A file on its way to an object, whose place it takes where there is one.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    pub bucket: &'a str,
    pub name: &'a str,
    pub path: &'a Path,
    pub bytes: u64,
    pub content_type: &'a str,
    /// Such as `max-age=3600`.
    pub cache_control: Option<&'a str>,
    /// What users noted on it.
    pub user_metadata: Option<&'a Value>,
}

/// Whoever follows an upload.
pub trait Watch: Sync {
    /// So many more bytes have arrived.
    fn moved(&self, _bytes: u64) {}

    /// It goes on in pieces under this id, by which it can be taken up again.
    fn begun(&self, _id: &str) {}

    /// The id of an earlier upload of the same bytes to the same place that may not be finished.
    fn earlier(&self) -> Option<String> {
        None
    }
}

/// Nobody follows.
pub struct Unwatched;

impl Watch for Unwatched {}

impl Upload<'_> {
    /// As a header has it; `None` where there is none, or none that fits into a header.
    pub(super) fn metadata_header(&self) -> Option<String> {
        let text = STANDARD.encode(self.user_metadata?.to_string());
        (text.len() <= LONGEST_HEADER).then_some(text)
    }
}

impl StorageClient {
    /// Puts an object there. Doing it again changes nothing more.
    pub async fn upload(&self, upload: &Upload<'_>, watch: &dyn Watch) -> Result<(), Failure> {
        if upload.bytes > CHUNK {
            return self.upload_in_pieces(upload, watch).await;
        }
        let bytes = read(upload, 0).await?;
        let length = bytes.len() as u64;
        let what = format!("store the file {}/{}", upload.bucket, upload.name);
        let mut request = self
            .object_request(Method::POST, &[], upload.bucket, upload.name, what)?
            .header("x-upsert", "true")
            .raw(upload.content_type, bytes)
            .repeat(Repeat::Safe)
            .timeout(time_for(upload.bytes));
        if let Some(cache) = upload.cache_control {
            request = request.header("cache-control", cache);
        }
        if let Some(metadata) = upload.metadata_header() {
            request = request.header("x-metadata", metadata);
        }
        self.send(&request).await?;
        watch.moved(length);
        Ok(())
    }
}

/// A piece of the file, from `offset`.
pub(super) async fn read(upload: &Upload<'_>, offset: u64) -> Result<Vec<u8>, Failure> {
    let path = upload.path;
    let most = CHUNK.min(upload.bytes.saturating_sub(offset));
    let unreadable = |error: std::io::Error| {
        let message = format!("Cannot read {} to upload it: {error}.", path.display());
        Failure::new(Cause::Setup, message)
    };
    let mut file = File::open(path).await.map_err(unreadable)?;
    let from = std::io::SeekFrom::Start(offset);
    file.seek(from).await.map_err(unreadable)?;
    let mut bytes = Vec::with_capacity(usize::try_from(most).unwrap_or_default());
    let mut part = file.take(most);
    part.read_to_end(&mut bytes).await.map_err(unreadable)?;
    Ok(bytes)
}
