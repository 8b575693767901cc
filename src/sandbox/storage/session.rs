//! What the handlers share, and what is known of a request before its handler runs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::sandbox::api::{ApiState, Project, ProjectDatabases};
use crate::sandbox::storage::caller::Caller;
use crate::sandbox::storage::files::Files;
use crate::sandbox::storage::limits::Limits;
use crate::sandbox::storage::options::StorageOptions;
use crate::sandbox::storage::refusal::{Answer, Refusal};

/// Shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    inner: Arc<Inner>,
}

struct Inner {
    api: ApiState,
    files: Files,
    limits: Limits,
    /// Resumable uploads that are being written to just now.
    writing: Mutex<HashSet<String>>,
}

/// Holds a resumable upload for one writer.
pub struct Writing {
    storage: Storage,
    id: String,
}

impl Storage {
    pub fn new(api: ApiState) -> Storage {
        let files = Files::new(api.folder());
        let limits = Limits::new(api.storage_options().requests_per_minute);
        Storage {
            inner: Arc::new(Inner {
                api,
                files,
                limits,
                writing: Mutex::default(),
            }),
        }
    }

    pub fn api(&self) -> &ApiState {
        &self.inner.api
    }

    pub fn files(&self) -> &Files {
        &self.inner.files
    }

    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub fn options(&self) -> &StorageOptions {
        self.inner.api.storage_options()
    }

    pub fn databases(&self) -> &dyn ProjectDatabases {
        self.inner.api.databases()
    }

    fn writing(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        let writing = self.inner.writing.lock();
        writing.unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an upload for writing; refuses where another has it.
    pub fn write_alone(&self, id: &str) -> Answer<Writing> {
        if !self.writing().insert(id.to_owned()) {
            return Err(Refusal::new(423, "ResourceLocked", "The resource is locked").exact());
        }
        Ok(Writing {
            storage: self.clone(),
            id: id.to_owned(),
        })
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.storage.writing().remove(&self.id);
    }
}

/// A request's project and caller, found by the guard.
#[derive(Clone)]
pub struct Asked {
    pub project: Project,
    /// `None` where the request has no key.
    pub caller: Option<Caller>,
}

impl Asked {
    pub fn reference(&self) -> &str {
        &self.project.reference
    }

    /// Whoever has a key.
    pub fn caller(&self) -> Answer<&Caller> {
        self.caller.as_ref().ok_or_else(Refusal::no_key)
    }
}
