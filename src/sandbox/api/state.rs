//! The API's state: what its handlers share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio_util::sync::CancellationToken;

use crate::domain::secret::Secret;
use crate::error::Result;
use crate::sandbox::api::clock::now_ms;
use crate::sandbox::api::databases::ProjectDatabases;
use crate::sandbox::api::driver;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::limits::Limits;
use crate::sandbox::api::machine;
use crate::sandbox::api::options::ApiOptions;
use crate::sandbox::api::record::{Data, Project};
use crate::sandbox::api::store::{self, Store};
use crate::sandbox::atlassian::AtlassianOptions;
use crate::sandbox::storage::StorageOptions;

/// Shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    store: Store,
    token: Secret,
    databases: Arc<dyn ProjectDatabases>,
    options: ApiOptions,
    limits: Limits,
    last_used_ms: AtomicI64,
    closing: CancellationToken,
}

impl ApiState {
    /// Opens the state in `dir` (`.matriz/sandbox`), and goes on with what an earlier process
    /// left half done: a project that was coming up still comes up.
    pub async fn open(
        dir: &Path,
        databases: Arc<dyn ProjectDatabases>,
        options: ApiOptions,
    ) -> Result<ApiState> {
        let store = Store::open(dir)?;
        let token = Secret::new(store::token(dir)?);
        let state = ApiState {
            inner: Arc::new(Inner {
                folder: dir.to_owned(),
                store,
                token,
                databases,
                limits: Limits::new(options.requests_per_minute),
                options,
                last_used_ms: AtomicI64::new(now_ms()),
                closing: CancellationToken::new(),
            }),
        };
        let unfinished: Vec<String> = state.inner.store.read(|data| {
            data.projects
                .iter()
                .filter(|p| machine::work(&p.status).is_some())
                .map(|p| p.reference.clone())
                .collect()
        });
        for reference in unfinished {
            driver::drive(state.clone(), reference);
        }
        Ok(state)
    }

    /// What clients send as `Authorization: Bearer …`.
    pub fn token(&self) -> &str {
        self.inner.token.reveal()
    }

    /// The token of the sandbox in `dir`, made where there is none yet.
    pub fn read_token(dir: &Path) -> Result<String> {
        store::token(dir)
    }

    /// When a client last called (milliseconds since 1970). Polls of projects' health and looks
    /// at faults don't count.
    pub fn last_used_ms(&self) -> i64 {
        self.inner.last_used_ms.load(Ordering::Relaxed)
    }

    pub fn touch(&self) {
        self.inner.last_used_ms.store(now_ms(), Ordering::Relaxed);
    }

    /// Is a project changing its state just now? Then the sandbox is not idle.
    pub fn busy(&self) -> bool {
        self.inner.store.read(|data| {
            data.projects
                .iter()
                .any(|p| machine::work(&p.status).is_some())
        })
    }

    /// References of all projects that there are.
    pub fn references(&self) -> Vec<String> {
        self.read(|data| data.projects.iter().map(|p| p.reference.clone()).collect())
    }

    /// Ends the work in the background. What it leaves is taken up by the next [`ApiState::open`].
    pub fn close(&self) {
        self.inner.closing.cancel();
    }

    /// Where the sandbox keeps its files.
    pub(in crate::sandbox) fn folder(&self) -> &Path {
        &self.inner.folder
    }

    pub(super) fn closing(&self) -> &CancellationToken {
        &self.inner.closing
    }

    pub(in crate::sandbox) fn databases(&self) -> &dyn ProjectDatabases {
        self.inner.databases.as_ref()
    }

    pub(super) fn options(&self) -> &ApiOptions {
        &self.inner.options
    }

    pub(in crate::sandbox) fn atlassian_options(&self) -> &AtlassianOptions {
        &self.inner.options.atlassian
    }

    pub(in crate::sandbox) fn storage_options(&self) -> &StorageOptions {
        &self.inner.options.storage
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(in crate::sandbox) fn read<T>(&self, read: impl FnOnce(&Data) -> T) -> T {
        self.inner.store.read(read)
    }

    pub(in crate::sandbox) fn change<T, E: From<crate::error::Error>>(
        &self,
        change: impl FnOnce(&mut Data) -> Result<T, E>,
    ) -> Result<T, E> {
        self.inner.store.change(change)
    }

    pub(in crate::sandbox) fn find_project(&self, reference: &str) -> Option<Project> {
        self.read(|data| data.project(reference).cloned())
    }

    /// The project, or the API's 404.
    pub(in crate::sandbox) fn project(&self, reference: &str) -> ApiResult<Project> {
        self.read(|data| data.project(reference).cloned())
            .ok_or_else(|| ApiError::not_found("Project not found"))
    }

    /// The project, if its database can be asked; else the API's refusal.
    pub(in crate::sandbox) fn active_project(&self, reference: &str) -> ApiResult<Project> {
        use crate::provider::supabase::ProjectStatus;
        let project = self.project(reference)?;
        match project.status {
            ProjectStatus::ActiveHealthy | ProjectStatus::ActiveUnhealthy => Ok(project),
            ref status => Err(ApiError::bad_request(format!(
                "Project {reference} is not active: its status is {status}."
            ))),
        }
    }

    /// Changes a project, or the API's 404.
    pub(in crate::sandbox) fn change_project<T>(
        &self,
        reference: &str,
        change: impl FnOnce(&mut Project) -> ApiResult<T>,
    ) -> ApiResult<T> {
        self.change(|data| {
            let project = data
                .project_mut(reference)
                .ok_or_else(|| ApiError::not_found("Project not found"))?;
            change(project)
        })
    }
}
