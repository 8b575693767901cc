//! Whether a repository can be adopted as it is; what can't is refused with the reason.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{AccessFlags, access};

use super::git::Git;
use crate::error::{Error, Result};
use crate::workspace::file::failed;

/// Shared code, in the order in which it's told.
pub(super) const CODE: [&str; 5] = ["scripts", "backend", "frontend", "docs", "supabase"];

pub(super) fn refuse_workspace(root: &Path) -> Result<()> {
    let there = ["matriz.toml", "instances"];
    match there.iter().find(|name| exists(&root.join(name))) {
        Some(name) => Err(Error::refused(format!(
            "{} is a workspace already, or half of one: it has {name}.",
            root.display()
        ))
        .hint("Work in it as it is: matriz list")),
        None => Ok(()),
    }
}

pub(super) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether there is a plain file of that name.
pub(super) fn plain(root: &Path, name: &str) -> Result<bool> {
    let path = root.join(name);
    match fs::symlink_metadata(&path) {
        Err(_) => Ok(false),
        Ok(meta) if meta.is_file() => Ok(true),
        Ok(_) => Err(Error::refused(format!(
            "{name} is no plain file (a link, or a folder), which Matriz doesn't move."
        ))
        .hint("Put the file itself there, and try again.")),
    }
}

/// The folders that move, each checked.
pub(super) fn code(root: &Path) -> Result<Vec<&'static str>> {
    let top = fs::metadata(root).map_err(|e| failed("read", root, e))?;
    let mut found = Vec::new();
    writable(root, ".")?;
    for name in CODE {
        let path = root.join(name);
        let Ok(meta) = fs::symlink_metadata(&path) else {
            continue;
        };
        if meta.is_symlink() {
            return Err(Error::refused(format!(
                "{name} is a symbolic link, which would lead elsewhere from core/{name}."
            ))
            .hint("Put the folder itself there, and try again."));
        }
        if !meta.is_dir() {
            continue;
        }
        if meta.dev() != top.dev() {
            return Err(Error::refused(format!(
                "{name} is on another disk (a mount), and can't be moved by renaming."
            )));
        }
        writable(&path, name)?;
        found.push(name);
    }
    let core = root.join("core");
    if !found.is_empty() && exists(&core) {
        let real = fs::symlink_metadata(&core).is_ok_and(|meta| meta.is_dir());
        let clash = found.iter().find(|name| exists(&core.join(name)));
        let why = match (real, clash) {
            (false, _) => Some("core is there already, and is no folder".to_owned()),
            (true, Some(name)) => Some(format!("core/{name} is there already")),
            (true, None) => None,
        };
        if let Some(why) = why {
            return Err(Error::refused(format!(
                "{why}; {} would have no place.",
                found.join(", ")
            ))
            .hint("Give it another name, and try again."));
        }
        writable(&core, "core")?;
    }
    Ok(found)
}

/// A folder's own entry `..` changes when it moves, so that it has to be writable itself.
fn writable(path: &Path, shown: &str) -> Result<()> {
    access(path, AccessFlags::W_OK | AccessFlags::X_OK).map_err(|_| {
        Error::refused(format!(
            "{shown} is read-only for you, so it can't be moved."
        ))
        .hint("Check who owns it, and its permissions.")
    })
}

/// Whether git has the folder; refuses what git couldn't follow.
pub(super) fn in_git(root: &Path, code: &[&str]) -> Result<bool> {
    let git = Git::at(root);
    let Some(top) = git.top()? else {
        return Ok(false);
    };
    let top = fs::canonicalize(&top).map_err(|e| failed("open", &top, e))?;
    if top != root {
        return Err(Error::refused(format!(
            "{} is a part of the repository at {}.",
            root.display(),
            top.display()
        ))
        .hint("A workspace is a whole repository: adopt that folder, or copy this one out."));
    }
    let mut paths = code.to_vec();
    paths.extend([".env", "mcp.json"]);
    for (found, what, hint) in [
        (
            git.submodules(&paths)?,
            "is a submodule",
            "Move it with git mv yourself, or take it out, and try again.",
        ),
        (
            git.changed(&paths)?,
            "has changes that aren't committed",
            "Commit or stash them, so that the moves can be told from them, and try again.",
        ),
        (
            git.flagged(&paths)?,
            "is one that git was told to look away from",
            "See git update-index --no-skip-worktree and --no-assume-unchanged, and try again.",
        ),
    ] {
        if let Some(first) = found.first() {
            let more = match found.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            return Err(Error::refused(format!("{first} {what}{more}.")).hint(hint));
        }
    }
    Ok(true)
}
