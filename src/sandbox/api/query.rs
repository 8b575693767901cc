//! SQL through the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Kind};
use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::state::ApiState;

#[derive(Deserialize)]
pub struct Asked {
    query: String,
    #[serde(default)]
    parameters: Vec<Value>,
    #[serde(default)]
    read_only: bool,
}

type Rows = (StatusCode, Json<Vec<Value>>);

pub async fn run(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(asked): Body<Asked>,
) -> ApiResult<Rows> {
    let read_only = asked.read_only;
    answer(&state, &reference, asked, read_only).await
}

pub async fn run_read_only(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(asked): Body<Asked>,
) -> ApiResult<Rows> {
    answer(&state, &reference, asked, true).await
}

async fn answer(
    state: &ApiState,
    reference: &str,
    asked: Asked,
    read_only: bool,
) -> ApiResult<Rows> {
    if asked.query.is_empty() {
        return Err(ApiError::bad_request("query must not be empty."));
    }
    let project = state.active_project(reference)?;
    let rows = state
        .databases()
        .query(
            &project.reference,
            &asked.query,
            &asked.parameters,
            read_only,
        )
        .await
        .map_err(sql_error)?;
    Ok((StatusCode::CREATED, Json(rows)))
}

/// Wrong SQL is a 400 with Postgres's own text. (That the real service does the same is not
/// verified.)
pub fn sql_error(error: Error) -> ApiError {
    match error.kind {
        Kind::Database => {
            ApiError::bad_request(format!("Failed to run sql query: {}", error.chain()))
        }
        _ => error.into(),
    }
}
