//! Which address leads where.

use axum::extract::Request;
use axum::routing::{any, get, head, post};
use axum::{Json, Router, middleware};
use serde_json::{Value, json};

use crate::sandbox::api::ApiState;
use crate::sandbox::storage::refusal::Refusal;
use crate::sandbox::storage::session::Storage;
use crate::sandbox::storage::{
    buckets, download, guard, listing, moving, objects, resumable, signing, upload,
};

const BASE: &str = "/projects/{ref}/storage/v1";

fn at(path: &str) -> String {
    format!("{BASE}{path}")
}

/// Storage of all projects as an axum router, to be served on loopback.
pub fn router(api: ApiState) -> Router {
    let storage = Storage::new(api);
    let routes = Router::new()
        .merge(bucket())
        .merge(object())
        .merge(uploads())
        .route(&at("/health"), get(health))
        .route(&at("/health/"), get(health))
        .route(&at("/{*rest}"), any(unknown))
        .route_layer(middleware::from_fn_with_state(
            storage.clone(),
            guard::guard,
        ));
    routes.with_state(storage)
}

fn bucket() -> Router<Storage> {
    let all = || get(buckets::list).post(buckets::create);
    Router::new()
        .route(&at("/bucket"), all())
        .route(&at("/bucket/"), all())
        .route(
            &at("/bucket/{bucket}"),
            get(buckets::show)
                .put(buckets::update)
                .delete(buckets::delete),
        )
        .route(&at("/bucket/{bucket}/empty"), post(buckets::empty))
}

fn object() -> Router<Storage> {
    Router::new()
        .route(&at("/object/copy"), post(moving::copy))
        .route(&at("/object/move"), post(moving::rename))
        .route(&at("/object/list/{bucket}"), post(listing::list))
        .route(
            &at("/object/public/{bucket}/{*name}"),
            get(download::public),
        )
        .route(
            &at("/object/authenticated/{bucket}/{*name}"),
            get(download::authenticated),
        )
        .route(
            &at("/object/sign/{bucket}/{*name}"),
            get(signing::read).post(signing::create),
        )
        .route(&at("/object/info/{bucket}/{*name}"), get(objects::info))
        .route(
            &at("/object/{bucket}"),
            axum::routing::delete(objects::delete_many),
        )
        .route(
            &at("/object/{bucket}/{*name}"),
            get(download::authenticated)
                .post(upload::upload)
                .put(upload::upload)
                .delete(objects::delete),
        )
}

fn uploads() -> Router<Storage> {
    let all = || post(resumable::create).options(resumable::options);
    Router::new()
        .route(&at("/upload/resumable"), all())
        .route(&at("/upload/resumable/"), all())
        .route(
            &at("/upload/resumable/{id}"),
            head(resumable::head)
                .patch(resumable::patch)
                .delete(resumable::delete),
        )
}

async fn health() -> Json<Value> {
    Json(json!({ "healthy": true }))
}

async fn unknown(request: Request) -> Refusal {
    let path = request.uri().path();
    let message = format!("Route {}:{path} not found", request.method());
    Refusal::new(404, "InvalidRequest", message).exact()
}
