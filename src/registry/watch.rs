//! Learning that something changed, without asking all the time.
//!
//! The system tells when the write-ahead log's file changes; `PRAGMA data_version` then says
//! whether that was a commit. While a job is active there is a slow look as well: a worker that
//! was killed writes nothing, and some file systems tell nothing. With no active job nothing wakes
//! up.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::domain::job::{JobId, JobState};
use crate::error::Result;

use super::{FILE, Registry, open};

/// How often active jobs are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Tells of changes that anyone made to the registry since the last answer.
pub struct Watch {
    registry: Registry,
    /// Of its own: `data_version` doesn't count what its own connection wrote.
    connection: Connection,
    version: i64,
    active: Vec<(JobId, JobState)>,
    woken: Arc<Notify>,
    /// `None` where the system has no notifications to give; then only active jobs are noticed.
    _watcher: Option<RecommendedWatcher>,
}

impl Watch {
    pub fn new(registry: &Registry) -> Result<Watch> {
        let connection = open::connect(registry.path(), "NORMAL")?;
        let woken = Arc::new(Notify::new());
        let mut watch = Watch {
            registry: registry.clone(),
            version: 0,
            active: Vec::new(),
            _watcher: notifier(registry.state_dir(), woken.clone()),
            connection,
            woken,
        };
        watch.changed()?;
        Ok(watch)
    }

    /// Whether something was written, or an active job lost its worker, since the last call.
    /// Takes microseconds.
    pub fn changed(&mut self) -> Result<bool> {
        let version: i64 = self
            .connection
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(|error| open::explain(self.registry.path(), "read", error))?;
        let written = version != self.version;
        if !written && self.active.is_empty() {
            return Ok(false);
        }
        let active: Vec<_> = self
            .registry
            .active_jobs()?
            .into_iter()
            .map(|(row, _)| (row.id, row.state))
            .collect();
        let changed = written || active != self.active;
        self.version = version;
        self.active = active;
        Ok(changed)
    }

    /// Waits until something changed. Can be dropped and called again without losing a change.
    pub async fn next(&mut self) -> Result<()> {
        loop {
            if self.changed()? {
                return Ok(());
            }
            if self.active.is_empty() {
                self.woken.notified().await;
            } else {
                let _ = tokio::time::timeout(LOOK, self.woken.notified()).await;
            }
        }
    }
}

fn notifier(state_dir: &Path, woken: Arc<Notify>) -> Option<RecommendedWatcher> {
    let wal = format!("{FILE}-wal");
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let ours = match event {
            Ok(event) => {
                !matches!(event.kind, EventKind::Access(_))
                    && event
                        .paths
                        .iter()
                        .filter_map(|p| p.file_name())
                        .any(|name| name == OsStr::new(&wal) || name == OsStr::new(FILE))
            }
            // events may have been lost: look
            Err(_) => true,
        };
        if ours {
            woken.notify_one();
        }
    })
    .ok()?;
    watcher.watch(state_dir, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}
