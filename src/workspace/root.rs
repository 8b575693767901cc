//! Finding the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use super::env_watch::EnvWatch;
use super::file::{self, failed};
use super::settings::Settings;
use crate::domain::env_file::EnvFile;
use crate::error::{Error, Result};

pub(super) const SETTINGS: &str = "matriz.toml";
pub(super) const INSTANCES: &str = "instances";
pub(super) const STATE: &str = ".matriz";

/// A workspace on disk. It holds its path, and who watches what is written, so it's cheap to clone
/// and never stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
    pub(super) watch: EnvWatch,
}

impl Workspace {
    /// The workspace at `explicit` (`--root`, `MATRIZ_ROOT`), else the nearest one at or above `cwd`:
    /// a folder with `matriz.toml` or `instances/`.
    pub fn find(explicit: Option<&Path>, cwd: &Path) -> Result<Workspace> {
        if let Some(path) = explicit {
            let path = fs::canonicalize(cwd.join(path))
                .map_err(|e| failed("open the workspace", path, e))?;
            if is_workspace(&path) {
                return Ok(Workspace::at(path));
            }
            return Err(Error::not_found(format!(
                "{} isn't a workspace: it has neither matriz.toml nor a folder instances.",
                path.display()
            ))
            .hint("Check --root and MATRIZ_ROOT, or run \"matriz workspace init\" there."));
        }
        let start = fs::canonicalize(cwd).map_err(|e| failed("open", cwd, e))?;
        match start.ancestors().find(|path| is_workspace(path)) {
            Some(root) => Ok(Workspace::at(root.to_owned())),
            None => Err(Error::not_found(format!(
                "No workspace in {} or above it.",
                start.display()
            ))
            .hint(
                "Go to a folder with instances/ or matriz.toml, name it with --root, or run \"matriz workspace init\" here.",
            )),
        }
    }

    /// Makes an existing folder a workspace: creates `instances/`. Does nothing where it is one.
    pub fn init(folder: &Path) -> Result<Workspace> {
        let root = fs::canonicalize(folder).map_err(|e| failed("open", folder, e))?;
        let instances = root.join(INSTANCES);
        if !instances.is_dir() {
            fs::create_dir(&instances).map_err(|e| failed("create", &instances, e))?;
            file::sync_folder(&root).map_err(|e| failed("write", &root, e))?;
        }
        Ok(Workspace::at(root))
    }

    /// The folder as a workspace, whether or not it is one yet. The path is a canonical one.
    pub(super) fn at(root: PathBuf) -> Workspace {
        Workspace {
            root,
            watch: EnvWatch::default(),
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `instances/`, whether or not it's there.
    pub fn instances_dir(&self) -> PathBuf {
        self.root.join(INSTANCES)
    }

    /// `.matriz`: created on first use, for its owner only, with a `.gitignore` that keeps all of it
    /// out of git.
    pub fn state_dir(&self) -> Result<PathBuf> {
        let path = self.root.join(STATE);
        file::private_folder(&path)?;
        let ignore = path.join(".gitignore");
        if fs::symlink_metadata(&ignore).is_err() {
            file::write_whole(&ignore, b"*\n", file::SHARED)?;
        }
        Ok(path)
    }

    /// `matriz.toml`, or what holds without one.
    pub fn settings(&self) -> Result<Settings> {
        match file::read_text(&self.root.join(SETTINGS))? {
            Some(text) => Settings::parse(SETTINGS, &text),
            None => Ok(Settings::default()),
        }
    }

    /// The `.env` at the workspace's root: account-wide values, which an instance's own override.
    /// Empty where there is none.
    pub fn shared_env(&self) -> Result<EnvFile> {
        match file::read_text(&self.root.join(".env"))? {
            Some(text) => EnvFile::parse_named(".env", &text),
            None => Ok(EnvFile::default()),
        }
    }

    /// A path as a person in this workspace knows it: relative to the root.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

fn is_workspace(path: &Path) -> bool {
    path.join(SETTINGS).is_file() || path.join(INSTANCES).is_dir()
}
