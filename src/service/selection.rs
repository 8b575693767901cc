//! `use` and `off`: selecting an instance, for this terminal or for the workspace.

use super::Service;
use super::here::Here;
use crate::domain::name::InstanceName;
use crate::error::Result;

/// For whom an instance was selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Terminal,
    /// Everyone in the workspace who hasn't selected another.
    Workspace,
}

impl Service {
    pub fn here(&self) -> Here {
        Here {
            workspace: self.workspace.clone(),
            terminal: self.terminal.clone(),
        }
    }

    /// Selects an instance for this terminal where its shell has a hook, else (or with `everywhere`)
    /// as the workspace's default.
    ///
    /// # Errors
    /// `Refused` in a locked shell.
    pub fn select(&self, name: &InstanceName, everywhere: bool) -> Result<Scope> {
        self.here().allow_switching()?;
        self.workspace.instance(name)?;
        let scope = match self.terminal.id.as_ref().filter(|_| !everywhere) {
            Some(terminal) => {
                self.workspace.select_in(terminal, name)?;
                Scope::Terminal
            }
            None => {
                self.workspace.select(name)?;
                Scope::Workspace
            }
        };
        self.touch(name)?;
        Ok(scope)
    }

    /// This terminal selects nothing any more. `None` where its shell has no hook, else whether it did.
    pub fn unselect(&self) -> Result<Option<bool>> {
        self.here().allow_switching()?;
        let terminal = self.terminal.id.as_ref();
        Ok(terminal.map(|terminal| self.workspace.unselect_in(terminal)))
    }

    /// `INSTANCE_NAME` as somebody set it by hand in this terminal: it outranks every selection.
    pub fn set_by_hand(&self) -> Option<&str> {
        let variable = self.terminal.variable.as_deref();
        variable.filter(|_| self.terminal.by_hand())
    }
}
