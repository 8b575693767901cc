//! Reading and writing whole files.
//!
//! A file is written beside itself, made durable, and renamed into place: whoever reads it, even after
//! a power cut, finds the old bytes or the new ones (the pattern of `rename(2)` with `fsync(2)` on the
//! file and on its folder).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use nix::fcntl::OFlag;

use super::temporary::temporary_beside;
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

/// Mode of a file that holds secrets.
pub const PRIVATE: u32 = 0o600;
/// Mode of a file that others may read.
pub const SHARED: u32 = 0o644;

/// Replaces the file, whole or not at all. An existing file keeps its mode and its owner; a new one
/// gets `mode`. A symbolic link is refused, never followed.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let existing = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => return Err(symlink(path)),
        Ok(meta) if !meta.is_file() => return Err(not_a_file(path)),
        Ok(meta) => Some(meta),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("read", path, error)),
    };
    let folder = folder_of(path);
    let temporary = temporary_beside(path);
    let written = (|| {
        let file = fill(&temporary, bytes)?;
        if let Some(meta) = &existing {
            let own = file.metadata()?;
            if (own.uid(), own.gid()) != (meta.uid(), meta.gid()) {
                std::os::unix::fs::fchown(&file, Some(meta.uid()), Some(meta.gid()))?;
            }
        }
        let mode = existing.as_ref().map_or(mode, |m| m.mode() & 0o7777);
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(folder)
    })();
    written.map_err(|error| {
        // gone already where the rename worked
        let _ = fs::remove_file(&temporary);
        failed("write", path, error)
    })
}

/// A file beside the one that is meant, for nobody else's eyes until it is in its place.
fn fill(temporary: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(temporary)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Writes a file that isn't there yet, whole or not at all. One that is there stays as it is, whatever
/// it holds: false then.
pub fn create_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<bool> {
    let folder = folder_of(path);
    let temporary = temporary_beside(path);
    let written = (|| {
        let file = fill(&temporary, bytes)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        // unlike a rename, a link never takes the place of what is there
        let made = match fs::hard_link(&temporary, path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        fs::remove_file(&temporary)?;
        sync_folder(folder)?;
        Ok(made)
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        failed("write", path, error)
    })
}

/// The largest configuration file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// The text of a file; `None` where there is none. A symbolic link is refused, as is what isn't a plain
/// file of at most 4 MB.
pub fn read_text(path: &Path) -> Result<Option<String>> {
    // O_NONBLOCK, because opening a pipe would wait for its other end
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) if path.is_symlink() => return Err(symlink(path)),
        Err(error) => return Err(failed("read", path, error)),
    };
    let meta = file.metadata().map_err(|e| failed("read", path, e))?;
    if !meta.is_file() {
        return Err(not_a_file(path));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| failed("read", path, e))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::refused(format!(
            "{} is larger than 4 MB, which no configuration file is.",
            path.display()
        )));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(error.as_bytes().get(..good).unwrap_or_default());
            let (line, column) = place(&before, before.len());
            Err(Error::new(
                Kind::Parse,
                format!(
                    "{}:{line}:{column}: the file isn't UTF-8 text.",
                    path.display()
                ),
            )
            .hint("Save it as UTF-8."))
        }
    }
}

/// Creates a folder that only its owner may enter, with those above it; tightens an existing one.
pub fn private_folder(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => return Err(symlink(path)),
        Ok(meta) if meta.is_dir() => {
            if meta.mode() & 0o077 != 0 {
                fs::set_permissions(path, fs::Permissions::from_mode(0o700))
                    .map_err(|e| failed("protect", path, e))?;
            }
            return Ok(());
        }
        Ok(_) => {
            return Err(Error::new(
                Kind::Conflict,
                format!("{} is not a folder.", path.display()),
            ));
        }
        Err(_) => {}
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| failed("create", path, e))
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn not_a_file(path: &Path) -> Error {
    Error::new(Kind::Conflict, format!("{} is not a file.", path.display()))
}

fn symlink(path: &Path) -> Error {
    Error::refused(format!(
        "{} is a symbolic link, which Matriz doesn't follow.",
        path.display()
    ))
    .hint("Put the file itself there, and try again.")
}

/// An error that says what couldn't be done with which path, and what helps.
pub(super) fn failed(verb: &str, path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("The disk is full. Free some space and try again; nothing was changed.")
        }
        io::ErrorKind::PermissionDenied => {
            Some("Check who owns the file and its folder, and their permissions.")
        }
        io::ErrorKind::ReadOnlyFilesystem => Some("The file system is mounted read-only."),
        _ => None,
    };
    let message = format!("Can't {verb} {}: {error}.", path.display());
    let mut out = Error::new(Kind::Io, message).source(error);
    out.hint = hint.map(str::to_owned);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn a_new_file_gets_the_mode_and_an_old_one_keeps_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        write_whole(&path, b"A=1\n", PRIVATE).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_whole(&path, b"A=2\n", PRIVATE).unwrap();
        assert_eq!(mode(&path), 0o640);
        assert_eq!(read_text(&path).unwrap().as_deref(), Some("A=2\n"));
        assert_eq!(names(dir.path()), [".env"], "no temporary file is left");
    }

    #[test]
    fn the_owner_stays() {
        if !nix::unistd::geteuid().is_root() {
            return; // only root can give a file away
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_whole(&path, b"1", SHARED).unwrap();
        std::os::unix::fs::chown(&path, Some(12345), Some(12346)).unwrap();
        write_whole(&path, b"2", SHARED).unwrap();
        let meta = fs::metadata(&path).unwrap();
        assert_eq!((meta.uid(), meta.gid()), (12345, 12346));
    }

    #[test]
    fn links_are_refused_and_their_target_stays() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        let link = dir.path().join("link");
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let error = write_whole(&link, b"new", PRIVATE).unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        assert_eq!(read_text(&link).unwrap_err().kind, Kind::Refused);
        assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_bytes_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let error = write_whole(&dir.path().join("no/where"), b"x", PRIVATE).unwrap_err();
        assert_eq!(error.kind, Kind::Io);
        assert!(error.message.starts_with("Can't write "));
        fs::create_dir(dir.path().join("folder")).unwrap();
        let error = write_whole(&dir.path().join("folder"), b"x", PRIVATE).unwrap_err();
        assert_eq!(error.kind, Kind::Conflict);
        assert_eq!(names(dir.path()), ["folder"]);
    }

    #[test]
    fn a_full_disk_is_named() {
        let error = failed(
            "write",
            Path::new("x"),
            io::Error::from(io::ErrorKind::StorageFull),
        );
        assert!(error.hint.unwrap().contains("disk is full"));
    }

    #[test]
    fn text_that_is_not_utf8_names_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, b"one\nt\xc3\xa7\xff").unwrap();
        let error = read_text(&path).unwrap_err();
        assert!(error.message.contains("a:2:3: "), "{}", error.message);
        assert_eq!(read_text(&dir.path().join("none")).unwrap(), None);
    }

    #[test]
    fn a_pipe_and_a_huge_file_are_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(read_text(&pipe).unwrap_err().kind, Kind::Conflict);
        let huge = dir.path().join("huge");
        File::create(&huge).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(read_text(&huge).unwrap_err().kind, Kind::Refused);
    }

    #[test]
    fn an_open_folder_is_tightened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        private_folder(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        private_folder(&path.join("deep/er")).unwrap();
        assert_eq!(mode(&path.join("deep")), 0o700);
    }
}
