//! Resumable uploads: TUS 1.0.0 (<https://tus.io/protocols/resumable-upload>), in the pieces of 6 MB
//! that Supabase prescribes (<https://supabase.com/docs/guides/storage/uploads/resumable-uploads>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use crate::provider::http::{Cause, Failure, Repeat, Request};
use crate::provider::supabase::storage::client::{StorageClient, time_for};
use crate::provider::supabase::storage::upload::{Upload, Watch, read};

/// The size of a piece, in bytes, and the largest file that is sent at one go.
pub const CHUNK: u64 = 6 * 1024 * 1024;
/// Failures in a row before it's given up.
const TRIES: u32 = 6;

impl StorageClient {
    pub(super) async fn upload_in_pieces(
        &self,
        upload: &Upload<'_>,
        watch: &dyn Watch,
    ) -> Result<(), Failure> {
        let earlier = match watch.earlier() {
            Some(id) => self.arrived(&id, upload).await?.map(|offset| (id, offset)),
            None => None,
        };
        let (mut id, mut offset) = match earlier {
            Some(earlier) => earlier,
            None => (self.begin(upload, watch).await?, 0),
        };
        watch.moved(offset);
        let (mut told, mut failures) = (offset, 0);
        while offset < upload.bytes {
            let piece = read(upload, offset).await?;
            if piece.is_empty() {
                let message = format!("{} became shorter while it was sent.", upload.name);
                return Err(Failure::new(Cause::Setup, message));
            }
            let length = piece.len() as u64;
            let request = self
                .piece(Method::PATCH, &id, upload)
                .header("upload-offset", offset.to_string())
                .raw("application/offset+octet-stream", piece)
                .timeout(time_for(length));
            match self.send(&request).await {
                Ok(answer) => {
                    let said = answer.header("upload-offset").and_then(|n| n.parse().ok());
                    offset = said.unwrap_or(offset + length);
                    failures = 0;
                }
                Err(failure) => {
                    failures += 1;
                    if failures >= TRIES || !can_go_on(&failure) {
                        return Err(failure);
                    }
                    offset = match self.arrived(&id, upload).await? {
                        Some(arrived) => arrived,
                        // the service knows nothing of it any more
                        None => {
                            id = self.begin(upload, watch).await?;
                            0
                        }
                    };
                }
            }
            if offset > told {
                watch.moved(offset - told);
                told = offset;
            }
        }
        Ok(())
    }

    fn piece(&self, method: Method, id: &str, upload: &Upload<'_>) -> Request {
        let what = format!("store the file {}/{}", upload.bucket, upload.name);
        self.request(method, &["upload", "resumable", id], what)
            .header("tus-resumable", "1.0.0")
            .header("x-upsert", "true")
    }

    /// Announces an upload; its id. One that is announced twice and never sent is forgotten by the
    /// service.
    async fn begin(&self, upload: &Upload<'_>, watch: &dyn Watch) -> Result<String, Failure> {
        let mut described = vec![
            ("bucketName", upload.bucket),
            ("objectName", upload.name),
            ("contentType", upload.content_type),
        ];
        let seconds = upload
            .cache_control
            .and_then(|c| c.strip_prefix("max-age="));
        described.extend(seconds.map(|seconds| ("cacheControl", seconds)));
        let mut said: Vec<String> = described
            .into_iter()
            .map(|(name, value)| format!("{name} {}", STANDARD.encode(value)))
            .collect();
        said.extend(
            upload
                .metadata_header()
                .map(|text| format!("metadata {text}")),
        );
        let request = self
            .piece(Method::POST, "", upload)
            .header("upload-length", upload.bytes.to_string())
            .header("upload-metadata", said.join(","))
            .repeat(Repeat::Safe);
        let answer = self.send(&request).await?;
        // only the id is taken over: pieces, and the key with them, go where the project is
        let place = answer.header("location").unwrap_or_default();
        let id = place.trim_end_matches('/').rsplit('/').next();
        match id.filter(|id| !id.is_empty() && *id != "resumable") {
            Some(id) => {
                watch.begun(id);
                Ok(id.to_owned())
            }
            None => Err(Failure::new(
                Cause::Malformed,
                format!(
                    "Supabase Storage took the upload of {} without saying where.",
                    upload.name
                ),
            )),
        }
    }

    /// How many bytes have arrived; `None` where the service doesn't know the upload.
    async fn arrived(&self, id: &str, upload: &Upload<'_>) -> Result<Option<u64>, Failure> {
        let request = self.piece(Method::HEAD, id, upload).accept(404).accept(410);
        let answer = self.send(&request).await?;
        if matches!(answer.status, 404 | 410) {
            return Ok(None);
        }
        let said = answer.header("upload-offset").and_then(|n| n.parse().ok());
        said.map(Some).ok_or_else(|| {
            let message = "Supabase Storage doesn't say how much of an upload arrived.";
            Failure::new(Cause::Malformed, message)
        })
    }
}

/// A break, another writer who is about to end, or an offset that isn't the service's.
fn can_go_on(failure: &Failure) -> bool {
    failure.transient() || matches!(failure.status(), Some(404 | 409 | 410 | 423 | 460))
}
