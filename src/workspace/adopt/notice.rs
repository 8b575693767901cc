//! What a person has to know and to look at: nothing of it is changed.

use std::fs;
use std::path::Path;

use super::checks::exists;
use super::mentions::{self, Mention};
use super::walk::{Seen, leads_to, walk};
use crate::error::{Error, Result};
use crate::workspace::file::failed;

/// Repositories and links that need a word.
pub(super) fn odd(root: &Path, code: &[&str], seen: &Seen) -> Result<Vec<String>> {
    if let Some(path) = seen.worktrees.first() {
        return Err(Error::refused(format!(
            "{path} belongs to a repository elsewhere (a worktree or a submodule), which wouldn't find it again."
        ))
        .hint("Move it with git worktree move or git mv yourself, and try again."));
    }
    let mut notes: Vec<String> = Vec::new();
    let repositories = seen.repositories.iter();
    notes.extend(repositories.map(|path| {
        format!("{path} is a repository of its own; it moves as it is, to core/{path}.")
    }));
    let moves = |path: &str| {
        let first = path.split('/').next().unwrap_or_default();
        code.contains(&first)
    };
    // links within what moves keep their places towards each other
    for (path, says) in &seen.links {
        let inside = leads_to(path, says).is_some_and(|to| moves(&to));
        if !says.starts_with('/') && !inside {
            notes.push(format!(
                "{path} is a link to {says}, which leads elsewhere from core/{path}."
            ));
        }
    }
    let mut others = Seen::default();
    for name in top_names(root)?
        .iter()
        .filter(|name| !moves(name) && *name != ".git")
    {
        look(root, name, &mut others)?;
    }
    for (path, says) in &others.links {
        if leads_to(path, says).is_some_and(|to| moves(&to)) {
            notes.push(format!("{path} is a link to {says}, which moves."));
        }
    }
    Ok(notes)
}

fn top_names(root: &Path) -> Result<Vec<String>> {
    let entries: Vec<_> = fs::read_dir(root)
        .and_then(Iterator::collect)
        .map_err(|e| failed("read", root, e))?;
    let mut names: Vec<String> = entries
        .iter()
        .map(|entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// A name at the top, with what is below it.
fn look(root: &Path, name: &str, seen: &mut Seen) -> Result<()> {
    let path = root.join(name);
    let Ok(meta) = fs::symlink_metadata(&path) else {
        return Ok(());
    };
    if meta.is_symlink() {
        let says = fs::read_link(&path).map_err(|e| failed("read", &path, e))?;
        seen.links
            .push((name.to_owned(), says.to_string_lossy().into_owned()));
        return Ok(());
    }
    let skipped = ["node_modules", "target", ".matriz"];
    match meta.is_dir() {
        true if !skipped.contains(&name) => walk(root, name, seen),
        true => Ok(()),
        false => {
            seen.files.push(name.to_owned());
            Ok(())
        }
    }
}

/// Files that look as if they moved, and don't.
pub(super) fn stay(root: &Path) -> Vec<String> {
    let mut notes = Vec::new();
    if exists(&root.join(".mcp.json")) {
        notes.push(
            ".mcp.json stays where Claude Code looks for it; \"matriz mcp config --client claude --write\" points it at an instance."
                .to_owned(),
        );
    }
    let names = top_names(root).unwrap_or_default();
    let others: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with(".env.") && !name.ends_with(".example"))
        .collect();
    if !others.is_empty() {
        notes.push(format!(
            "{} stays at the top; it may be an instance of its own.",
            others.join(", ")
        ));
    }
    notes
}

/// Lines that name what moves.
pub(super) fn look_at(root: &Path, code: &[&str], inside: &Seen) -> Result<Vec<Mention>> {
    let mut outside = Seen::default();
    for name in top_names(root)? {
        if !code.contains(&name.as_str()) && name != ".git" {
            look(root, &name, &mut outside)?;
        }
    }
    let mut names = code.to_vec();
    names.push(".env");
    let mut found = Vec::new();
    for path in outside.files.iter().filter(|path| mentions::is_read(path)) {
        found.extend(mentions::find(root, path, &names, false));
    }
    for path in inside.files.iter().filter(|path| mentions::is_read(path)) {
        let lines = mentions::find(root, path, &names, true);
        found.extend(lines.into_iter().map(|mention| Mention {
            file: format!("core/{}", mention.file),
            ..mention
        }));
    }
    Ok(found)
}
