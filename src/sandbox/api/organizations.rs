//! Organizations, their projects a page at a time, and the account itself.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::api::clock::rfc3339;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::record::Project;
use crate::sandbox::api::state::ApiState;

pub async fn list(State(state): State<ApiState>) -> Json<Value> {
    let organizations: Vec<Value> = state
        .options()
        .organizations
        .iter()
        .map(|o| json!({ "id": o.slug, "slug": o.slug, "name": o.name }))
        .collect();
    Json(Value::Array(organizations))
}

pub async fn show(
    State(state): State<ApiState>,
    Path(slug): Path<String>,
) -> ApiResult<Json<Value>> {
    let organization = state
        .options()
        .organization(&slug)
        .ok_or_else(|| ApiError::not_found("Organization not found"))?;
    Ok(Json(json!({
        "id": organization.slug,
        "name": organization.name,
        "plan": organization.plan,
        "opt_in_tags": [],
        "allowed_release_channels": ["ga"],
    })))
}

#[derive(Deserialize)]
pub struct Page {
    #[serde(default)]
    offset: usize,
    #[serde(default = "whole_page")]
    limit: usize,
    search: Option<String>,
    sort: Option<String>,
    statuses: Option<String>,
}

fn whole_page() -> usize {
    100
}

pub async fn projects(
    State(state): State<ApiState>,
    Path(slug): Path<String>,
    Query(page): Query<Page>,
) -> ApiResult<Json<Value>> {
    if state.options().organization(&slug).is_none() {
        return Err(ApiError::not_found("Organization not found"));
    }
    if !(1..=100).contains(&page.limit) {
        return Err(ApiError::bad_request("limit is a number from 1 to 100."));
    }
    let mut found: Vec<Project> = state.read(|data| {
        data.projects
            .iter()
            .filter(|p| p.organization == slug && page.takes(p))
            .cloned()
            .collect()
    });
    match page.sort.as_deref() {
        None | Some("name_asc") => found.sort_by(|a, b| a.name.cmp(&b.name)),
        Some("name_desc") => found.sort_by(|a, b| b.name.cmp(&a.name)),
        Some("created_asc") => found.sort_by_key(|p| p.created_ms),
        Some("created_desc") => found.sort_by_key(|p| std::cmp::Reverse(p.created_ms)),
        Some(other) => {
            return Err(ApiError::bad_request(format!(
                "\"{other}\" is not an order."
            )));
        }
    }
    let count = found.len();
    let projects: Vec<Value> = found
        .iter()
        .skip(page.offset)
        .take(page.limit)
        .map(entry)
        .collect();
    Ok(Json(json!({
        "projects": projects,
        "pagination": { "count": count, "limit": page.limit, "offset": page.offset },
    })))
}

impl Page {
    fn takes(&self, project: &Project) -> bool {
        let named = self
            .search
            .as_ref()
            .is_none_or(|s| project.name.contains(s.as_str()));
        let in_state = self
            .statuses
            .as_ref()
            .is_none_or(|s| s.split(',').any(|word| word == project.status.as_str()));
        named && in_state
    }
}

fn entry(project: &Project) -> Value {
    json!({
        "ref": project.reference,
        "name": project.name,
        "cloud_provider": "AWS",
        "region": project.region,
        "is_branch": false,
        "status": project.status,
        "inserted_at": rfc3339(project.created_ms),
        "databases": [],
    })
}

/// The one account that the sandbox knows.
pub async fn profile() -> Json<Value> {
    Json(json!({
        "gotrue_id": "00000000-0000-4000-8000-000000000000",
        "primary_email": "sandbox@example.com",
        "username": "sandbox",
    }))
}
