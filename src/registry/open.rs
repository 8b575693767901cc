//! Opening the registry's file: permissions, pragmas, and what is said when it can't be used.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Context, Error, Kind, Result};

use super::{FILE, Inner, Registry, schema};

/// How long a call waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

impl Registry {
    /// Opens `STATE_DIR/registry.db`, creating it (0600) and bringing it to this version's shape.
    ///
    /// Errors: `Refused` for a file of a newer version or of another program, `Io` for one that
    /// can't be opened or is damaged. A damaged file is never touched.
    pub fn open(state_dir: &Path) -> Result<Registry> {
        // one at a time in this process: see `prepare` on what closing a new file does
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let path = state_dir.join(FILE);
        prepare(state_dir, &path)?;
        let mut state = connect(&path, "FULL")?;
        schema::migrate(&mut state, &path)?;
        let sampled = connect(&path, "NORMAL")?;
        Ok(Registry {
            inner: Arc::new(Inner {
                state_dir: state_dir.to_owned(),
                path,
                state: Mutex::new(state),
                sampled: Mutex::new(sampled),
            }),
        })
    }

    /// Whether the folder has a registry already.
    pub fn exists(state_dir: &Path) -> bool {
        state_dir.join(FILE).is_file()
    }
}

/// The file is made by us, not by SQLite, so that it's private from its first moment. SQLite gives
/// its side files the same permissions.
///
/// A file that is there is never opened here: closing it would drop the locks that other
/// connections of this process hold on it (<https://sqlite.org/howtocorrupt.html>, 2.2).
fn prepare(state_dir: &Path, path: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)
        .context(Kind::Io, || {
            format!("Cannot create the folder {}", state_dir.display())
        })?;
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(error).context(Kind::Io, || format!("Cannot create {}", path.display()));
        }
    }
    let mode = std::fs::metadata(path)
        .context(Kind::Io, || format!("Cannot read {}", path.display()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .context(Kind::Io, || {
                format!("Cannot make {} private", path.display())
            })?;
    }
    Ok(())
}

/// A connection with our pragmas.
pub(super) fn connect(path: &Path, synchronous: &str) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = (|| {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        write_ahead(&connection)?;
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    })();
    opened.map_err(|error| explain(path, "open", error))
}

/// Turning on the write-ahead log doesn't wait for other processes by itself.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY;
    loop {
        let result: rusqlite::Result<String> =
            connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0));
        match result {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error),
            Ok(_) => return Ok(()),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// One sentence for what SQLite says, naming the file.
pub(super) fn explain(path: &Path, doing: &str, error: rusqlite::Error) -> Error {
    let file = path.display();
    let code = error.sqlite_error_code();
    let said = match code {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            Error::new(Kind::Io, format!("The registry {file} is damaged.")).hint(format!(
                "Your instances and their projects are not affected. Move {FILE}, {FILE}-wal and {FILE}-shm out of {} and start again: only the history of jobs is lost.",
                path.parent().unwrap_or(path).display()
            ))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::new(
            Kind::Timeout,
            format!("The registry {file} has been locked by another process for {} seconds.", BUSY.as_secs()),
        )
        .hint("Try again. If it stays so, look for a process that was stopped while it wrote."),
        Some(ErrorCode::DiskFull) => {
            Error::new(Kind::Io, format!("Cannot {doing} the registry {file}: the disk is full."))
                .hint("Free some space, then try again.")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Error::new(
            Kind::Io,
            format!("Cannot {doing} the registry {file}: this user may not."),
        )
        .hint("Check who owns the file and its folder."),
        _ => Error::new(Kind::Io, format!("Cannot {doing} the registry {file}: {error}")),
    };
    said.source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_and_its_side_files_are_private() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let registry = Registry::open(&state).unwrap();
        registry.set_setting("a", "b").unwrap();
        let mut seen = 0;
        for entry in std::fs::read_dir(&state).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            seen += 1;
        }
        assert!(seen >= 2, "the write-ahead log is there too");
    }

    #[test]
    fn a_file_open_to_others_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        drop(Registry::open(dir.path()).unwrap());
        let path = dir.path().join(FILE);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        drop(Registry::open(dir.path()).unwrap());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_named_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let bytes = b"this is not a database at all, it is a text of some length".repeat(50);
        std::fs::write(&path, &bytes).unwrap();
        let error = Registry::open(dir.path()).unwrap_err();
        assert!(
            error.message.contains("damaged") && error.message.contains(FILE),
            "{error}"
        );
        assert!(error.hint.is_some());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn many_can_open_a_new_file_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let path = dir.path().to_owned();
                std::thread::spawn(move || {
                    Registry::open(&path)?.set_setting(&format!("k{i}"), "v")
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        let registry = Registry::open(dir.path()).unwrap();
        assert_eq!(registry.setting("k7").unwrap().as_deref(), Some("v"));
    }
}
