//! How to reach a project's database: the pooler's configuration, the password, a login for a
//! short time.
//!
//! The sandbox has no pooler: what it gives out is the server itself, which behaves as a pooler
//! in session mode does.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::secret::Secret;
use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::store::hex;

/// How long a temporary login lasts.
const LOGIN_SECONDS: u64 = 300;
const SHORTEST_PASSWORD: usize = 4;

pub async fn pooler(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    let at = state.databases().connection(&project.reference).await?;
    let address = format!(
        "postgresql://{}:[YOUR-PASSWORD]@{}:{}/{}",
        at.user, at.host, at.port, at.database
    );
    Ok(Json(json!([{
        "identifier": project.reference,
        "database_type": "PRIMARY",
        "is_using_scram_auth": true,
        "db_user": at.user,
        "db_host": at.host,
        "db_port": at.port,
        "db_name": at.database,
        "connection_string": address,
        "connectionString": address,
        "default_pool_size": Value::Null,
        "max_client_conn": Value::Null,
        "pool_mode": "session",
    }])))
}

#[derive(Deserialize)]
pub struct NewPassword {
    password: Secret,
}

pub async fn set_password(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(new): Body<NewPassword>,
) -> ApiResult<Json<Value>> {
    let project = state.active_project(&reference)?;
    if new.password.reveal().chars().count() < SHORTEST_PASSWORD {
        return Err(ApiError::bad_request("password has at least 4 characters."));
    }
    state
        .databases()
        .set_password(&project.reference, new.password.reveal())
        .await?;
    Ok(Json(json!({ "message": "Successfully updated password" })))
}

#[derive(Deserialize)]
pub struct NewLogin {
    read_only: bool,
}

pub async fn login_role(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(new): Body<NewLogin>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let project = state.active_project(&reference)?;
    let kind = if new.read_only { "read_only" } else { "owner" };
    let role = format!("cli_login_{kind}_{}", project.reference);
    let random: [u8; 16] = rand::random();
    let password = hex(&random);
    state
        .databases()
        .login_role(
            &project.reference,
            &role,
            &password,
            new.read_only,
            LOGIN_SECONDS,
        )
        .await?;
    let login = json!({ "role": role, "password": password, "ttl_seconds": LOGIN_SECONDS });
    Ok((StatusCode::CREATED, Json(login)))
}
