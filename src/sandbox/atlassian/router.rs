//! Which address leads where, on the whole site.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Json, Router, extract::State, middleware};
use serde_json::{Value, json};

use crate::sandbox::atlassian::guard;
use crate::sandbox::atlassian::refusal::Refusal;
use crate::sandbox::atlassian::site::Site;
use crate::sandbox::{confluence, jira};

/// The site as an axum router, to be served on loopback.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/_edge/tenant_info", get(tenant))
        .merge(jira::router())
        .merge(confluence::router())
        .route("/rest/{*rest}", any(unknown))
        .route("/wiki/{*rest}", any(unknown))
        .route_layer(middleware::from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}

/// The site's id, which anybody may ask for.
async fn tenant(State(site): State<Site>) -> Json<Value> {
    Json(json!({ "cloudId": site.cloud_id() }))
}

async fn unknown(request: Request) -> Response {
    let path = request.uri().path();
    let message = format!("{} {path} isn't served here.", request.method());
    Refusal::new(StatusCode::NOT_FOUND, message).render(path)
}
