//! Terminals: which one this process belongs to, and which instance it selected.
//!
//! A selection is a file of `.matriz/terminals/` that has the terminal's name and holds the
//! instance's. The name (`pts-3.4711.88123.4026531836`) says which terminal device, which session
//! leader, when that one started, and in which process namespace its number means something: so a
//! process can tell whether a name that it inherited (through a terminal multiplexer, say) is that of
//! the terminal it is in, and files of terminals that were closed are found and removed.

use std::fs;
use std::path::PathBuf;

use nix::unistd::{Pid, getsid, ttyname};

use super::file::{self, PRIVATE};
use super::root::Workspace;
use crate::domain::name::InstanceName;
use crate::domain::terminal::{Clues, INSTANCE, LOADED, LOCK, Loaded, Lock, TERMINAL};
use crate::error::Result;

const FOLDER: &str = "terminals";
/// What stands for the device where there is none.
const NO_DEVICE: &str = "none";

/// What this process was started in, as its environment and its terminal tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminal {
    /// The terminal's name, where a hook of this very terminal set it.
    pub id: Option<TerminalId>,
    pub lock: Option<Lock>,
    /// `INSTANCE_NAME`, unless it's empty.
    pub variable: Option<String>,
    pub loaded: Option<Loaded>,
}

impl Terminal {
    pub fn here() -> Terminal {
        let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let id = variable(TERMINAL).and_then(|text| TerminalId::parse(&text));
        Terminal {
            id: id.filter(TerminalId::is_here),
            lock: variable(LOCK).and_then(|text| Lock::parse(&text)),
            variable: variable(INSTANCE),
            loaded: variable(LOADED).and_then(|text| Loaded::parse(&text)),
        }
    }

    /// `INSTANCE_NAME` is set, and not by a hook.
    pub fn by_hand(&self) -> bool {
        let clues = Clues {
            variable: self.variable.as_deref(),
            loaded: self.loaded.as_ref(),
            ..Clues::default()
        };
        clues.by_hand()
    }
}

/// A terminal's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalId {
    device: String,
    session: i32,
    /// When the session's leader started, in the system's own notation; `0` where it doesn't tell.
    start: String,
    scope: String,
}

impl TerminalId {
    /// The one that this process is in.
    pub fn here() -> TerminalId {
        let session = getsid(None).map_or(0, Pid::as_raw);
        TerminalId {
            device: device().unwrap_or_else(|| NO_DEVICE.to_owned()),
            session,
            start: start_of(session).unwrap_or_else(|| "0".to_owned()),
            scope: scope(),
        }
    }

    pub fn parse(text: &str) -> Option<TerminalId> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let mut parts = text.split('.');
        let id = TerminalId {
            device: parts.next()?.to_owned(),
            session: parts.next()?.parse().ok()?,
            start: parts.next()?.to_owned(),
            scope: parts.next()?.to_owned(),
        };
        let all = [&id.device, &id.start, &id.scope];
        let fits = all.iter().all(|s| !s.is_empty() && s.chars().all(plain));
        (fits && parts.next().is_none() && text.len() <= 120).then_some(id)
    }

    /// A multiplexer's panes inherit what was set where it was started: another device. A process
    /// without a terminal believes what it's told.
    fn is_here(&self) -> bool {
        self.scope == scope() && device().is_none_or(|device| device == self.device)
    }

    /// Nobody is in it any more.
    fn is_closed(&self) -> bool {
        if self.scope != scope() {
            return false;
        }
        match start_of(self.session) {
            Some(start) => start != self.start,
            None if self.start == "0" => {
                nix::sys::signal::kill(Pid::from_raw(self.session), None)
                    == Err(nix::errno::Errno::ESRCH)
            }
            None => true,
        }
    }
}

impl std::fmt::Display for TerminalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let TerminalId {
            device,
            session,
            start,
            scope,
        } = self;
        write!(f, "{device}.{session}.{start}.{scope}")
    }
}

/// `/dev/pts/3` as `pts-3`.
fn device() -> Option<String> {
    let name = ttyname(std::io::stdin())
        .or_else(|_| ttyname(std::io::stderr()))
        .or_else(|_| ttyname(std::io::stdout()))
        .ok()?;
    let name = name.to_string_lossy();
    let name = name.strip_prefix("/dev/").unwrap_or(&name);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    Some(name.chars().map(plain).collect())
}

/// Field 22 of `/proc/PID/stat` (proc(5)); what stands before it may hold blanks and brackets.
fn start_of(pid: i32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(19).map(str::to_owned)
}

/// Where process numbers mean the same: the process namespace on Linux.
fn scope() -> String {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits: String = link
        .to_string_lossy()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    match digits.is_empty() {
        true => "0".to_owned(),
        false => digits,
    }
}

impl Workspace {
    /// What the terminal selected here, whether or not that instance is (still) there. Reads one
    /// file and creates nothing.
    pub fn selected_in(&self, terminal: &TerminalId) -> Option<InstanceName> {
        let path = self.terminals().join(terminal.to_string());
        let text = file::read_text(&path).ok().flatten()?;
        InstanceName::parse(text.trim()).ok()
    }

    /// Selects an instance that is there, for one terminal. Selections of closed terminals go.
    pub fn select_in(&self, terminal: &TerminalId, name: &InstanceName) -> Result<()> {
        self.instance(name)?;
        self.state_dir()?;
        let folder = self.terminals();
        file::private_folder(&folder)?;
        let path = folder.join(terminal.to_string());
        file::write_whole(&path, format!("{name}\n").as_bytes(), PRIVATE)?;
        self.sweep_terminals();
        Ok(())
    }

    /// The terminal selects nothing any more. True where it did.
    pub fn unselect_in(&self, terminal: &TerminalId) -> bool {
        fs::remove_file(self.terminals().join(terminal.to_string())).is_ok()
    }

    fn sweep_terminals(&self) {
        for entry in fs::read_dir(self.terminals())
            .into_iter()
            .flatten()
            .flatten()
        {
            let id = TerminalId::parse(&entry.file_name().to_string_lossy());
            if id.is_some_and(|id| id.is_closed()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn terminals(&self) -> PathBuf {
        self.root().join(super::root::STATE).join(FOLDER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> InstanceName {
        InstanceName::parse(text).unwrap()
    }

    #[test]
    fn names_read_back_and_nothing_else_does() {
        let id = TerminalId::here();
        assert_eq!(TerminalId::parse(&id.to_string()), Some(id));
        for bad in ["", "a.b.c.d", "../x.1.2.3", "a.1.2", "a.1.2.3.4", "a.1..3"] {
            assert_eq!(TerminalId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn selections_are_apart_and_those_of_closed_terminals_go() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(dir.path()).unwrap();
        for folder in ["a", "b"] {
            fs::create_dir(workspace.instances_dir().join(folder)).unwrap();
        }
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let gone = TerminalId {
            session: i32::try_from(child.id()).unwrap(),
            ..TerminalId::here()
        };
        child.wait().unwrap();
        let here = TerminalId::here();
        workspace.select_in(&gone, &name("a")).unwrap();
        assert_eq!(workspace.selected_in(&gone), None, "swept at once");
        workspace.select_in(&here, &name("b")).unwrap();
        assert_eq!(workspace.selected_in(&here), Some(name("b")));
        assert!(workspace.select_in(&here, &name("c")).is_err());
        assert!(workspace.unselect_in(&here));
        assert!(!workspace.unselect_in(&here));
        assert_eq!(workspace.selected_in(&here), None);
    }
}
