//! The sandbox's own addresses, below `/_sandbox/`: faults to order. Same token.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::faults::Fault;
use crate::sandbox::api::state::ApiState;

pub async fn list(State(state): State<ApiState>) -> Json<Vec<Fault>> {
    Json(state.read(|data| data.faults.clone()))
}

/// Orders a fault, and answers with it and its number.
pub async fn add(
    State(state): State<ApiState>,
    Body(fault): Body<Fault>,
) -> ApiResult<(StatusCode, Json<Fault>)> {
    fault.check()?;
    let fault = state.change(|data| {
        let id = data.next_id();
        let fault = Fault { id, ..fault };
        data.faults.push(fault.clone());
        Ok::<_, ApiError>(fault)
    })?;
    Ok((StatusCode::CREATED, Json(fault)))
}

pub async fn clear(State(state): State<ApiState>) -> ApiResult<StatusCode> {
    state.change(|data| {
        data.faults.clear();
        Ok::<_, ApiError>(StatusCode::NO_CONTENT)
    })
}

pub async fn remove(State(state): State<ApiState>, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    state.change(|data| {
        let before = data.faults.len();
        data.faults.retain(|fault| fault.id != id);
        if data.faults.len() == before {
            return Err(ApiError::not_found("There is no such fault."));
        }
        Ok(StatusCode::NO_CONTENT)
    })
}
