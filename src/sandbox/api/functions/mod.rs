//! Edge functions: kept as they were deployed, with versions, and never run.
//!
//! The shapes follow Supabase's description of its API. What a function's files look like on their
//! way back isn't in it: that follows what Supabase's own programs ask for and read, a form with a
//! part `metadata` (`deno2_entrypoint_path`) and a part for each file, with its path as the name.

mod deploy;
mod kept;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Result;
use crate::sandbox::api::clock::now_ms;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::record::Project;
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::store::hex;

pub use deploy::deploy;

/// A function as the state remembers it; its files are in one of their own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub version: u32,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub verify_jwt: bool,
    /// The path of the file that is run, among its files.
    pub entrypoint: String,
    pub import_map: Option<String>,
    /// SHA-256 over its files.
    pub digest: String,
    /// The file that holds its files.
    pub kept: String,
}

impl Function {
    fn show(&self, reference: &str) -> Value {
        let source = format!(
            "file:///tmp/user_fn_{reference}_{}_{}/source",
            self.id, self.version
        );
        let mut shown = json!({
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "status": "ACTIVE",
            "version": self.version,
            "created_at": self.created_ms,
            "updated_at": self.updated_ms,
            "verify_jwt": self.verify_jwt,
            "import_map": self.import_map.is_some(),
            "entrypoint_path": format!("{source}/{}", self.entrypoint),
            "ezbr_sha256": self.digest,
        });
        if let (Some(fields), Some(path)) = (shown.as_object_mut(), &self.import_map) {
            fields.insert("import_map_path".into(), format!("{source}/{path}").into());
        }
        shown
    }
}

fn of<'a>(project: &'a Project, slug: &str) -> ApiResult<&'a Function> {
    project
        .functions
        .iter()
        .find(|one| one.slug == slug)
        .ok_or_else(|| ApiError::not_found("Function not found"))
}

pub async fn list(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    let all = project.functions.iter();
    Ok(Json(all.map(|one| one.show(&reference)).collect()))
}

pub async fn show(
    State(state): State<ApiState>,
    Path((reference, slug)): Path<(String, String)>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    Ok(Json(of(&project, &slug)?.show(&reference)))
}

/// What a `PATCH` may say in its query, or in a JSON body. Code comes by a deployment only.
#[derive(Default, Deserialize)]
pub struct Change {
    name: Option<String>,
    verify_jwt: Option<bool>,
    body: Option<String>,
}

pub async fn change(
    State(state): State<ApiState>,
    Path((reference, slug)): Path<(String, String)>,
    Query(asked): Query<Change>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> ApiResult<Json<Value>> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok());
    let said: Change = match (body.is_empty(), kind) {
        (true, _) => Change::default(),
        (false, Some(kind)) if kind.starts_with("application/json") => {
            serde_json::from_slice(&body).map_err(|e| ApiError::bad_request(e.to_string()))?
        }
        _ => return Err(no_bundles()),
    };
    if said.body.is_some() {
        return Err(ApiError::bad_request(
            "The sandbox takes code by POST /functions/deploy only.",
        ));
    }
    state.change_project(&reference, |project| {
        of(project, &slug)?;
        let functions = project.functions.iter_mut();
        let mut shown = Value::Null;
        for function in functions.filter(|one| one.slug == slug) {
            if let Some(name) = said.name.as_ref().or(asked.name.as_ref()) {
                function.name = name.clone();
            }
            if let Some(verify) = said.verify_jwt.or(asked.verify_jwt) {
                function.verify_jwt = verify;
            }
            function.version += 1;
            function.updated_ms = now_ms();
            shown = function.show(&reference);
        }
        Ok(Json(shown))
    })
}

fn no_bundles() -> ApiError {
    ApiError::bad_request(
        "The sandbox keeps the files of a function and makes no bundle of them: send and ask for multipart/form-data.",
    )
}

pub async fn delete(
    State(state): State<ApiState>,
    Path((reference, slug)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let gone = state.change_project(&reference, |project| {
        let gone = of(project, &slug)?.kept.clone();
        project.functions.retain(|one| one.slug != slug);
        Ok(gone)
    })?;
    kept::remove(&state, &reference, &gone);
    Ok(StatusCode::OK)
}

pub async fn body(
    State(state): State<ApiState>,
    Path((reference, slug)): Path<(String, String)>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let accepts = headers.get(header::ACCEPT);
    let accepts = accepts.and_then(|value| value.to_str().ok());
    if !accepts.is_some_and(|kinds| kinds.contains("multipart/form-data")) {
        return Err(no_bundles());
    }
    let project = state.project(&reference)?;
    let function = of(&project, &slug)?;
    let files = kept::read(&state, &reference, &function.kept)?;
    let boundary = format!("matriz-{}", hex(&rand::random::<[u8; 16]>()));
    let metadata = json!({ "deno2_entrypoint_path": function.entrypoint });
    let mut form = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"metadata\"\r\nContent-Type: application/json\r\n\r\n{metadata}\r\n"
    )
    .into_bytes();
    for file in files {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{0}\"\r\nSupabase-Path: {0}\r\nContent-Type: application/octet-stream\r\n\r\n",
            file.path
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(&file.bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    Ok(([(header::CONTENT_TYPE, kind)], form).into_response())
}

/// Removes the files of all functions of a project that is gone.
pub fn forget(state: &ApiState, reference: &str) -> Result<()> {
    kept::remove_all(state, reference)
}
