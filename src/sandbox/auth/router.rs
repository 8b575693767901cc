//! Which address leads where.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use axum::{Router, middleware};

use super::refusal::Refusal;
use super::{admin, guard, settings, signup, token, user};
use crate::sandbox::api::ApiState;

/// Every project's Auth API as an axum router, to be served on loopback.
pub fn router(state: ApiState) -> Router {
    let at = |path: &str| format!("/projects/{{ref}}/auth/v1{path}");
    Router::new()
        .route(&at("/health"), get(settings::health))
        .route(&at("/settings"), get(settings::show))
        .route(&at("/signup"), post(signup::sign_up))
        .route(&at("/token"), post(token::issue))
        .route(&at("/logout"), post(user::log_out))
        .route(&at("/user"), get(user::show).put(user::change))
        .route(&at("/admin/users"), get(admin::list).post(admin::create))
        .route(
            &at("/admin/users/{id}"),
            get(admin::show).put(admin::change).delete(admin::delete),
        )
        .route(&at("/{*rest}"), any(unknown))
        .route_layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .with_state(state)
}

async fn unknown(request: Request) -> Refusal {
    let message = format!(
        "{} {} isn't served by the sandbox.",
        request.method(),
        request.uri().path()
    );
    Refusal::new(StatusCode::NOT_FOUND, "not_found", message)
}
