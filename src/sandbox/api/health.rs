//! The health of a project's services.
//!
//! The sandbox runs a database for each project and serves its files; the other services aren't
//! there. All are reported as following the database a moment later, as they do on the real service: nothing
//! else about them could be ill here.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::clock::now_ms;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::record::Project;
use crate::sandbox::api::state::ApiState;

const SERVICES: [&str; 8] = [
    "auth",
    "db",
    "db_postgres_user",
    "pooler",
    "realtime",
    "rest",
    "storage",
    "pg_bouncer",
];

pub async fn show(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    let services = services(query.as_deref().unwrap_or_default())?;
    let database = database_status(&state, &project).await;
    let rest = rest_status(&state, &project, database);
    let healths: Vec<Value> = services
        .into_iter()
        .map(|name| {
            let status = if name.starts_with("db") {
                database
            } else {
                rest
            };
            json!({ "name": name, "healthy": status == HEALTHY, "status": status })
        })
        .collect();
    Ok(Json(Value::Array(healths)))
}

const HEALTHY: &str = "ACTIVE_HEALTHY";
const COMING_UP: &str = "COMING_UP";
const UNHEALTHY: &str = "UNHEALTHY";

/// The parameter is repeated (`services=db&services=auth`), not a list with commas.
fn services(query: &str) -> ApiResult<Vec<&'static str>> {
    let mut found = Vec::new();
    for pair in query.split('&') {
        let Some(value) = pair.strip_prefix("services=") else {
            continue;
        };
        let service = SERVICES
            .iter()
            .find(|known| **known == value)
            .ok_or_else(|| {
                ApiError::bad_request(format!("services: \"{value}\" is not a service."))
            })?;
        found.push(*service);
    }
    if found.is_empty() {
        return Err(ApiError::bad_request(
            "services must name at least one service.",
        ));
    }
    Ok(found)
}

async fn database_status(state: &ApiState, project: &Project) -> &'static str {
    match project.status {
        ProjectStatus::ActiveHealthy | ProjectStatus::ActiveUnhealthy => {
            match state.databases().healthy(&project.reference).await {
                Ok(true) => HEALTHY,
                _ => UNHEALTHY,
            }
        }
        ProjectStatus::ComingUp | ProjectStatus::Restoring => COMING_UP,
        _ => UNHEALTHY,
    }
}

fn rest_status(state: &ApiState, project: &Project, database: &'static str) -> &'static str {
    let since = u64::try_from(now_ms().saturating_sub(project.since_ms)).unwrap_or(0);
    if database == HEALTHY && since < state.options().services_ms {
        return COMING_UP;
    }
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_repeated_and_known() {
        assert_eq!(
            services("services=db&services=auth").unwrap(),
            ["db", "auth"]
        );
        assert!(services("").is_err());
        assert!(services("services=db,auth").is_err());
    }
}
