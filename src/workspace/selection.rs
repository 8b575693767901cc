//! Which instance the workspace works on.

use super::file::{self, PRIVATE};
use super::root::Workspace;
use crate::domain::name::InstanceName;
use crate::error::Result;

const CURRENT: &str = "current";
const FALLBACK: &str = "default";

impl Workspace {
    /// The selected instance: the one chosen last if it's still there, else the settings' default,
    /// else `default` (which need not be there).
    pub fn selected(&self) -> Result<InstanceName> {
        let chosen = file::read_text(&self.state_dir()?.join(CURRENT))?
            .and_then(|text| InstanceName::parse(text.trim()).ok())
            .filter(|name| self.instance(name).is_ok());
        if let Some(name) = chosen {
            return Ok(name);
        }
        match self.settings()?.default_instance {
            Some(name) => Ok(name),
            None => InstanceName::parse(FALLBACK),
        }
    }

    /// Selects an instance that is there, for everyone in this workspace.
    pub fn select(&self, name: &InstanceName) -> Result<()> {
        self.instance(name)?;
        let path = self.state_dir()?.join(CURRENT);
        file::write_whole(&path, format!("{name}\n").as_bytes(), PRIVATE)
    }
}
