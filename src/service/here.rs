//! The workspace and the terminal alone, without the registry: for what has to answer within a few
//! milliseconds (a prompt, the start of a command).

use std::path::{Path, PathBuf};

use crate::domain::name::InstanceName;
use crate::domain::secret::is_secret;
use crate::domain::terminal::{Chosen, Clues, LOADED, Loaded, Origin};
use crate::error::{Context, Error, Kind, Result};
use crate::workspace::{Terminal, Workspace};

/// Where a command was called: in which workspace, and in which terminal.
#[derive(Debug, Clone)]
pub struct Here {
    pub(super) workspace: Workspace,
    pub(super) terminal: Terminal,
}

impl Here {
    /// The workspace around the current folder, or the one given (`--root`, `MATRIZ_ROOT`).
    pub fn open(root: Option<&Path>) -> Result<Here> {
        let cwd = std::env::current_dir().context(Kind::Io, || {
            "The current folder can't be read; was it deleted?".into()
        })?;
        Ok(Here {
            workspace: Workspace::find(root, &cwd)?,
            terminal: Terminal::here(),
        })
    }

    pub fn root(&self) -> &Path {
        self.workspace.root()
    }

    /// The terminal's selection, whether or not it's there.
    pub(super) fn selected(&self) -> Option<InstanceName> {
        self.workspace.selected_in(self.terminal.id.as_ref()?)
    }

    /// What is nearer than the workspace's default, if anything is.
    fn near(&self, argument: Option<&str>) -> Result<Option<Chosen>> {
        let selected = self.selected();
        // a lock on another workspace says nothing about this one
        let lock = self.terminal.lock.as_ref();
        let lock = lock.filter(|lock| lock.root == self.root());
        let clues = Clues {
            argument,
            lock,
            variable: self.terminal.variable.as_deref(),
            loaded: self.terminal.loaded.as_ref(),
            hooked: self.terminal.id.is_some(),
            selected: selected.as_ref(),
        };
        clues.choose()
    }

    /// The instance that a verb works in: its argument, `-i`, `INSTANCE_NAME`, the terminal's
    /// selection, the workspace's default. It has to be there.
    pub fn choose(&self, argument: Option<&str>) -> Result<Chosen> {
        let chosen = match self.near(argument)? {
            Some(chosen) => chosen,
            None => Chosen {
                name: self.workspace.selected()?,
                origin: Origin::Default,
            },
        };
        match self.workspace.instance(&chosen.name) {
            Ok(_) => Ok(chosen),
            Err(error) if chosen.origin == Origin::Terminal => {
                Err(error.hint("It was selected in this terminal. Select another with \"matriz use NAME\", or none with \"matriz off\"."))
            }
            Err(error) => Err(error),
        }
    }

    /// The same for what destroys something: the workspace's default is never taken for it.
    ///
    /// # Errors
    /// `Refused` where nothing but the default says which instance.
    pub fn name_for(&self, verb: &str, argument: Option<&str>) -> Result<InstanceName> {
        if let Some(chosen) = self.near(argument)? {
            return Ok(chosen.name);
        }
        let default = self.workspace.selected().ok();
        let default = default.filter(|name| self.workspace.instance(name).is_ok());
        let message = match &default {
            Some(name) => format!(
                "{verb} needs the instance's name: {name} is only the workspace's default, which is never taken for this."
            ),
            None => format!("{verb} needs the instance's name."),
        };
        let example = default.map_or_else(|| "clone-1".to_owned(), |name| name.to_string());
        Err(Error::refused(message).hint(format!("For example: matriz {verb} {example}")))
    }

    /// The instance that is current in this terminal; `None` where it can't be told.
    pub fn current(&self) -> Option<InstanceName> {
        self.choose(None).ok().map(|chosen| chosen.name)
    }

    /// Refuses what loads or changes another instance than the one that the shell is locked to.
    pub fn allow(&self, name: &InstanceName) -> Result<()> {
        match &self.terminal.lock {
            Some(lock) => lock.allows(self.root(), name),
            None => Ok(()),
        }
    }

    /// The instance that this shell is locked to.
    pub fn locked(&self) -> Option<&InstanceName> {
        self.terminal.lock.as_ref().map(|lock| &lock.name)
    }

    /// Refuses to switch in a locked shell.
    pub fn allow_switching(&self) -> Result<()> {
        match self.locked() {
            None => Ok(()),
            Some(name) => Err(Error::refused(format!(
                "This shell is locked to {name}: there is no switching in it."
            ))
            .hint("Leave it with \"exit\", or open another terminal.")),
        }
    }

    /// The environment of a command that runs in an instance: that one's keys and no other's. Where the
    /// command runs isn't changed.
    pub fn run_environment(&self, name: &InstanceName) -> Result<Vec<(String, String)>> {
        self.allow(name)?;
        let base = caller().filter(|(key, _)| !self.is_loaded(key));
        let mut variables = self.workspace.run_environment(name, base)?;
        variables.retain(|(key, _)| key != "MATRIZ_ROOT");
        let root = self.root().display().to_string();
        variables.push(("MATRIZ_ROOT".to_owned(), root));
        self.workspace.note_activity(name);
        Ok(variables)
    }

    /// A hook set it for the instance that is loaded in the terminal.
    fn is_loaded(&self, key: &str) -> bool {
        let loaded = self.terminal.loaded.as_ref();
        loaded.is_some_and(|loaded| loaded.keys.iter().any(|k| k == key))
    }

    /// Keys and values of an instance that are secret, for a [`crate::domain::secret::Masker`].
    pub fn secrets(&self, name: &InstanceName) -> Result<Vec<(String, String)>> {
        let load = self.workspace.loadable(name)?;
        let secret = |(key, value): &(String, String)| is_secret(key, value);
        Ok(load.own.into_iter().filter(secret).collect())
    }
}

/// The caller's environment, as far as it's text.
pub(super) fn caller() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
}

/// The root that the environment names.
pub(super) fn named_root() -> Option<PathBuf> {
    std::env::var_os("MATRIZ_ROOT")
        .filter(|root| !root.is_empty())
        .map(PathBuf::from)
}

/// What stands in [`LOADED`] once an instance is loaded.
pub(super) fn loaded_text(name: &InstanceName, put: &[(String, String)]) -> (String, String) {
    let loaded = Loaded {
        name: name.to_string(),
        keys: put.iter().map(|(key, _)| key.clone()).collect(),
    };
    (LOADED.to_owned(), loaded.text())
}
