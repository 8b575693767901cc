//! Who Postgres runs as. It refuses to run as root, so for root there are two ways: a user
//! namespace in which root is an ordinary user (the files stay root's), or another user of the
//! machine (the files are that user's).

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User};

use crate::error::{Context, Error, Kind, Result};

/// How to start the server's programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAs {
    /// As the user who runs Matriz.
    Myself,
    /// Root, seen from inside as user 1000.
    Namespace,
    /// Another user, who must own the data folder.
    Other { uid: u32, gid: u32 },
}

impl RunAs {
    /// What works on this machine; tried, not assumed.
    pub fn choose() -> Result<Self> {
        if !Uid::effective().is_root() {
            return Ok(RunAs::Myself);
        }
        if RunAs::Namespace.works() {
            return Ok(RunAs::Namespace);
        }
        Self::unprivileged()
    }

    /// The user `postgres`, else `nobody`.
    pub fn unprivileged() -> Result<Self> {
        for name in ["postgres", "nobody"] {
            if let Ok(Some(user)) = User::from_name(name) {
                let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
                return Ok(RunAs::Other { uid, gid });
            }
        }
        Err(Error::refused(
            "Postgres doesn't run as root, and this machine has no other user for it.",
        )
        .hint("Run Matriz as an ordinary user."))
    }

    /// For a person: "as root in a user namespace".
    pub fn label(self) -> String {
        match self {
            RunAs::Myself => "as you".to_owned(),
            RunAs::Namespace => "as root in a user namespace".to_owned(),
            RunAs::Other { uid, .. } => format!("as user {uid}, because root may not"),
        }
    }

    fn works(self) -> bool {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "test \"$(id -u)\" = 1000"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.prepare(&mut command, None);
        command.status().is_ok_and(|status| status.success())
    }

    /// Makes `command` start this way, in a process group of its own; on Linux the kernel sends it
    /// `at_our_death` when the thread that starts it ends.
    pub fn prepare(self, command: &mut Command, at_our_death: Option<i32>) {
        command.process_group(0);
        if let RunAs::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        let namespace = self == RunAs::Namespace;
        // SAFETY: the closure runs between fork and exec and makes system calls only; it neither
        // allocates nor takes a lock.
        unsafe {
            command.pre_exec(move || {
                if namespace {
                    enter_namespace()?;
                }
                die_with_parent(at_our_death)
            });
        }
    }

    /// Gives `path` (a file or a folder with what is in it) to the user that the server runs as.
    pub fn give(self, path: &Path) -> Result<()> {
        let RunAs::Other { uid, gid } = self else {
            return Ok(());
        };
        let failed = || format!("Cannot give {} to user {uid}", path.display());
        nix::unistd::chown(path, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))
            .context(Kind::Io, failed)
    }
}

#[cfg(target_os = "linux")]
fn enter_namespace() -> std::io::Result<()> {
    use nix::sched::{CloneFlags, unshare};
    unshare(CloneFlags::CLONE_NEWUSER)?;
    // The order is the kernel's rule: groups can be mapped only once setgroups is off
    // (user_namespaces(7)).
    write_once(c"/proc/self/setgroups", b"deny")?;
    write_once(c"/proc/self/gid_map", b"1000 0 1")?;
    write_once(c"/proc/self/uid_map", b"1000 0 1")
}

#[cfg(target_os = "linux")]
fn write_once(path: &std::ffi::CStr, bytes: &[u8]) -> std::io::Result<()> {
    use nix::fcntl::{OFlag, open};
    use nix::sys::stat::Mode;
    let file = open(path, OFlag::O_WRONLY, Mode::empty())?;
    nix::unistd::write(&file, bytes)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn enter_namespace() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn die_with_parent(signal: Option<i32>) -> std::io::Result<()> {
    let Some(signal) = signal else {
        return Ok(());
    };
    let signal = nix::sys::signal::Signal::try_from(signal)?;
    nix::sys::prctl::set_pdeathsig(signal)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: Option<i32>) -> std::io::Result<()> {
    Ok(())
}
