//! The state file: read once, written whole at every change, before the change is answered.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Context, Error, Kind, Result};
use crate::sandbox::api::record::Data;
use crate::workspace::file::{PRIVATE, private_folder, read_text, write_whole};

const STATE: &str = "state.json";
const TOKEN: &str = "token";

/// The data, and the file that holds it.
pub struct Store {
    path: PathBuf,
    data: Mutex<Data>,
}

impl Store {
    /// Reads the state in `dir`, which is made (0700) where it is missing.
    pub fn open(dir: &Path) -> Result<Store> {
        private_folder(dir)?;
        let path = dir.join(STATE);
        let data = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .context(Kind::Parse, || format!("The sandbox's state in {} cannot be read", path.display()))
                .map_err(|e| e.hint("Start over with `matriz sandbox reset`. That deletes the sandbox's databases."))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Data::default(),
            Err(error) => {
                return Err(error).context(Kind::Io, || format!("Cannot read {}", path.display()));
            }
        };
        Ok(Store {
            path,
            data: Mutex::new(data),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn read<T>(&self, read: impl FnOnce(&Data) -> T) -> T {
        read(&self.lock())
    }

    /// Changes the data. The change counts only once it is on the disk; where it can't be
    /// written, or `change` fails, nothing has changed.
    pub fn change<T, E: From<Error>>(
        &self,
        change: impl FnOnce(&mut Data) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut data = self.lock();
        let mut next = data.clone();
        let result = change(&mut next)?;
        let text = serde_json::to_vec_pretty(&next)
            .context(Kind::Internal, || "Cannot write the sandbox's state".into())?;
        write_whole(&self.path, &text, PRIVATE)?;
        *data = next;
        Ok(result)
    }
}

/// The token of the sandbox's Supabase in `dir`: `sbp_` and 40 hexadecimal digits, the form that
/// Supabase's own programs insist on.
pub fn token(dir: &Path) -> Result<String> {
    kept_token(dir, TOKEN, "sbp_")
}

/// A token that stands in the file `name` of `dir`, made at the first call: `prefix` and 40
/// hexadecimal digits. Where two processes call first, both get the same one.
pub fn kept_token(dir: &Path, name: &str, prefix: &str) -> Result<String> {
    let path = dir.join(name);
    if let Some(token) = read_token(&path, prefix)? {
        return Ok(token);
    }
    let bytes: [u8; 20] = rand::random();
    let fresh = dir.join(format!(
        "{name}.{}.{}",
        std::process::id(),
        rand::random::<u32>()
    ));
    let text = format!("{prefix}{}", hex(&bytes));
    write_whole(&fresh, text.as_bytes(), PRIVATE)?;
    // A link, unlike a rename, never takes the place of another process's token.
    let linked = std::fs::hard_link(&fresh, &path);
    let _ = std::fs::remove_file(&fresh);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error).context(Kind::Io, || format!("Cannot write {}", path.display()));
        }
        _ => {}
    }
    read_token(&path, prefix)?.ok_or_else(|| {
        Error::new(
            Kind::Parse,
            format!("{} does not hold a token.", path.display()),
        )
        .hint("Remove the file; the sandbox then makes a new one.")
    })
}

fn read_token(path: &Path, prefix: &str) -> Result<Option<String>> {
    let text = read_text(path)?.unwrap_or_default();
    let token = text.trim();
    let right = token.len() == prefix.len() + 40 && token.starts_with(prefix);
    Ok(right.then(|| token.to_owned()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_fails_changes_nothing_and_one_that_succeeds_survives() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        store
            .change(|data| {
                data.last_id = 7;
                Ok::<_, Error>(())
            })
            .unwrap();
        let failed: Result<()> = store.change(|data| {
            data.last_id = 8;
            Err(Error::internal("no"))
        });
        assert!(failed.is_err());
        assert_eq!(store.read(|d| d.last_id), 7);
        assert_eq!(Store::open(dir.path()).unwrap().read(|d| d.last_id), 7);
    }

    #[test]
    fn a_change_that_cannot_be_written_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state")).unwrap();
        std::fs::remove_dir_all(dir.path().join("state")).unwrap();
        let failed: Result<()> = store.change(|data| {
            data.last_id = 8;
            Ok(())
        });
        assert_eq!(failed.unwrap_err().kind, Kind::Io);
        assert_eq!(store.read(|d| d.last_id), 0);
    }

    #[test]
    fn the_token_stays_and_only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let first = token(dir.path()).unwrap();
        assert_eq!(first.len(), 44);
        assert_eq!(token(dir.path()).unwrap(), first);
        let mode = std::fs::metadata(dir.path().join(TOKEN))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn whoever_comes_first_all_get_the_same_token() {
        let dir = tempfile::tempdir().unwrap();
        let tokens: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| token(dir.path()).unwrap()))
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(tokens.iter().all(|t| *t == tokens[0]));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_state_is_named_and_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(STATE), "{").unwrap();
        let error = Store::open(dir.path()).err().unwrap();
        assert_eq!(error.kind, Kind::Parse);
        assert_eq!(
            std::fs::read_to_string(dir.path().join(STATE)).unwrap(),
            "{"
        );
    }
}
