//! Which address leads where.

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::routing::{delete, get, patch, post};

use crate::sandbox::api::error::ApiError;
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::{
    admin, api_keys, auth_config, connection, data_api, functions, guard, health, migrations,
    organizations, postgres_config, projects, query, regions, secrets,
};

/// The API as an axum router, to be served on loopback.
pub fn router(state: ApiState) -> Router {
    Router::new()
        .merge(account())
        .merge(project())
        .merge(database())
        .route(
            "/_sandbox/faults",
            get(admin::list).post(admin::add).delete(admin::clear),
        )
        .route("/_sandbox/faults/{id}", delete(admin::remove))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .with_state(state)
}

fn account() -> Router<ApiState> {
    Router::new()
        .route("/v1/profile", get(organizations::profile))
        .route("/v1/organizations", get(organizations::list))
        .route("/v1/organizations/{slug}", get(organizations::show))
        .route(
            "/v1/organizations/{slug}/projects",
            get(organizations::projects),
        )
        .route("/v1/projects", get(projects::list).post(projects::create))
        .route("/v1/projects/available-regions", get(regions::list))
}

fn project() -> Router<ApiState> {
    Router::new()
        .route(
            "/v1/projects/{ref}",
            get(projects::show)
                .patch(projects::rename)
                .delete(projects::delete),
        )
        .route("/v1/projects/{ref}/pause", post(projects::pause))
        .route(
            "/v1/projects/{ref}/restore",
            get(projects::restore_versions).post(projects::restore),
        )
        .route("/v1/projects/{ref}/health", get(health::show))
        .route("/v1/projects/{ref}/api-keys", get(api_keys::list))
        .route(
            "/v1/projects/{ref}/api-keys/legacy",
            get(api_keys::legacy_enabled).put(api_keys::enable_legacy),
        )
        .route(
            "/v1/projects/{ref}/postgrest",
            get(data_api::show).patch(data_api::set),
        )
        .route(
            "/v1/projects/{ref}/secrets",
            get(secrets::list)
                .post(secrets::set)
                .delete(secrets::delete),
        )
        .route(
            "/v1/projects/{ref}/config/auth",
            get(auth_config::show).patch(auth_config::set),
        )
        .route("/v1/projects/{ref}/functions", get(functions::list))
        .route(
            "/v1/projects/{ref}/functions/deploy",
            post(functions::deploy),
        )
        .route(
            "/v1/projects/{ref}/functions/{slug}",
            get(functions::show)
                .patch(functions::change)
                .delete(functions::delete),
        )
        .route(
            "/v1/projects/{ref}/functions/{slug}/body",
            get(functions::body),
        )
}

fn database() -> Router<ApiState> {
    Router::new()
        .route("/v1/projects/{ref}/database/query", post(query::run))
        .route(
            "/v1/projects/{ref}/database/query/read-only",
            post(query::run_read_only),
        )
        .route(
            "/v1/projects/{ref}/database/migrations",
            get(migrations::list)
                .post(migrations::apply)
                .put(migrations::record),
        )
        .route(
            "/v1/projects/{ref}/database/migrations/{version}",
            get(migrations::show),
        )
        .route(
            "/v1/projects/{ref}/database/password",
            patch(connection::set_password),
        )
        .route(
            "/v1/projects/{ref}/cli/login-role",
            post(connection::login_role),
        )
        .route(
            "/v1/projects/{ref}/config/database/pooler",
            get(connection::pooler),
        )
        .route(
            "/v1/projects/{ref}/config/database/postgres",
            get(postgres_config::show).put(postgres_config::set),
        )
}

async fn unknown(request: Request) -> ApiError {
    ApiError::not_found(format!(
        "Cannot {} {}",
        request.method(),
        request.uri().path()
    ))
}
