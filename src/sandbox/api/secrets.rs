//! The secrets of functions. Only their digests are kept: values never come back.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::secret::Secret;
use crate::sandbox::api::body::Body;
use crate::sandbox::api::clock::{now_ms, rfc3339};
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::record::StoredSecret;
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::store::hex;

const LONGEST_NAME: usize = 256;
const LONGEST_VALUE: usize = 24_576;

#[derive(Deserialize)]
pub struct NewSecret {
    name: String,
    value: Secret,
}

pub async fn list(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    let secrets = project
        .secrets
        .iter()
        .map(|(name, secret)| {
            json!({ "name": name, "value": secret.digest, "updated_at": rfc3339(secret.updated_ms) })
        })
        .collect();
    Ok(Json(Value::Array(secrets)))
}

pub async fn set(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(new): Body<Vec<NewSecret>>,
) -> ApiResult<StatusCode> {
    for secret in &new {
        check(secret)?;
    }
    state.change_project(&reference, |project| {
        for secret in &new {
            let digest = hex(&Sha256::digest(secret.value.reveal().as_bytes()));
            let stored = StoredSecret {
                digest,
                updated_ms: now_ms(),
            };
            project.secrets.insert(secret.name.clone(), stored);
        }
        Ok(StatusCode::CREATED)
    })
}

fn check(secret: &NewSecret) -> ApiResult<()> {
    let name = &secret.name;
    if name.starts_with("SUPABASE_") {
        return Err(ApiError::bad_request(format!(
            "The secret {name} must not start with the SUPABASE_ prefix."
        )));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(ApiError::bad_request(format!(
            "A secret's name has at most {LONGEST_NAME} characters."
        )));
    }
    if secret.value.reveal().chars().count() > LONGEST_VALUE {
        return Err(ApiError::bad_request(format!(
            "The value of {name} has more than {LONGEST_VALUE} characters."
        )));
    }
    Ok(())
}

pub async fn delete(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(names): Body<Vec<String>>,
) -> ApiResult<StatusCode> {
    state.change_project(&reference, |project| {
        project.secrets.retain(|name, _| !names.contains(name));
        Ok(StatusCode::OK)
    })
}
