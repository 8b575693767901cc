//! Resumable uploads: TUS 1.0.0 with creation and termination
//! (<https://tus.io/protocols/resumable-upload>).
//!
//! An upload is two files: what was said when it was created (`ID.json`), and its bytes (`ID`), whose
//! length is the offset. The last bytes make the object; if the process dies in between, whoever
//! asks next makes it. A finished upload is still known for a while, so that a client whose answer
//! got lost learns that it's done.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::sandbox::api::hex;
use crate::sandbox::storage::body::{drain, next};
use crate::sandbox::storage::buckets::Bucket;
use crate::sandbox::storage::caller::Caller;
use crate::sandbox::storage::files::{Place, tag_of_parts};
use crate::sandbox::storage::names::check_object;
use crate::sandbox::storage::objects::{NewObject, Object, new_version};
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};
use crate::sandbox::storage::upload::{header as text, wants_upsert};
use crate::workspace::file::{PRIVATE, write_whole};

const PROTOCOL: &str = "1.0.0";

/// What is known of an upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Upload {
    bucket: String,
    name: String,
    version: String,
    length: u64,
    mime: String,
    cache_control: String,
    user_metadata: Option<Value>,
    upsert: bool,
    role: String,
    claims: Value,
    done: bool,
}

/// An upload with the place of its files.
struct Held {
    upload: Upload,
    info: PathBuf,
    data: PathBuf,
}

fn missing() -> Refusal {
    Refusal::new(404, "NoSuchUpload", "Upload not found").exact()
}

fn answer(status: StatusCode, headers: &[(&'static str, String)]) -> Answer<Response> {
    let mut builder = Response::builder()
        .status(status)
        .header("tus-resumable", PROTOCOL)
        .header(header::CACHE_CONTROL, "no-store");
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    let failed = |_| Refusal::internal("The answer can't be written.");
    builder.body(Body::empty()).map_err(failed)
}

fn check_protocol(headers: &HeaderMap) -> Answer<()> {
    match text(headers, "tus-resumable") {
        Some(PROTOCOL) => Ok(()),
        _ => Err(Refusal::new(412, "TusError", "Tus-Resumable Required").exact()),
    }
}

/// `name base64, name base64`.
fn described(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let pairs = text(headers, "upload-metadata")?.split(',');
    let mut named = pairs.filter_map(|pair| pair.trim().split_once(' '));
    let (_, value) = named.find(|(name, _)| *name == wanted)?;
    String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()
}

pub async fn create(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    request: Request,
) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    drain(body).await;
    let headers = &parts.headers;
    check_protocol(headers)?;
    let caller = asked.caller()?;
    let length = text(headers, "upload-length").and_then(|n| n.parse().ok());
    let length: u64 = length.ok_or_else(|| Refusal::bad("Upload-Length is missing.").exact())?;
    let name = described(headers, "objectName").unwrap_or_default();
    let bucket = described(headers, "bucketName").unwrap_or_default();
    check_object(&name).map_err(Refusal::exact)?;
    let kind = Bucket::find(&storage, asked.reference(), &bucket).await;
    let kind = kind.map_err(Refusal::exact)?;
    let mime = described(headers, "contentType");
    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    kind.check_type(&mime).map_err(Refusal::exact)?;
    if length > kind.longest(&storage) {
        return Err(Refusal::too_large().exact());
    }
    let upsert = wants_upsert(headers);
    let there = Object::find(&storage, asked.reference(), &bucket, &name).await?;
    if there.is_some() && !upsert {
        return Err(Refusal::exists().exact());
    }
    let seconds = described(headers, "cacheControl");
    let seconds = seconds.filter(|text| text.parse::<i64>().is_ok());
    let upload = Upload {
        bucket,
        name,
        version: new_version(),
        length,
        mime,
        cache_control: seconds.map_or("no-cache".to_owned(), |n| format!("max-age={n}")),
        user_metadata: described(headers, "metadata")
            .and_then(|text| serde_json::from_str(&text).ok()),
        upsert,
        role: caller.role.clone(),
        claims: caller.claims.clone(),
        done: false,
    };
    let folder = storage.files().uploads(asked.reference()).await?;
    forget_old(&storage, &folder).await;
    let id = hex(&rand::random::<[u8; 16]>());
    let held = Held {
        upload,
        info: folder.join(format!("{id}.json")),
        data: folder.join(&id),
    };
    new_file(&held.data).await?;
    held.save()?;
    if length == 0 {
        held.finish(&storage, asked.reference()).await?;
    }
    let host = text(headers, "host").unwrap_or("127.0.0.1");
    let path = parts.uri.path().trim_end_matches('/');
    let place = format!("http://{host}{path}/{id}");
    answer(
        StatusCode::CREATED,
        &[("location", place), ("upload-offset", "0".to_owned())],
    )
}

async fn new_file(path: &std::path::Path) -> Answer<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).await?;
    Ok(())
}

