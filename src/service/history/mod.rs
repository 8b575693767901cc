//! The history of an instance's values: every change, by whom, and taking any of them back.
//!
//! Whatever writes a `.env` through [`crate::workspace`] is told to a [`keeper::Keeper`] before it's
//! done; what an editor or git changed is found at the next look ([`Service::notice`]). Values are
//! kept sealed ([`seal`]), and shown as fingerprints only.

mod entries;
mod keeper;
mod seal;
mod undo;

pub use entries::HistoryEntry;
pub use undo::{UndoTarget, Undone};

pub(super) use keeper::Keeper;

use super::Service;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::workspace::Workspace;

impl Service {
    /// The workspace as a verb or a job writes to it: the history says that it was this one.
    pub(super) fn by(&self, origin: &str) -> Workspace {
        Keeper::new(&self.registry, &self.workspace, origin).watched()
    }

    /// Looks whether somebody else changed the `.env`, and writes that down. A reader calls this and
    /// goes on where it fails: the next look finds the same.
    pub(super) fn notice(&self, name: &InstanceName) -> Result<()> {
        let dir = self.workspace.instance(name)?;
        let keeper = Keeper::new(&self.registry, &self.workspace, keeper::OUTSIDE);
        dir.look_at_env(|text| keeper.notice(&dir, text).map(|_| ()))
    }

    /// Every change of this instance's values, newest first; of one key where it's named.
    pub fn env_history(&self, name: &InstanceName, key: Option<&str>) -> Result<Vec<HistoryEntry>> {
        self.notice(name)?;
        let dir = self.workspace.instance(name)?;
        let life = self.registry.value_life(name.as_str(), &dir.born()?)?;
        let changes = match life {
            Some(life) => self.registry.value_changes(life)?,
            None => Vec::new(),
        };
        let mut entries = entries::read(&changes);
        entries.retain(|entry| key.is_none_or(|key| entry.key == key));
        Ok(entries)
    }
}
