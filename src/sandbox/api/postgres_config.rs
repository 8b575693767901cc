//! A project's own settings of Postgres.
//!
//! All projects share one server here, so only settings that a database can have for itself are
//! accepted; they are set on the database and hold for new connections.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value};

use crate::sandbox::api::body::Body;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::query::sql_error;
use crate::sandbox::api::state::ApiState;

/// Settings that a database's owner may set for it.
const OWN: [&str; 7] = [
    "effective_cache_size",
    "logical_decoding_work_mem",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers_per_gather",
    "statement_timeout",
    "work_mem",
];

/// Settings of the real service that belong to the whole server.
const SHARED: [&str; 17] = [
    "track_activity_query_size",
    "max_connections",
    "max_locks_per_transaction",
    "max_parallel_workers",
    "max_replication_slots",
    "max_slot_wal_keep_size",
    "max_standby_archive_delay",
    "max_standby_streaming_delay",
    "max_wal_size",
    "max_wal_senders",
    "max_worker_processes",
    "session_replication_role",
    "shared_buffers",
    "track_commit_timestamp",
    "wal_keep_size",
    "wal_sender_timeout",
    "checkpoint_timeout",
];

pub async fn show(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    Ok(Json(Value::Object(project.postgres_config)))
}

pub async fn set(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(asked): Body<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let project = state.active_project(&reference)?;
    let mut settings = asked;
    // Settings of a database need no restart.
    settings.remove("restart_database");
    for name in settings.keys() {
        check_name(name)?;
    }
    if !settings.is_empty() {
        let sql = statement(&settings)?;
        state
            .databases()
            .query(&project.reference, &sql, &[], false)
            .await
            .map_err(sql_error)?;
    }
    state.change_project(&reference, |project| {
        project.postgres_config.extend(settings);
        Ok(Json(Value::Object(project.postgres_config.clone())))
    })
}

fn check_name(name: &str) -> ApiResult<()> {
    if OWN.contains(&name) {
        return Ok(());
    }
    if SHARED.contains(&name) || name == "hot_standby_feedback" {
        return Err(ApiError::bad_request(format!(
            "The sandbox cannot change {name}: it belongs to the server that all its projects share."
        )));
    }
    Err(ApiError::bad_request(format!(
        "\"{name}\" is not a setting."
    )))
}

/// One block that sets everything on the database it runs in.
fn statement(settings: &Map<String, Value>) -> ApiResult<String> {
    let mut lines = String::new();
    for (name, value) in settings {
        let text = match value {
            Value::String(text) if is_plain(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            other => {
                return Err(ApiError::bad_request(format!("{name} cannot be {other}.")));
            }
        };
        lines.push_str(&format!(
            "  execute format('alter database %I set {name} = %L', current_database(), '{text}');\n"
        ));
    }
    Ok(format!("do $settings$ begin\n{lines}end $settings$"))
}

/// Numbers with a unit: nothing that could leave its quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_cannot_leave_their_quotes() {
        for wrong in ["'", "64MB'; drop table x; --", "$settings$", ""] {
            let settings = Map::from_iter([("work_mem".to_owned(), json!(wrong))]);
            assert!(statement(&settings).is_err(), "{wrong}");
        }
        let settings = Map::from_iter([("work_mem".to_owned(), json!("64MB"))]);
        assert!(
            statement(&settings)
                .unwrap()
                .contains("set work_mem = %L', current_database(), '64MB'")
        );
    }
}
