//! Which of Jira's addresses leads where.

use axum::Router;
use axum::routing::get;

use crate::sandbox::atlassian::{Site, on};
use crate::sandbox::jira::server;

pub fn router() -> Router<Site> {
    Router::new().route("/rest/api/3/serverInfo", get(on(server::info)))
}
