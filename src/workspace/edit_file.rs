//! Changing one of an instance's own files as text, with nobody in between.

use super::file;
use super::instance_dir::InstanceDir;
use crate::error::{Error, Result};

impl InstanceDir {
    /// Reads a file, edits its text and writes it whole; it keeps its mode. Nothing is written where
    /// `edit` fails or changes nothing. `edit` must not write to this instance: it would wait for itself.
    pub fn edit_text(&self, name: &str, edit: impl FnOnce(&str) -> Result<String>) -> Result<()> {
        let _lock = self.lock()?;
        let path = self.path().join(name);
        let old = file::read_text(&path)?
            .ok_or_else(|| Error::not_found(format!("{} isn't there.", self.shown(name))))?;
        let new = edit(&old)?;
        if new != old {
            file::write_whole(&path, new.as_bytes(), file::PRIVATE)?;
        }
        Ok(())
    }
}
