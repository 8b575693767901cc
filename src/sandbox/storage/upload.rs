//! Uploads at one go: the body itself, or a form with the file in it.

use axum::Extension;
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::sandbox::storage::body::{drain, drain_stream, next};
use crate::sandbox::storage::buckets::Bucket;
use crate::sandbox::storage::files::{Incoming, Place};
use crate::sandbox::storage::names::check_object;
use crate::sandbox::storage::objects::{NewObject, Object, new_version};
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};

const UNNAMED: &str = "application/octet-stream";
/// The longest field of a form beside the file, in bytes.
const LONGEST_FIELD: usize = 1024 * 1024;

/// What comes with the bytes.
#[derive(Debug, Default)]
struct Described {
    mime: Option<String>,
    cache_control: Option<String>,
    user_metadata: Option<Value>,
}

pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

pub fn wants_upsert(headers: &HeaderMap) -> bool {
    header(headers, "x-upsert") == Some("true")
}

/// `POST` makes an object; with `x-upsert: true` it may take another's place. `PUT` takes its place.
pub async fn upload(
    State(storage): State<Storage>,
    Extension(asked): Extension<Asked>,
    Path((_, bucket, name)): Path<(String, String, String)>,
    request: Request,
) -> Answer<Json<Value>> {
    let (parts, body) = request.into_parts();
    let is_put = parts.method == Method::PUT;
    let upsert = is_put || wants_upsert(&parts.headers);
    let ready = prepare(&storage, &asked, &bucket, &name, is_put, upsert).await;
    let kind = match ready {
        Ok(kind) => kind,
        Err(refusal) => {
            drain(body).await;
            return Err(refusal);
        }
    };
    let version = new_version();
    let place = Place {
        project: asked.reference(),
        bucket: &bucket,
        name: &name,
        version: &version,
    };
    let longest = kind.longest(&storage);
    let mut incoming = storage.files().incoming(asked.reference(), longest).await?;
    let described = match is_form(&parts.headers) {
        true => read_form(&parts.headers, body, &kind, &mut incoming).await?,
        false => read_bytes(&parts.headers, body, &kind, &mut incoming).await?,
    };
    let size = incoming.written;
    let tag = incoming.finish(storage.files(), place).await?;
    let new = NewObject {
        place,
        size,
        tag: &tag,
        mime: described.mime.as_deref().unwrap_or(UNNAMED),
        cache_control: described.cache_control.as_deref().unwrap_or("no-cache"),
        user_metadata: described.user_metadata.as_ref(),
        upsert,
    };
    let id = new.write(&storage, asked.caller()?).await?;
    Ok(Json(json!({ "Id": id, "Key": format!("{bucket}/{name}") })))
}

async fn prepare(
    storage: &Storage,
    asked: &Asked,
    bucket: &str,
    name: &str,
    is_put: bool,
    upsert: bool,
) -> Answer<Bucket> {
    asked.caller()?;
    check_object(name)?;
    let kind = Bucket::find(storage, asked.reference(), bucket).await?;
    if is_put || !upsert {
        let there = Object::find(storage, asked.reference(), bucket, name).await?;
        match there {
            None if is_put => return Err(Refusal::no_object()),
            Some(_) if !upsert => return Err(Refusal::exists()),
            _ => {}
        }
    }
    Ok(kind)
}

fn is_form(headers: &HeaderMap) -> bool {
    header(headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

async fn read_bytes(
    headers: &HeaderMap,
    body: Body,
    kind: &Bucket,
    incoming: &mut Incoming,
) -> Answer<Described> {
    let mime = header(headers, header::CONTENT_TYPE.as_str()).unwrap_or(UNNAMED);
    let mut stream = body.into_data_stream();
    let outcome = async {
        kind.check_type(mime)?;
        write_all(&mut stream, incoming).await
    };
    if let Err(refusal) = outcome.await {
        drain_stream(&mut stream).await;
        return Err(refusal);
    }
    Ok(Described {
        mime: Some(mime.to_owned()),
        cache_control: header(headers, header::CACHE_CONTROL.as_str()).map(str::to_owned),
        user_metadata: header(headers, "x-metadata").and_then(decoded),
    })
}

async fn write_all(stream: &mut BodyDataStream, incoming: &mut Incoming) -> Answer<()> {
    while let Some(chunk) = next(stream).await {
        incoming.write(&chunk?).await?;
    }
    Ok(())
}

/// JSON in base64; anything else is ignored, as the service does.
pub fn decoded(text: &str) -> Option<Value> {
    serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
}

/// The fields `cacheControl` and `metadata`, and the first part that is a file.
async fn read_form(
    headers: &HeaderMap,
    body: Body,
    kind: &Bucket,
    incoming: &mut Incoming,
) -> Answer<Described> {
    let wrong = |error: multer::Error| Refusal::bad(format!("The form can't be read: {error}"));
    let boundary = header(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let boundary = multer::parse_boundary(boundary).map_err(wrong)?;
    let mut form = multer::Multipart::new(body.into_data_stream(), boundary);
    let mut described = Described::default();
    let mut is_there = false;
    while let Some(mut field) = form.next_field().await.map_err(wrong)? {
        if field.file_name().is_some() || field.name() == Some("") {
            let mime = field.content_type().map(ToString::to_string);
            kind.check_type(mime.as_deref().unwrap_or(UNNAMED))?;
            described.mime = mime;
            is_there = true;
            while let Some(chunk) = field.chunk().await.map_err(wrong)? {
                incoming.write(&chunk).await?;
            }
            continue;
        }
        let name = field.name().unwrap_or_default().to_owned();
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(wrong)? {
            text.extend_from_slice(&chunk);
            if text.len() > LONGEST_FIELD {
                return Err(Refusal::bad(format!("The field {name} is too long.")));
            }
        }
        match name.as_str() {
            "cacheControl" => {
                let seconds = String::from_utf8_lossy(&text).into_owned();
                described.cache_control = Some(format!("max-age={seconds}"));
            }
            "metadata" => described.user_metadata = serde_json::from_slice(&text).ok(),
            _ => {}
        }
    }
    match is_there {
        true => Ok(described),
        false => Err(Refusal::bad("No file provided")),
    }
}
