//! SQLite: the only room with the state's SQL.
//!
//! One file, `.matriz/registry.db`, holds what was done (jobs, steps, the journal of calls to
//! providers, events, the audit trail) and caches what was last seen of each instance. Many
//! processes open it at once: workers write, screens read.
//!
//! Every call takes well under a millisecond, plus one fsync where it writes state. Async callers
//! may call directly; a caller that can't spare the time of an fsync uses `spawn_blocking`.

pub mod audit;
pub mod events;
pub mod instances;
pub mod jobs;
pub mod journal;
pub mod lease;
mod open;
pub mod process;
pub mod prune;
pub mod reports;
mod schema;
pub mod settings;
pub mod steps;
pub mod submit;
pub mod values;
pub mod views;
pub mod watch;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, Result};

/// The file's name inside the state folder.
pub const FILE: &str = "registry.db";

/// The workspace's memory of what was done. A clone is another handle on the same connections.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    state_dir: PathBuf,
    path: PathBuf,
    /// `synchronous=FULL`: what is committed here survives a power cut.
    state: Mutex<Connection>,
    /// `synchronous=NORMAL`: sampled progress, where losing the last moment costs nothing and an
    /// fsync ten times a second would.
    sampled: Mutex<Connection>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry")
            .field("path", &self.inner.path)
            .finish()
    }
}

/// Why a transaction was given up: SQLite failed, or a rule of ours said no.
pub(in crate::registry) enum Fault {
    Sql(rusqlite::Error),
    Said(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sql(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Said(error)
    }
}

impl Registry {
    /// The folder that the registry's file lies in (`.matriz`).
    pub fn state_dir(&self) -> &Path {
        &self.inner.state_dir
    }

    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Reads under one snapshot.
    pub(in crate::registry) fn read<T>(
        &self,
        f: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        let mut connection = lock(&self.inner.state);
        let work = |connection: &mut Connection| -> std::result::Result<T, Fault> {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            f(&tx)
        };
        work(&mut connection).map_err(|fault| self.explain("read", fault))
    }

    /// Writes all of it or nothing, durable when this returns.
    pub(in crate::registry) fn write<T>(
        &self,
        f: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        self.transact(&self.inner.state, f)
    }

    /// Writes all of it or nothing; a power cut may take the last moments back.
    pub(in crate::registry) fn write_sampled<T>(
        &self,
        f: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        self.transact(&self.inner.sampled, f)
    }

    fn transact<T>(
        &self,
        connection: &Mutex<Connection>,
        f: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        let mut connection = lock(connection);
        let work = |connection: &mut Connection| -> std::result::Result<T, Fault> {
            // a deferred transaction that turns into a writer can fail without waiting its turn
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = f(&tx)?;
            tx.commit()?;
            Ok(value)
        };
        work(&mut connection).map_err(|fault| self.explain("write", fault))
    }

    fn explain(&self, doing: &str, fault: Fault) -> Error {
        match fault {
            Fault::Said(error) => error,
            Fault::Sql(error) => open::explain(&self.inner.path, doing, error),
        }
    }
}

/// A panic while the lock was held leaves no half transaction: SQLite rolled it back.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Milliseconds since 1970, as every time in the registry is kept.
pub(in crate::registry) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

pub(in crate::registry) fn time(ms: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}
