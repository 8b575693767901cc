//! Looking at a repository, and saying what would become of it. Changes nothing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::checks::{CODE, code, in_git, plain, refuse_workspace};
use super::derive::derive;
use super::git::Git;
use super::mentions::Mention;
use super::notice::{look_at, odd, stay};
use super::record::{Act, Record};
use super::walk::{Seen, walk};
use super::{ignore, root_of};
use crate::domain::env_file::EnvFile;
use crate::error::{Error, Result};
use crate::workspace::file::{self, PRIVATE, SHARED, failed};
use crate::workspace::settings::Settings;
use crate::workspace::template;

/// The instance that a repository's own `.env` becomes.
pub(super) const FIRST: &str = "default";

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
