//! Signals for the command: taken one by one on a thread, never lost.

use std::io;
use std::sync::mpsc::Sender;

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

use super::Event;

const FORWARDED: [Signal; 9] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGTSTP,
    Signal::SIGCONT,
    Signal::SIGWINCH,
];

/// Holds them for [`listen`], in every thread that is started from now on. Gives what was held before,
/// which is how the command is to start.
pub(super) fn block() -> io::Result<SigSet> {
    // a signal that is ignored by default may be thrown away before anybody waits for it
    let nothing = SigAction::new(
        SigHandler::Handler(nothing),
        SaFlags::SA_RESTART,
        SigSet::empty(),
    );
    for signal in [Signal::SIGWINCH, Signal::SIGCONT] {
        // SAFETY: the handler does nothing at all
        unsafe { sigaction(signal, &nothing) }?;
    }
    Ok(set().thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK)?)
}

extern "C" fn nothing(_: i32) {}

fn set() -> SigSet {
    SigSet::from_iter(FORWARDED)
}

pub(super) fn listen(events: Sender<Event>) {
    std::thread::spawn(move || {
        let set = set();
        while let Some((signal, from_terminal)) = wait(&set) {
            let event = Event::Signal {
                signal,
                from_terminal,
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
}

/// The next signal, and whether the kernel sent it (as the terminal's driver does) or a process.
#[cfg(target_os = "linux")]
fn wait(set: &SigSet) -> Option<(Signal, bool)> {
    use nix::libc;
    /// `SI_KERNEL` of sigaction(2).
    const KERNEL: i32 = 0x80;
    loop {
        // SAFETY: plain data, which the call fills in
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: both point to values that live through the call
        let number = unsafe { libc::sigwaitinfo(set.as_ref(), &raw mut info) };
        if number > 0 {
            let signal = Signal::try_from(number).ok()?;
            return Some((signal, info.si_code == KERNEL));
        }
        if nix::errno::Errno::last() != nix::errno::Errno::EINTR {
            return None;
        }
    }
}

/// Who sent it isn't told here: what the keyboard can send counts as sent by it.
#[cfg(not(target_os = "linux"))]
fn wait(set: &SigSet) -> Option<(Signal, bool)> {
    let signal = set.wait().ok()?;
    let keyboard = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTSTP];
    Some((signal, keyboard.contains(&signal)))
}
