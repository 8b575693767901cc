//! Deploying a function: a form with its metadata and its files.

use std::convert::Infallible;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use futures_util::stream;
use serde::Deserialize;
use serde_json::Value;

use super::Function;
use super::kept::{self, File};
use crate::sandbox::api::api_keys::new_uuid;
use crate::sandbox::api::clock::now_ms;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::state::ApiState;

/// The longest form, in bytes: Supabase takes bundles of up to 20 MB.
const LONGEST: usize = 24 * 1024 * 1024;

#[derive(Deserialize)]
pub struct Asked {
    slug: Option<String>,
    #[serde(default, rename = "bundleOnly")]
    bundle_only: bool,
}

#[derive(Deserialize)]
struct Metadata {
    entrypoint_path: String,
    import_map_path: Option<String>,
    verify_jwt: Option<bool>,
    name: Option<String>,
}

pub async fn deploy(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Value>)> {
    state.project(&reference)?;
    if asked.bundle_only {
        return Err(ApiError::bad_request(
            "The sandbox makes no bundles: leave bundleOnly out.",
        ));
    }
    let (mut metadata, files) = read(request).await?;
    // the official program says that there is none with an empty one
    metadata.import_map_path = metadata.import_map_path.filter(|path| !path.is_empty());
    let slug = asked.slug.or_else(|| metadata.name.clone());
    let slug = slug.filter(|slug| is_slug(slug)).ok_or_else(|| {
        ApiError::bad_request("slug must match ^[A-Za-z][A-Za-z0-9_-]*$, and be given")
    })?;
    for path in [
        Some(&metadata.entrypoint_path),
        metadata.import_map_path.as_ref(),
    ] {
        let missing = path.filter(|path| !files.iter().any(|file| file.path == **path));
        if let Some(path) = missing {
            return Err(ApiError::bad_request(format!(
                "Entrypoint or import map path does not exist - {path}"
            )));
        }
    }
    let kept = kept::write(&state, &reference, &files)?;
    let digest = kept::digest(&files);
    let changed = state.change_project(&reference, |project| {
        let now = now_ms();
        let before = project.functions.iter().position(|one| one.slug == slug);
        let old = before.map(|at| project.functions.remove(at));
        let function = Function {
            id: old.as_ref().map_or_else(new_uuid, |one| one.id.clone()),
            name: metadata
                .name
                .or_else(|| old.as_ref().map(|one| one.name.clone()))
                .unwrap_or_else(|| slug.clone()),
            version: old.as_ref().map_or(0, |one| one.version) + 1,
            created_ms: old.as_ref().map_or(now, |one| one.created_ms),
            updated_ms: now,
            verify_jwt: metadata
                .verify_jwt
                .or_else(|| old.as_ref().map(|one| one.verify_jwt))
                .unwrap_or(true),
            entrypoint: metadata.entrypoint_path,
            import_map: metadata.import_map_path,
            slug,
            digest,
            kept: kept.clone(),
        };
        let shown = function.show(&reference);
        project.functions.push(function);
        Ok((shown, old.map(|one| one.kept)))
    });
    match changed {
        Ok((shown, old)) => {
            if let Some(old) = old {
                kept::remove(&state, &reference, &old);
            }
            Ok((StatusCode::CREATED, Json(shown)))
        }
        Err(error) => {
            kept::remove(&state, &reference, &kept);
            Err(error)
        }
    }
}

fn is_slug(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

async fn read(request: Request) -> ApiResult<(Metadata, Vec<File>)> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|e| unreadable(&e))?;
    let body: Bytes = axum::body::to_bytes(request.into_body(), LONGEST)
        .await
        .map_err(|e| unreadable(&e))?;
    let whole = stream::once(async move { Ok::<_, Infallible>(body) });
    let mut form = multer::Multipart::new(whole, boundary);
    let (mut metadata, mut files) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(&e))? {
        let name = field.name().unwrap_or_default().to_owned();
        let path = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|e| unreadable(&e))?;
        match (&*name, path) {
            ("metadata", _) => {
                let read = serde_json::from_slice::<Metadata>(&bytes);
                metadata = Some(read.map_err(|e| unreadable(&e))?);
            }
            ("file", Some(path)) => {
                check_path(&path)?;
                files.push(File { path, bytes });
            }
            _ => {
                return Err(ApiError::bad_request(format!(
                    "property {name} should not exist"
                )));
            }
        }
    }
    let metadata = metadata.ok_or_else(|| ApiError::bad_request("metadata should not be empty"))?;
    Ok((metadata, files))
}

fn unreadable(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::bad_request(format!("The form cannot be read: {error}"))
}

/// Somebody will write the file below a folder of theirs.
fn check_path(path: &str) -> ApiResult<()> {
    let inside = !path.starts_with('/')
        && !path.is_empty()
        && !path.split('/').any(|part| part == "..")
        && !path.contains(['\\', '"', '\r', '\n', '\0']);
    match inside {
        true => Ok(()),
        false => Err(ApiError::bad_request(format!(
            "The file \"{}\" is outside of the function.",
            path.escape_debug()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_paths_are_checked() {
        assert!(is_slug("entrega-do-dia") && is_slug("a_1"));
        for bad in ["", "1a", "a b", "a/b", "á"] {
            assert!(!is_slug(bad), "{bad}");
        }
        check_path("supabase/functions/a/index.ts").unwrap();
        check_path("a/..b.ts").unwrap();
        for bad in ["", "/etc/x", "../x", "a/../../x", "a\"b", "a\r\nb", "a\\b"] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }
}
