//! Making a workspace, of an empty folder or of a repository. There is no workspace to open yet, so
//! these aren't questions to a [`super::Service`].

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::job::crash;
use crate::workspace::Workspace;
use crate::workspace::adopt;

pub use crate::workspace::adopt::{Act, Adoption, Mention, Record, State};

/// Makes a folder a workspace; answers with its path. Does nothing where it is one.
pub fn init_workspace(folder: &Path) -> Result<PathBuf> {
    Workspace::init(folder).map(|workspace| workspace.root().to_owned())
}

/// What would become of a repository. Changes nothing.
pub fn plan_adoption(folder: &Path) -> Result<Adoption> {
    adopt::survey(folder)
}

/// An adoption that was made, or interrupted.
pub fn adoption(folder: &Path) -> Result<Option<Record>> {
    adopt::found(folder)
}

/// Carries out what was planned, or goes on with what was interrupted.
pub fn adopt_workspace(folder: &Path, record: Record) -> Result<PathBuf> {
    let at = |n: usize, moment: &str| crash::point(&format!("adopt-{n}"), moment);
    adopt::carry_out(folder, record, &at).map(|workspace| workspace.root().to_owned())
}

/// Takes it back; answers with what stays.
pub fn undo_adoption(folder: &Path) -> Result<Vec<String>> {
    let at = |n: usize, moment: &str| crash::point(&format!("adopt-{n}"), moment);
    adopt::undo(folder, &at)
}
