//! `run --mask`: the command's output comes through here, with the instance's secrets hidden.
//!
//! Where one types at a terminal and reads there, the command gets a terminal of its own (a pseudo
//! terminal, in a session of its own), and this process carries what is typed and what is printed: so
//! even what a program writes to `/dev/tty` is hidden. Elsewhere it stays in this process's group and
//! reads the input itself. Signals, stops and the exit code are the command's.

mod relay;
mod signals;
mod streams;

use std::io;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, pipe};

use crate::domain::secret::Masker;
use streams::Streams;

/// What happens while the command runs.
#[derive(Debug)]
enum Event {
    /// The terminal driver's own signals reach the command, too, where it's in this group.
    Signal {
        signal: Signal,
        from_terminal: bool,
    },
    /// Ctrl-Z, which can't stop the leader of a session.
    Suspend,
    Stopped,
    Ended(u8),
}

/// Runs the command to its end and gives its exit code: its own, or 128 and the signal's number.
///
/// # Errors
/// Where it can't be started.
pub fn run(mut command: Command, masker: &Masker) -> io::Result<u8> {
    let mut streams = Streams::open()?;
    let blocked = signals::block()?;
    streams.attach(&mut command, blocked)?;
    let spawned = command.spawn();
    // its ends of the streams are the command's alone from here on
    drop(command);
    let mut child = spawned?;
    let pid = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    // before anything of the command is shown: the line ends are made by its own terminal now
    let raw = match streams.in_front() {
        true => Some(streams.raw()?),
        false => None,
    };
    let (events, inbox) = channel();
    let (over, end) = pipe()?;
    let mut readers = Vec::new();
    for (from, to) in streams.outputs(&mut child)? {
        readers.push(relay::output(from, to, masker.clone(), over.try_clone()?));
    }
    drop(over);
    signals::listen(events.clone());
    wait_for(pid, events.clone());
    if raw.is_some() {
        relay::input(streams.master()?, pid, events);
    }
    let mut code = 0;
    for event in inbox {
        match event {
            Event::Ended(with) => {
                code = with;
                break;
            }
            Event::Suspend => {
                let _ = killpg(pid, Signal::SIGSTOP);
            }
            Event::Stopped => {
                if let Some(raw) = &raw {
                    raw.leave();
                }
                // the shell that started us sees a stopped job; it goes on here
                let group = Pid::from_raw(if raw.is_some() {
                    0
                } else {
                    Pid::this().as_raw()
                });
                let _ = kill(group, Signal::SIGSTOP);
                if let Some(raw) = &raw {
                    raw.enter()?;
                }
                streams.resize();
                let _ = to(pid, &streams, Signal::SIGCONT);
            }
            Event::Signal {
                signal: Signal::SIGWINCH,
                ..
            } => {
                streams.resize();
                // the driver told it before the new size was there
                if !streams.in_front() {
                    let _ = kill(pid, Signal::SIGWINCH);
                }
            }
            Event::Signal {
                signal: Signal::SIGTSTP,
                from_terminal: false,
            } if streams.in_front() => {
                let _ = killpg(pid, Signal::SIGSTOP);
            }
            Event::Signal {
                signal,
                from_terminal,
            } => {
                if streams.in_front() || !from_terminal {
                    let _ = to(pid, &streams, signal);
                }
            }
        }
    }
    drop(end);
    for reader in readers {
        let _ = reader.join();
    }
    drop(raw);
    Ok(code)
}

/// To the command's whole group, where that isn't ours as well.
fn to(pid: Pid, streams: &Streams, signal: Signal) -> nix::Result<()> {
    match streams.in_front() {
        true => killpg(pid, signal),
        false => kill(pid, signal),
    }
}

fn wait_for(pid: Pid, events: Sender<Event>) {
    std::thread::spawn(move || {
        loop {
            let event = match waitpid(pid, Some(WaitPidFlag::WUNTRACED)) {
                Ok(WaitStatus::Exited(_, code)) => Event::Ended(u8::try_from(code).unwrap_or(1)),
                Ok(WaitStatus::Signaled(_, signal, _)) => {
                    Event::Ended(u8::try_from(128 + signal as i32).unwrap_or(255))
                }
                Ok(WaitStatus::Stopped(..)) => Event::Stopped,
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(_) => Event::Ended(1),
            };
            let last = matches!(event, Event::Ended(_));
            if events.send(event).is_err() || last {
                return;
            }
        }
    });
}
