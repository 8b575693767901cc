//! Carrying bytes: what is typed to the command, what it prints to us.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{LocalFlags, SpecialCharacterIndices, tcgetattr};
use nix::unistd::{Pid, tcgetpgrp};

use super::Event;
use super::streams::To;
use crate::domain::secret::Masker;

/// Once the command ended: how long a silence of those that it left behind means that there is no more,
/// in milliseconds. They may live for ever, and the caller waits.
const SILENCE: u16 = 200;

/// Prints what comes, with the secrets hidden, until nothing more does. `over` is closed at its other
/// end when the command ended.
pub(super) fn output(from: OwnedFd, to: To, mut masker: Masker, over: OwnedFd) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut from = File::from(from);
        let mut chunk = vec![0; 64 * 1024];
        let mut ended = false;
        loop {
            match ready(&from, &over, ended) {
                Ready::Ended => ended = true,
                Ready::Silent => break,
                Ready::Data => match from.read(&mut chunk) {
                    Ok(0) => break,
                    Ok(read) => {
                        let shown = masker.push(chunk.get(..read).unwrap_or_default());
                        // nobody reads any more: the command is told by its next write
                        if write(to, &shown).is_err() {
                            return;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // a pseudo terminal that everybody left
                    Err(_) => break,
                },
            }
        }
        let _ = write(to, &masker.finish());
    })
}

enum Ready {
    Data,
    Ended,
    Silent,
}

fn ready(from: &File, over: &OwnedFd, ended: bool) -> Ready {
    let mut both = [
        PollFd::new(from.as_fd(), PollFlags::POLLIN),
        PollFd::new(over.as_fd(), PollFlags::POLLIN),
    ];
    let (watched, patience) = match ended {
        true => (&mut both[..1], PollTimeout::from(SILENCE)),
        false => (&mut both[..], PollTimeout::NONE),
    };
    loop {
        match poll(watched, patience) {
            Err(nix::errno::Errno::EINTR) => {}
            Err(_) | Ok(0) => return Ready::Silent,
            Ok(_) => break,
        }
    }
    let any = |fd: Option<&PollFd<'_>>| fd.and_then(PollFd::any).unwrap_or(false);
    match any(watched.first()) {
        true => Ready::Data,
        false => Ready::Ended,
    }
}

fn write(to: To, bytes: &[u8]) -> io::Result<()> {
    fn all(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        out.write_all(bytes)?;
        out.flush()
    }
    match to {
        To::Stdout => all(&mut io::stdout().lock(), bytes),
        To::Stderr => all(&mut io::stderr().lock(), bytes),
    }
}

/// Passes the keys on. Ctrl-Z is kept where the command itself is in front: the kernel doesn't stop the
/// leader of a session for it.
pub(super) fn input(master: OwnedFd, command: Pid, events: Sender<Event>) {
    std::thread::spawn(move || {
        let mut to = File::from(master);
        let mut chunk = [0; 4096];
        loop {
            let read = match io::stdin().lock().read(&mut chunk) {
                Ok(0) => return,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let keys = chunk.get(..read).unwrap_or_default();
            let stop = stop_key(&to, command);
            for part in keys.split_inclusive(|key| Some(*key) == stop) {
                let (plain, stops) = match part.split_last() {
                    Some((last, plain)) if Some(*last) == stop => (plain, true),
                    _ => (part, false),
                };
                if to.write_all(plain).is_err() {
                    return;
                }
                if stops && events.send(Event::Suspend).is_err() {
                    return;
                }
            }
        }
    });
}

/// The key that would stop the command, where it left that to the terminal.
fn stop_key(master: &File, command: Pid) -> Option<u8> {
    let modes = tcgetattr(master).ok()?;
    let front = tcgetpgrp(master).ok()?;
    let key = modes
        .control_chars
        .get(SpecialCharacterIndices::VSUSP as usize)?;
    (modes.local_flags.contains(LocalFlags::ISIG) && front == command && *key != 0).then_some(*key)
}