/// Unfinished uploads that nobody came back to, and finished ones that everybody knows of.
async fn forget_old(storage: &Storage, folder: &std::path::Path) {
    let kept = Duration::from_secs(storage.options().upload_hours * 3600);
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else {
        return;
    };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let written = entry.metadata().await.and_then(|meta| meta.modified());
        let age = written.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
        if age.is_ok_and(|age| age > kept) {
            let _ = tokio::fs::remove_file(entry.path()).await;
        }
    }
}

impl Held {
    async fn find(storage: &Storage, asked: &Asked, id: &str) -> Answer<Held> {
        let right = id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        if !right {
            return Err(missing());
        }
        let folder = storage.files().uploads(asked.reference()).await?;
        let info = folder.join(format!("{id}.json"));
        let bytes = tokio::fs::read(&info).await.map_err(|_| missing())?;
        Ok(Held {
            upload: serde_json::from_slice(&bytes).map_err(|_| missing())?,
            data: folder.join(id),
            info,
        })
    }

    fn save(&self) -> Answer<()> {
        let bytes = serde_json::to_vec(&self.upload)
            .map_err(|_| Refusal::internal("The upload can't be noted."))?;
        write_whole(&self.info, &bytes, PRIVATE).map_err(Refusal::from)
    }

    async fn offset(&self) -> Answer<u64> {
        if self.upload.done {
            return Ok(self.upload.length);
        }
        let meta = tokio::fs::metadata(&self.data).await;
        Ok(meta.map_err(|_| missing())?.len())
    }

    /// Makes the object of an upload that is whole. May be done again.
    async fn finish(mut self, storage: &Storage, project: &str) -> Answer<()> {
        if self.upload.done {
            return Ok(());
        }
        let tag = tag_of_parts(&self.data).await?;
        let upload = &self.upload;
        let place = Place {
            project,
            bucket: &upload.bucket,
            name: &upload.name,
            version: &upload.version,
        };
        if !storage.files().link(&self.data, place).await? {
            return Err(missing());
        }
        let new = NewObject {
            place,
            size: upload.length,
            tag: &tag,
            mime: &upload.mime,
            cache_control: &upload.cache_control,
            user_metadata: upload.user_metadata.as_ref(),
            upsert: upload.upsert,
        };
        let caller = Caller {
            role: upload.role.clone(),
            claims: upload.claims.clone(),
        };
        new.write(storage, &caller).await.map_err(Refusal::exact)?;
        self.upload.done = true;
        self.save()?;
        let _ = tokio::fs::remove_file(&self.data).await;
        Ok(())
    }
}

pub async fn head(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    check_protocol(&headers)?;
    let held = Held::find(&storage, &asked, &id).await?;
    let (offset, length) = (held.offset().await?, held.upload.length);
    if offset == length && !held.upload.done {
        let _alone = storage.write_alone(&id)?;
        held.finish(&storage, asked.reference()).await?;
    }
    let said = [
        ("upload-offset", offset.to_string()),
        ("upload-length", length.to_string()),
    ];
    answer(StatusCode::OK, &said)
}

/// Takes the bytes that follow those that are there. What arrived before a connection broke stays.
pub async fn patch(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
    request: Request,
) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let outcome = append(&storage, &asked, &id, &parts.headers, body).await?;
    answer(
        StatusCode::NO_CONTENT,
        &[("upload-offset", outcome.to_string())],
    )
}

async fn append(
    storage: &Storage,
    asked: &Asked,
    id: &str,
    headers: &HeaderMap,
    body: Body,
) -> Answer<u64> {
    check_protocol(headers)?;
    asked.caller()?;
    if text(headers, "content-type") != Some("application/offset+octet-stream") {
        return Err(Refusal::new(415, "TusError", "Content-Type is wrong").exact());
    }
    let _alone = storage.write_alone(id)?;
    let held = Held::find(storage, asked, id).await?;
    let length = held.upload.length;
    let mut offset = held.offset().await?;
    if text(headers, "upload-offset").and_then(|n| n.parse().ok()) != Some(offset) {
        drain(body).await;
        return Err(Refusal::new(409, "TusError", "Upload-Offset conflict").exact());
    }
    if !held.upload.done {
        let mut file: File = OpenOptions::new().append(true).open(&held.data).await?;
        let mut stream = body.into_data_stream();
        while let Some(chunk) = next(&mut stream).await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(refusal) => {
                    file.flush().await?;
                    return Err(refusal.exact());
                }
            };
            offset += chunk.len() as u64;
            if offset > length {
                file.flush().await?;
                return Err(Refusal::too_large().exact());
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        file.sync_all().await?;
        if offset == length {
            held.finish(storage, asked.reference()).await?;
        }
    }
    Ok(offset)
}

pub async fn delete(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    check_protocol(&headers)?;
    asked.caller()?;
    let _alone = storage.write_alone(&id)?;
    let held = Held::find(&storage, &asked, &id).await?;
    let _ = tokio::fs::remove_file(&held.data).await;
    tokio::fs::remove_file(&held.info).await?;
    answer(StatusCode::NO_CONTENT, &[])
}

pub async fn options() -> Answer<Response> {
    let said = [
        ("tus-version", PROTOCOL.to_owned()),
        ("tus-extension", "creation,termination".to_owned()),
    ];
    answer(StatusCode::NO_CONTENT, &said)
}
