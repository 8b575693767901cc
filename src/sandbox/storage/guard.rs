//! What every request passes before its handler: the project, the key, the limit, the ordered faults.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::{Called, ORDERED, Project, disturbed};
use crate::sandbox::storage::caller::Caller;
use crate::sandbox::storage::refusal::{Answer, Refusal};
use crate::sandbox::storage::session::{Asked, Storage};

/// What is read without a key: public files, and signed addresses, which are secrets of their own.
/// (Signing an address asks for the caller itself.)
const OPEN: [&str; 2] = ["/object/public/", "/object/sign/"];

pub async fn guard(State(storage): State<Storage>, mut request: Request, next: Next) -> Response {
    let called = Called::read(&request);
    storage.api().touch();
    let asked = match asked(&storage, &called, &request) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.into_response(),
    };
    let operation = format!("{} {} {}", called.method, called.pattern, asked.reference());
    if let Some(seconds) = storage.limits().refused(operation) {
        let refusal = Refusal::new(429, "SlowDown", "Too many requests").exact();
        let mut response = refusal.into_response();
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    request.extensions_mut().insert(asked);
    disturbed(storage.api(), &called, ordered, request, next).await
}

fn asked(storage: &Storage, called: &Called, request: &Request) -> Answer<Asked> {
    let found = called.project.as_deref();
    let found = found.and_then(|reference| storage.api().find_project(reference));
    let project =
        found.ok_or_else(|| Refusal::new(404, "TenantNotFound", "Project not found").exact())?;
    if !is_up(&project) {
        let message = format!(
            "The project is not active: its status is {}.",
            project.status
        );
        // Supabase's own status for a paused project
        return Err(Refusal::new(540, "ProjectPaused", message));
    }
    let caller = match Caller::of(request.headers(), &project) {
        // whoever may read it without a key may do so with an old one
        Err(_) if OPEN.iter().any(|open| called.pattern.contains(open)) => None,
        caller => caller?,
    };
    Ok(Asked { project, caller })
}

fn is_up(project: &Project) -> bool {
    matches!(
        project.status,
        ProjectStatus::ActiveHealthy | ProjectStatus::ActiveUnhealthy
    )
}

fn ordered(status: StatusCode) -> Response {
    Refusal::new(status.as_u16(), "InternalError", ORDERED)
        .exact()
        .into_response()
}
