//! A lock between processes: an flock on a file. It goes when its holder dies, however it dies.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use tokio::time::Instant;

use crate::error::{Context, Error, Kind, Result};

/// Held until dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: Flock<File>,
}

impl FileLock {
    /// Takes the lock, or says `None` because another process holds it. Makes the file (0600).
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        Self::try_flock(path, FlockArg::LockExclusiveNonblock)
    }

    /// Whether somebody holds the lock. Asking doesn't look like holding to others who ask.
    pub fn is_held(path: &Path) -> Result<bool> {
        Ok(Self::try_flock(path, FlockArg::LockSharedNonblock)?.is_none())
    }

    fn try_flock(path: &Path, how: FlockArg) -> Result<Option<Self>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .context(Kind::Io, || format!("Cannot open {}", path.display()))?;
        match Flock::lock(file, how) {
            Ok(file) => Ok(Some(FileLock { _file: file })),
            Err((_, Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, errno)) => Err(Error::new(
                Kind::Io,
                format!("Cannot lock {}: {errno}", path.display()),
            )),
        }
    }

    /// Waits for the lock. `what` ends the sentence "Another process is still …".
    pub async fn take(path: &Path, wait: Duration, what: &str) -> Result<Self> {
        let deadline = Instant::now() + wait;
        loop {
            if let Some(lock) = Self::try_take(path)? {
                return Ok(lock);
            }
            if Instant::now() >= deadline {
                return Err(Error::new(
                    Kind::Conflict,
                    format!("Another process is still {what}."),
                )
                .hint("Wait for it, or end it, then try again."));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = FileLock::try_take(&path).unwrap();
        assert!(held.is_some());
        assert!(FileLock::try_take(&path).unwrap().is_none());
        assert!(FileLock::is_held(&path).unwrap());
        let error = FileLock::take(&path, Duration::ZERO, "testing").await;
        assert_eq!(error.unwrap_err().kind, Kind::Conflict);
        drop(held);
        assert!(!FileLock::is_held(&path).unwrap());
        assert!(FileLock::try_take(&path).unwrap().is_some());
    }
}
