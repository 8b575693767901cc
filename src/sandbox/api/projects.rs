//! Projects: create, list, show, rename, pause, restore, delete.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::body::Body;
use crate::sandbox::api::clock::{now_ms, rfc3339};
use crate::sandbox::api::creation::{NewProject, Rename};
use crate::sandbox::api::driver;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::machine::{Action, begin};
use crate::sandbox::api::record::{Data, Project};
use crate::sandbox::api::state::ApiState;

pub async fn list(State(state): State<ApiState>) -> Json<Value> {
    let projects = state.read(|data| data.projects.clone());
    let mut shown = Vec::with_capacity(projects.len());
    for project in &projects {
        shown.push(with_database(&state, project).await);
    }
    Json(Value::Array(shown))
}

pub async fn show(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    Ok(Json(with_database(&state, &project).await))
}

pub async fn create(
    State(state): State<ApiState>,
    Body(new): Body<NewProject>,
) -> ApiResult<(StatusCode, Json<Value>)> {
    let region = new.check(state.options())?;
    let limit = state
        .options()
        .organization(new.organization())
        .and_then(|o| o.active_projects);
    let project = state.change(|data| {
        check_free_places(data, new.organization(), limit)?;
        let project = new.project(data, region);
        data.projects.push(project.clone());
        Ok::<_, ApiError>(project)
    })?;
    driver::drive(state.clone(), project.reference.clone());
    Ok((StatusCode::CREATED, Json(basics(&project))))
}

/// The free plan's limit. Its status is not known; its text is the beginning of what Supabase's
/// dashboard says.
fn check_free_places(data: &Data, organization: &str, limit: Option<usize>) -> ApiResult<()> {
    let Some(limit) = limit else { return Ok(()) };
    let active = data
        .projects
        .iter()
        .filter(|p| p.organization == organization && p.status.counts_as_active())
        .count();
    if active < limit {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "The organization has members who have exceeded their free project limits ({limit} active projects). Pause or delete one first."
    )))
}

pub async fn rename(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
    Body(rename): Body<Rename>,
) -> ApiResult<Json<Value>> {
    let name = rename.check()?;
    state.change_project(&reference, |project| {
        project.name = name;
        Ok(Json(short(project)))
    })
}

pub async fn pause(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<StatusCode> {
    let project = state.project(&reference)?;
    let can_pause = state
        .options()
        .organization(&project.organization)
        .is_some_and(|o| o.can_pause);
    if !can_pause {
        // The real status and text are not known.
        return Err(ApiError::bad_request(
            "Projects under a paid plan cannot be paused.",
        ));
    }
    act(&state, &reference, Action::Pause)?;
    Ok(StatusCode::OK)
}

pub async fn restore(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<StatusCode> {
    let project = state.project(&reference)?;
    let limit = state
        .options()
        .organization(&project.organization)
        .and_then(|o| o.active_projects);
    if project.status == ProjectStatus::Inactive {
        state.read(|data| check_free_places(data, &project.organization, limit))?;
    }
    act(&state, &reference, Action::Restore)?;
    Ok(StatusCode::OK)
}

/// The versions of Postgres that a paused project can come back with: its own.
pub async fn restore_versions(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    let project = state.project(&reference)?;
    let engine = engine(project.postgres_version.as_deref());
    // The description of the API lists the engines that there are; a newer one cannot be named.
    let known = ["13", "14", "15", "17"].contains(&engine);
    let versions: Vec<Value> = known
        .then(|| {
            json!({
                "version": project.postgres_version,
                "release_channel": "ga",
                "postgres_engine": engine,
            })
        })
        .into_iter()
        .collect();
    Ok(Json(json!({ "available_versions": versions })))
}

pub async fn delete(
    State(state): State<ApiState>,
    Path(reference): Path<String>,
) -> ApiResult<Json<Value>> {
    if state.read(|data| data.removed.contains(&reference)) {
        return Err(ApiError::bad_request("Resource has been removed"));
    }
    let project = act(&state, &reference, Action::Delete)?;
    Ok(Json(short(&project)))
}

fn act(state: &ApiState, reference: &str, action: Action) -> ApiResult<Project> {
    let project = state.change_project(reference, |project| {
        project.status = begin(&project.status, action).map_err(ApiError::bad_request)?;
        project.since_ms = now_ms();
        Ok(project.clone())
    })?;
    driver::drive(state.clone(), reference.to_owned());
    Ok(project)
}

fn short(project: &Project) -> Value {
    json!({ "id": project.id, "ref": project.reference, "name": project.name })
}

fn basics(project: &Project) -> Value {
    json!({
        "id": project.reference,
        "ref": project.reference,
        "organization_id": project.organization,
        "organization_slug": project.organization,
        "name": project.name,
        "region": project.region,
        "created_at": rfc3339(project.created_ms),
        "status": project.status,
    })
}

async fn with_database(state: &ApiState, project: &Project) -> Value {
    let address = state.databases().connection(&project.reference).await;
    let host = address.map_or_else(|_| "127.0.0.1".to_owned(), |a| a.host);
    let version = project.postgres_version.as_deref();
    let mut shown = basics(project);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert(
            "database".into(),
            json!({
                "host": host,
                "version": version.unwrap_or_default(),
                "postgres_engine": engine(version),
                "release_channel": "ga",
            }),
        );
    }
    shown
}

/// "17" of "17.6"; empty while the database has not come up.
fn engine(version: Option<&str>) -> &str {
    version
        .and_then(|v| v.split(['.', ' ']).next())
        .unwrap_or_default()
}
