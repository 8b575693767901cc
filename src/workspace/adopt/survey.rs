//! Looking at a repository, and saying what would become of it. Changes nothing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use super::derive::derive;
use super::git::Git;
use super::mentions::{self, Mention};
use super::record::{Act, Record};
use super::walk::{Seen, leads_to, walk};
use super::{ignore, root_of};
use crate::domain::env_file::EnvFile;
use crate::error::{Error, Result};
use crate::workspace::file::{self, PRIVATE, SHARED, failed};
use crate::workspace::settings::Settings;
use crate::workspace::template;

/// The instance that a repository's own `.env` becomes.
pub(super) const FIRST: &str = "default";
/// Shared code, in the order in which it's told.
const CODE: [&str; 5] = ["scripts", "backend", "frontend", "docs", "supabase"];

/// What would be done, and what a person has to look at.
#[derive(Debug, Clone)]
pub struct Adoption {
    pub root: PathBuf,
    pub record: Record,
    /// Lines that name what moves, and aren't changed.
    pub mentions: Vec<Mention>,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
    /// Moves go into git's index, too.
    pub git: bool,
    /// What git ignores of what moves, by the paths that it will have.
    ignored: Vec<String>,
}

impl Adoption {
    /// After the moves: what git doesn't ignore any more, by paths from the root.
    pub fn uncovered(&self) -> Result<Vec<String>> {
        if self.ignored.is_empty() {
            return Ok(Vec::new());
        }
        let now = Git::at(&self.root).ignored(&["core"])?;
        let lost = self.ignored.iter().filter(|path| !now.contains(path));
        Ok(lost.cloned().collect())
    }
}

/// Looks at the folder.
///
/// # Errors
/// `Refused`, with the reason, where it can't be adopted as it is.
pub fn survey(folder: &Path) -> Result<Adoption> {
    let root = root_of(folder)?;
    refuse_workspace(&root)?;
    let code = code(&root)?;
    let env = plain(&root, ".env")?;
    if code.is_empty() && !env {
        return Err(Error::refused(format!(
            "{} has nothing to adopt: no {}, and no .env.",
            root.display(),
            CODE.join(", no ")
        ))
        .hint("Make it an empty workspace with \"matriz workspace init\"."));
    }
    let git = in_git(&root, &code)?;
    let mut seen = Seen::default();
    for name in &code {
        walk(&root, name, &mut seen)?;
    }
    let mut notes = odd(&root, &code, &seen)?;
    let mut acts = Vec::new();
    if git {
        acts.extend(ignore_lines(&root, &code)?);
    }
    let mut moves: Vec<(String, String)> = Vec::new();
    for name in &code {
        moves.push(((*name).to_owned(), format!("core/{name}")));
    }
    let folders = ["core", "instances", "instances/default"];
    let folders = folders
        .iter()
        .filter(|path| **path != "core" || !code.is_empty());
    for path in folders.filter(|path| !root.join(path).is_dir()) {
        acts.push(Act::Folder {
            path: (*path).to_owned(),
        });
    }
    let mut private = Vec::new();
    for name in [".env", "mcp.json"] {
        if plain(&root, name)? {
            moves.push((name.to_owned(), format!("instances/{FIRST}/{name}")));
            private.push(name);
        }
    }
    acts.extend(moves.iter().map(|(from, to)| Act::Move {
        from: from.clone(),
        to: to.clone(),
    }));
    for name in &private {
        acts.extend(protect(&root, name)?);
        if git && Git::at(&root).tracks(name)? {
            notes.push(format!(
                "git tracks {name}, with whatever secrets are in it: take it out with \"git rm --cached instances/{FIRST}/{name}\", and change the keys that were ever pushed."
            ));
        }
    }
    acts.extend(files(&root, env, &private, &mut notes)?);
    if git {
        acts.push(Act::Index {
            moves: moves.clone(),
        });
    }
    notes.extend(stay(&root));
    if code.contains(&"supabase") {
        notes.push(
            "The Supabase CLI looks for supabase/ below the folder it's run in: from now on, \"supabase --workdir core …\"."
                .to_owned(),
        );
    }
    let ignored = match git && !code.is_empty() {
        true => Git::at(&root).ignored(&code)?,
        false => Vec::new(),
    };
    Ok(Adoption {
        ignored: ignored.iter().map(|path| format!("core/{path}")).collect(),
        mentions: look_at(&root, &code, &seen)?,
        record: Record::new(&root, acts),
        notes,
        git,
        root,
    })
}

fn refuse_workspace(root: &Path) -> Result<()> {
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

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether there is a plain file of that name.
fn plain(root: &Path, name: &str) -> Result<bool> {
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
fn code(root: &Path) -> Result<Vec<&'static str>> {
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
fn in_git(root: &Path, code: &[&str]) -> Result<bool> {
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

/// Repositories and links that need a word.
fn odd(root: &Path, code: &[&str], seen: &Seen) -> Result<Vec<String>> {
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

fn ignore_lines(root: &Path, code: &[&str]) -> Result<Option<Act>> {
    let old = file::read_text(&root.join(".gitignore"))?;
    let text = ignore::lines(old.as_deref().unwrap_or_default(), code);
    Ok((!text.is_empty()).then(|| Act::Append {
        path: ".gitignore".to_owned(),
        text,
        made: old.is_none(),
    }))
}

/// A file that holds secrets is for its owner alone from now on.
fn protect(root: &Path, name: &str) -> Result<Option<Act>> {
    let path = root.join(name);
    let meta = fs::symlink_metadata(&path).map_err(|e| failed("read", &path, e))?;
    let from = meta.mode() & 0o7777;
    Ok((from != PRIVATE).then(|| Act::Mode {
        path: format!("instances/{FIRST}/{name}"),
        from,
        to: PRIVATE,
    }))
}

/// The files that are new.
fn files(root: &Path, has_env: bool, moved: &[&str], notes: &mut Vec<String>) -> Result<Vec<Act>> {
    let text = match has_env {
        true => file::read_text(&root.join(".env"))?.unwrap_or_default(),
        false => template::ENV.to_owned(),
    };
    let env = EnvFile::parse_named(".env", &text)?;
    let derived = derive(&env, &Settings::default().providers.supabase.region)?;
    notes.extend(derived.notes);
    let write = |name: &str, text: &str, mode| Act::Write {
        path: format!("instances/{FIRST}/{name}"),
        text: text.to_owned(),
        mode,
    };
    let mut acts: Vec<Act> = Vec::new();
    if !has_env {
        acts.push(write(".env", template::ENV, PRIVATE));
    }
    if !moved.contains(&"mcp.json") {
        acts.push(write("mcp.json", template::MCP, PRIVATE));
    }
    acts.extend(
        derived
            .files
            .iter()
            .map(|(name, text)| write(name, text, SHARED)),
    );
    let name = root
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = toml::Value::from(name.unwrap_or_else(|| "workspace".to_owned()));
    acts.push(Act::Write {
        path: "matriz.toml".to_owned(),
        text: format!("name = {name}\ndefault = \"{FIRST}\"\n"),
        mode: SHARED,
    });
    Ok(acts)
}

/// Files that look as if they moved, and don't.
fn stay(root: &Path) -> Vec<String> {
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
fn look_at(root: &Path, code: &[&str], inside: &Seen) -> Result<Vec<Mention>> {
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
