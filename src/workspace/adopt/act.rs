//! Doing one act, and taking it back. Either may have been interrupted before: doing it again
//! finishes it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::git::Git;
use super::record::Act;
use crate::error::{Error, Kind, Result};
use crate::workspace::file::{self, failed, folder_of};

impl Act {
    pub(super) fn carry_out(&self, root: &Path) -> Result<()> {
        match self {
            Act::Folder { path } => make_folder(&root.join(path)),
            Act::Move { from, to } => rename(root, from, to),
            Act::Mode { path, to, .. } => set_mode(&root.join(path), *to),
            Act::Write { path, text, mode } => write(root, path, text, *mode),
            Act::Append { path, text, .. } => {
                let old = file::read_text(&root.join(path))?.unwrap_or_default();
                match old.ends_with(text.as_str()) {
                    true => Ok(()),
                    false => file::write_whole(
                        &root.join(path),
                        format!("{old}{text}").as_bytes(),
                        file::SHARED,
                    ),
                }
            }
            Act::Index { moves } => Git::at(root).rename(moves),
        }
    }

    /// Answers with what stays, where something does.
    pub(super) fn take_back(&self, root: &Path) -> Result<Option<String>> {
        match self {
            Act::Folder { path } => return remove_folder(root, path),
            Act::Move { from, to } => {
                if exists(&root.join(to)) {
                    rename(root, to, from)?;
                }
            }
            Act::Mode { path, from, to } => {
                let there = root.join(path);
                if fs::symlink_metadata(&there).is_ok_and(|m| m.mode() & 0o7777 == *to) {
                    set_mode(&there, *from)?;
                }
            }
            Act::Write { path, text, .. } => {
                let there = root.join(path);
                if file::read_text(&there)?.as_ref() == Some(text) {
                    fs::remove_file(&there).map_err(|e| failed("remove", &there, e))?;
                    sync(folder_of(&there))?;
                }
            }
            Act::Append { path, text, made } => take_lines_out(root, path, text, *made)?,
            Act::Index { moves } => {
                let back: Vec<_> = moves.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
                Git::at(root).rename(&back)?;
            }
        }
        Ok(None)
    }

    /// Why it can't be taken back without losing something.
    pub(super) fn in_the_way(&self, root: &Path) -> Result<Option<String>> {
        Ok(match self {
            Act::Move { from, .. } if exists(&root.join(from)) => {
                Some(format!("there is another {from} now"))
            }
            Act::Move { to, .. } if !exists(&root.join(to)) => Some(format!("{to} is gone")),
            Act::Write { path, text, .. } => {
                let there = file::read_text(&root.join(path))?;
                let changed = there.is_some_and(|there| there != *text);
                changed.then(|| format!("{path} was changed since"))
            }
            _ => None,
        })
    }
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn sync(folder: &Path) -> Result<()> {
    file::sync_folder(folder).map_err(|e| failed("write", folder, e))
}

fn make_folder(path: &Path) -> Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(failed("create", path, error)),
        Ok(()) => sync(folder_of(path)),
    }
}

fn rename(root: &Path, from: &str, to: &str) -> Result<()> {
    let (old, new) = (root.join(from), root.join(to));
    match (exists(&old), exists(&new)) {
        (false, true) => Ok(()),
        (true, false) => {
            fs::rename(&old, &new).map_err(|e| failed("move", &old, e))?;
            sync(folder_of(&old))?;
            sync(folder_of(&new))
        }
        (true, true) => Err(
            Error::new(Kind::Conflict, format!("There is both {from} and {to}."))
                .hint("Move one of them aside, then go on with the same command."),
        ),
        (false, false) => Err(Error::not_found(format!(
            "{from} is gone: it's neither there nor at {to}."
        ))
        .hint("Put it back, then go on with the same command.")),
    }
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    let mode = fs::Permissions::from_mode(mode);
    fs::set_permissions(path, mode).map_err(|e| failed("protect", path, e))
}

fn write(root: &Path, path: &str, text: &str, mode: u32) -> Result<()> {
    let there = root.join(path);
    if file::create_whole(&there, text.as_bytes(), mode)? {
        return set_mode(&there, mode);
    }
    match file::read_text(&there)?.as_deref() == Some(text) {
        true => set_mode(&there, mode),
        false => Err(
            Error::new(Kind::Conflict, format!("There is a {path} already."))
                .hint("Move it aside, then go on with the same command."),
        ),
    }
}

fn remove_folder(root: &Path, path: &str) -> Result<Option<String>> {
    let there = root.join(path);
    match fs::remove_dir(&there) {
        Ok(()) => sync(folder_of(&there)).map(|()| None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(Some(format!(
            "{path} stays: something was put into it since."
        ))),
        Err(error) => Err(failed("remove", &there, error)),
    }
}

/// Lines that somebody took out or changed are theirs.
fn take_lines_out(root: &Path, path: &str, text: &str, made: bool) -> Result<()> {
    let there = root.join(path);
    let Some(now) = file::read_text(&there)? else {
        return Ok(());
    };
    let rest = match now.rfind(text) {
        Some(at) => format!(
            "{}{}",
            now.get(..at).unwrap_or_default(),
            now.get(at + text.len()..).unwrap_or_default()
        ),
        None => return Ok(()),
    };
    if made && rest.is_empty() {
        return fs::remove_file(&there).map_err(|e| failed("remove", &there, e));
    }
    file::write_whole(&there, rest.as_bytes(), file::SHARED)
}
