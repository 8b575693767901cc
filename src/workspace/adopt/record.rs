//! What an adoption does, written down before it's done.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, Kind, Result};
use crate::workspace::file::{self, PRIVATE, failed};
use crate::workspace::root::Workspace;

const FILE: &str = ".matriz/adopt.json";

/// One act. Paths are relative to the workspace's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// It isn't there yet.
    Folder {
        path: String,
    },
    Move {
        from: String,
        to: String,
    },
    Mode {
        path: String,
        from: u32,
        to: u32,
    },
    /// A new file. Never one with a secret in it.
    Write {
        path: String,
        text: String,
        mode: u32,
    },
    /// Lines at the end of a file; `made`: the file isn't there yet.
    Append {
        path: String,
        text: String,
        made: bool,
    },
    /// Names in git's index.
    Index {
        moves: Vec<(String, String)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Moving,
    Done,
    Undoing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub state: State,
    /// How many of the acts are done.
    pub done: usize,
    pub acts: Vec<Act>,
    /// `.matriz` wasn't there before.
    pub made_state: bool,
}

impl Record {
    pub(super) fn new(root: &Path, acts: Vec<Act>) -> Record {
        Record {
            state: State::Moving,
            done: 0,
            acts,
            made_state: fs::symlink_metadata(root.join(".matriz")).is_err(),
        }
    }

    pub(super) fn read(root: &Path) -> Result<Option<Record>> {
        let Some(text) = file::read_text(&root.join(FILE))? else {
            return Ok(None);
        };
        let record = serde_json::from_str(&text);
        record
            .context(Kind::Parse, || format!("{FILE} can't be read"))
            .map(Some)
    }

    pub(super) fn save(&self, workspace: &Workspace) -> Result<()> {
        workspace.state_dir()?;
        let text = serde_json::to_string_pretty(self)
            .map_err(|e| Error::internal("The record can't be written as JSON.").source(e))?;
        file::write_whole(&workspace.root().join(FILE), text.as_bytes(), PRIVATE)
    }

    /// Removes the record, and `.matriz` where nothing else came into it.
    pub(super) fn forget(&self, root: &Path) -> Result<()> {
        let state = root.join(".matriz");
        if self.made_state {
            let others = fs::read_dir(&state).map_err(|e| failed("read", &state, e))?;
            let ours = |name: &std::ffi::OsStr| name == "adopt.json" || name == ".gitignore";
            if others.flatten().all(|entry| ours(&entry.file_name())) {
                // the record goes last: until then a kill can be gone on from
                remove(&state.join(".gitignore"))?;
                remove(&root.join(FILE))?;
                return fs::remove_dir(&state).map_err(|e| failed("remove", &state, e));
            }
        }
        remove(&root.join(FILE))
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}
