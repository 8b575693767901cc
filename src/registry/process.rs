//! Telling whether a process that wrote its number down is still that process.
//!
//! A process number alone is not enough: the system gives it to another one later. With the time
//! at which the process started it is unique, on one machine, until the next boot.

use std::sync::OnceLock;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A process, so that another can find out whether it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub pid: u32,
    /// When it started, in the system's own notation. Compared, never read.
    pub start: String,
    /// Where its number means something: this machine, this boot, this container.
    pub scope: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    Dead,
    /// It runs (or ran) on another machine or in another container.
    Elsewhere,
}

impl Process {
    pub fn current() -> Process {
        let pid = std::process::id();
        Process {
            pid,
            start: start_of(pid).unwrap_or_default(),
            scope: scope(),
        }
    }

    pub fn liveness(&self) -> Liveness {
        if self.scope != scope() {
            return Liveness::Elsewhere;
        }
        match start_of(self.pid) {
            Some(start) if start == self.start => Liveness::Alive,
            Some(_) => Liveness::Dead,
            // the system doesn't tell start times here: the number has to do
            None if self.start.is_empty() && exists(self.pid) => Liveness::Alive,
            None => Liveness::Dead,
        }
    }

    /// Sends a signal, if the process is still the one that was written down. Says whether it was.
    pub fn signal(&self, signal: Signal) -> bool {
        self.liveness() == Liveness::Alive && kill(pid(self.pid), signal).is_ok()
    }
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap_or(i32::MAX))
}

fn exists(number: u32) -> bool {
    !matches!(kill(pid(number), None), Err(nix::errno::Errno::ESRCH))
}

/// `/proc/PID/stat`: after the name in brackets come the state and, 19 fields on, the start in
/// clock ticks since boot (proc_pid_stat(5)).
#[cfg(target_os = "linux")]
fn start_of(number: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(target_os = "macos")]
fn start_of(number: u32) -> Option<String> {
    use nix::libc;
    const ZOMBIE: u32 = 5;
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let size = i32::try_from(std::mem::size_of::<libc::proc_bsdinfo>()).ok()?;
    let number = i32::try_from(number).ok()?;
    // SAFETY: the buffer is as large as the size that is given with it.
    let filled = unsafe {
        libc::proc_pidinfo(
            number,
            libc::PROC_PIDTBSDINFO,
            0,
            info.as_mut_ptr().cast(),
            size,
        )
    };
    if filled != size {
        return None;
    }
    // SAFETY: the call said that it filled all of it.
    let info = unsafe { info.assume_init() };
    (info.pbi_status != ZOMBIE)
        .then(|| format!("{}.{:06}", info.pbi_start_tvsec, info.pbi_start_tvusec))
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn start_of(_: u32) -> Option<String> {
    None
}

fn scope() -> String {
    // neither changes while a process runs, and this is asked for every job that a screen draws
    static SCOPE: OnceLock<String> = OnceLock::new();
    SCOPE.get_or_init(find_scope).clone()
}

fn find_scope() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let namespace = std::fs::read_link("/proc/self/ns/pid");
    match (boot, namespace) {
        (Ok(boot), Ok(namespace)) => format!("{} {}", boot.trim(), namespace.display()),
        _ => nix::unistd::gethostname()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_a_later_one_of_its_number_is_another() {
        let me = Process::current();
        assert_eq!(me.liveness(), Liveness::Alive);
        let earlier = Process {
            start: "1".into(),
            ..me.clone()
        };
        assert_eq!(earlier.liveness(), Liveness::Dead);
        let elsewhere = Process {
            scope: "another machine".into(),
            ..me
        };
        assert_eq!(elsewhere.liveness(), Liveness::Elsewhere);
    }

    #[test]
    fn a_killed_process_is_dead_even_before_it_is_reaped() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let process = Process {
            pid: child.id(),
            start: start_of(child.id()).unwrap(),
            scope: scope(),
        };
        assert_eq!(process.liveness(), Liveness::Alive);
        assert!(process.signal(Signal::SIGKILL));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while process.liveness() != Liveness::Dead {
            assert!(std::time::Instant::now() < deadline);
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(!process.signal(Signal::SIGKILL));
    }
}
