//! The settings of a project's data API (PostgREST). They are kept; the sandbox serves no data API.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::state::ApiState;

const MOST_ROWS: u32 = 1_000_000;
const MOST_CONNECTIONS: u32 = 1_000;

/// As it's stored and as it's answered. Supabase also answers with the secret that signs the
/// project's tokens, which nobody needs from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataApi {
    db_schema: String,
    max_rows: u32,
    db_extra_search_path: String,
    /// `None`: chosen by the project's size.
    db_pool: Option<u32>,
}

impl Default for DataApi {
    /// What a new project has.
    fn default() -> Self {
        DataApi {
            db_schema: "public,graphql_public".into(),
            max_rows: 1_000,
            db_extra_search_path: "public, extensions".into(),
            db_pool: None,
        }
    }
}

/// Unknown fields are refused, as the real service does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    db_schema: Option<String>,
    max_rows: Option<u32>,
    db_extra_search_path: Option<String>,
    db_pool: Option<u32>,
}

pub async fn show(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<DataApi>> {
    Ok(Json(state.project(&reference)?.data_api))
}

pub async fn set(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(change): Body<Change>,
) -> ApiResult<Json<DataApi>> {
    at_most("max_rows", change.max_rows, MOST_ROWS)?;
    at_most("db_pool", change.db_pool, MOST_CONNECTIONS)?;
    state.change_project(&reference, |project| {
        let config = &mut project.data_api;
        if let Some(schemas) = change.db_schema {
            config.db_schema = schemas;
        }
        if let Some(rows) = change.max_rows {
            config.max_rows = rows;
        }
        if let Some(path) = change.db_extra_search_path {
            config.db_extra_search_path = path;
        }
        if let Some(connections) = change.db_pool {
            config.db_pool = Some(connections);
        }
        Ok(Json(config.clone()))
    })
}

fn at_most(name: &str, value: Option<u32>, most: u32) -> ApiResult<()> {
    match value {
        Some(value) if value > most => Err(ApiError::bad_request(format!(
            "{name} must not be greater than {most}."
        ))),
        _ => Ok(()),
    }
}
