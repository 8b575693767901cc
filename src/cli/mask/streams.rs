//! What the command reads from and writes to.

use std::io::{self, IsTerminal, Stdin, stderr, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::termios::{OutputFlags, SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, setsid, tcgetpgrp};

/// One of this process's own outputs.
#[derive(Debug, Clone, Copy)]
pub(super) enum To {
    Stdout,
    Stderr,
}

pub(super) struct Streams {
    /// The command gets a session, with the pseudo terminal as its terminal.
    front: bool,
    /// The pseudo terminal, where one of our outputs is a terminal.
    pair: Option<(OwnedFd, OwnedFd)>,
    master: Option<OwnedFd>,
}

impl Streams {
    pub(super) fn open() -> io::Result<Streams> {
        let typed = stdin().is_terminal();
        let shown = stdout().is_terminal();
        // a job in the background may not touch the terminal's modes
        let ours = || tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp());
        let front = typed && shown && ours();
        let mut streams = Streams {
            front,
            pair: None,
            master: None,
        };
        if shown || stderr().is_terminal() {
            let mut modes = match front {
                true => Some(tcgetattr(stdin())?),
                false => None,
            };
            let pair = openpty(size().as_ref(), modes.as_ref())?;
            if !front {
                // the real terminal does what is to be done with line ends
                let mut plain = tcgetattr(&pair.slave)?;
                plain.output_flags.remove(OutputFlags::OPOST);
                modes.replace(plain.clone());
                tcsetattr(&pair.slave, SetArg::TCSANOW, &plain)?;
            }
            for end in [&pair.master, &pair.slave] {
                fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
            }
            streams.pair = Some((pair.master, pair.slave));
        }
        Ok(streams)
    }

    pub(super) fn in_front(&self) -> bool {
        self.front
    }

    /// Gives the command its ends; `mask` are the signals that it starts with held back.
    pub(super) fn attach(&mut self, command: &mut Command, mask: SigSet) -> io::Result<()> {
        let slave = match self.pair.take() {
            Some((master, slave)) => {
                self.master = Some(master);
                Some(slave)
            }
            None => None,
        };
        let end = |terminal: bool| match &slave {
            Some(slave) if terminal => Ok::<Stdio, io::Error>(slave.try_clone()?.into()),
            _ => Ok(Stdio::piped()),
        };
        command.stdout(end(stdout().is_terminal())?);
        command.stderr(end(stderr().is_terminal())?);
        let front = self.front;
        if front && let Some(slave) = &slave {
            command.stdin(slave.try_clone()?);
        }
        // SAFETY: each of these calls is async-signal-safe, and nothing is allocated
        unsafe {
            command.pre_exec(move || {
                sigprocmask(SigmaskHow::SIG_SETMASK, Some(&mask), None)?;
                if front {
                    setsid()?;
                    if libc::ioctl(0, libc::TIOCSCTTY, 0) == -1 {
                        return Err(io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
        Ok(())
    }

    /// Where the command's output is read, and where it goes.
    pub(super) fn outputs(&self, child: &mut Child) -> io::Result<Vec<(OwnedFd, To)>> {
        let mut all = Vec::new();
        if let Some(master) = &self.master {
            let to = match stdout().is_terminal() {
                true => To::Stdout,
                false => To::Stderr,
            };
            all.push((master.try_clone()?, to));
        }
        if let Some(pipe) = child.stdout.take() {
            all.push((pipe.into(), To::Stdout));
        }
        if let Some(pipe) = child.stderr.take() {
            all.push((pipe.into(), To::Stderr));
        }
        Ok(all)
    }

    pub(super) fn master(&self) -> io::Result<OwnedFd> {
        match &self.master {
            Some(master) => master.try_clone(),
            None => Err(io::Error::other("there is no pseudo terminal")),
        }
    }

    /// The pseudo terminal gets the real one's size; who runs in its front is told by the kernel.
    pub(super) fn resize(&self) {
        if let (Some(master), Some(size)) = (&self.master, size()) {
            // SAFETY: the call reads a value that lives through it
            let _ = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
        }
    }

    /// The real terminal passes every key on as it is.
    pub(super) fn raw(&self) -> io::Result<Raw> {
        let raw = Raw {
            terminal: stdin(),
            before: tcgetattr(stdin())?,
        };
        raw.enter()?;
        Ok(raw)
    }
}

fn size() -> Option<Winsize> {
    let ask = |terminal: BorrowedFd<'_>| {
        // SAFETY: plain data, which the call fills in
        let mut size: Winsize = unsafe { std::mem::zeroed() };
        // SAFETY: the call writes to a value that lives through it
        let asked = unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCGWINSZ, &raw mut size) };
        (asked == 0).then_some(size)
    };
    ask(stdout().as_fd()).or_else(|| ask(stderr().as_fd()))
}

/// The real terminal while its keys go to the command. As it was before, when this is dropped.
pub(super) struct Raw {
    terminal: Stdin,
    before: Termios,
}

impl Raw {
    pub(super) fn enter(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        cfmakeraw(&mut raw);
        Ok(tcsetattr(&self.terminal, SetArg::TCSADRAIN, &raw)?)
    }

    pub(super) fn leave(&self) {
        let _ = tcsetattr(&self.terminal, SetArg::TCSADRAIN, &self.before);
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.leave();
    }
}
