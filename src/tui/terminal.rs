//! The terminal: taken over whole, and given back whole, whatever happens.
//!
//! [`leave`] is the one way out: at the end, at a panic, at a signal, before `$EDITOR` and before
//! the shell. It undoes everything that [`enter`] does, in any state, any number of times.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, BufWriter, Stdout, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;
use std::time::Duration;

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use ratatui::Terminal;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use ratatui::crossterm::{cursor, event, execute, queue, terminal};

use crate::error::{Context, Error, Kind, Result};

use super::clipboard;
use super::draw;
use super::hyperlink::{self, LinkBackend, Links};
use super::keyboard;
use super::state::State;

type Out = BufWriter<Stdout>;

/// Whether the terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the terminal was asked to tell when a key is let go.
static TELLS_RELEASES: AtomicBool = AtomicBool::new(false);

pub(super) struct Screen {
    terminal: Terminal<LinkBackend<Out>>,
    /// What of the frame is a link; `None` where the terminal isn't known to show any.
    links: Option<Rc<RefCell<Links>>>,
    /// What is in the terminal isn't what was drawn last.
    stale: bool,
}

impl Screen {
    /// Takes the terminal. From here on a panic of this thread gives it back first.
    pub(super) fn open() -> Result<Screen> {
        use std::io::IsTerminal;
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(Error::usage("The screen needs a terminal, and this isn't one.").hint(
                "Use the commands instead: matriz list, matriz clone, matriz jobs list; --help names them all.",
            ));
        }
        give_back_on_panic(std::thread::current().id());
        let out = BufWriter::with_capacity(64 * 1024, io::stdout());
        enter()?;
        let links = Rc::<RefCell<Links>>::default();
        let terminal = Terminal::new(LinkBackend::new(out, links.clone()));
        let linking = hyperlink::supported(|name| std::env::var(name).ok());
        match terminal {
            Ok(terminal) => Ok(Screen {
                terminal,
                links: linking.then_some(links),
                stale: false,
            }),
            Err(error) => {
                leave();
                Err(broken(error))
            }
        }
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        self.terminal
            .size()
            .map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws what changed, as one update of the terminal.
    pub(super) fn draw(&mut self, state: &State) -> Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate).map_err(broken)?;
        if std::mem::take(&mut self.stale) {
            // not `clear`, which asks the terminal where the cursor is and waits for the answer
            // that the reader of the keys may take
            let size = self.terminal.size().map_err(broken)?;
            self.terminal.resize(size.into()).map_err(broken)?;
        }
        let links = self.links.as_ref();
        self.terminal
            .draw(|frame| {
                draw::draw(state, frame.area(), frame.buffer_mut());
                if let Some(links) = links {
                    let buffer = frame.buffer_mut();
                    let seen = draw::links(state, buffer);
                    links.borrow_mut().renew(seen, buffer);
                }
            })
            .map_err(broken)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate).map_err(broken)
    }

    /// The next frame draws every cell.
    pub(super) fn forget(&mut self) {
        self.stale = true;
    }

    /// Stops like any program at Ctrl-Z, and comes back when it's called back.
    pub(super) fn suspend(&mut self) -> Result<()> {
        leave();
        stop_group();
        enter()?;
        self.forget();
        Ok(())
    }

    /// Puts a text into the clipboard, where the terminal does that for programs.
    pub(super) fn copy(&mut self, text: &str) -> Result<()> {
        let inside = clipboard::Inside::of(|name| std::env::var(name).ok());
        let sequence = clipboard::sequence(text, inside);
        let out = self.terminal.backend_mut();
        out.write_all(sequence.as_bytes()).map_err(broken)?;
        io::Write::flush(out).map_err(broken)
    }

    /// Hands the terminal to `$VISUAL` or `$EDITOR`; says what went wrong, if anything.
    pub(super) fn edit(&mut self, path: &Path) -> Result<Result<()>> {
        leave();
        let result = run_editor(path);
        enter()?;
        self.forget();
        Ok(result)
    }
}

impl Screen {
    /// Hands the terminal to a shell until the person leaves it; says where it couldn't be started.
    pub(super) fn shell(&mut self, words: &[OsString]) -> Result<Result<()>> {
        leave();
        let result = run_shell(words);
        take_front();
        enter()?;
        self.forget();
        Ok(result)
    }
}

fn run_shell(words: &[OsString]) -> Result<()> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(Error::internal("There is no shell to open."));
    };
    // how it ends is what the last command in it said
    match run_in_front(Command::new(program).args(arguments)) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(
            Kind::Missing,
            format!("The shell can't be started: {error}."),
        )),
    }
}

/// A shell puts itself in front of its terminal, and one that was killed leaves it so.
fn take_front() {
    let ignored = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: ignoring a signal runs no code; what was in force is put back below
    let before = unsafe { sigaction(Signal::SIGTTOU, &ignored) };
    let _ = nix::unistd::tcsetpgrp(io::stdin(), nix::unistd::getpgrp());
    if let Ok(before) = before {
        // SAFETY: this is the disposition that was in force a moment ago
        let _ = unsafe { sigaction(Signal::SIGTTOU, &before) };
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn broken(error: io::Error) -> Error {
    Error::new(
        Kind::Io,
        format!("The terminal can't be written to: {error}"),
    )
    .source(error)
}

fn enter() -> Result<()> {
    terminal::enable_raw_mode().context(Kind::Io, || "The terminal can't be set up".into())?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        cursor::Hide
    )
    .and_then(|()| {
        // a terminal is known by its environment, not asked: an answer would have to be waited for
        if !keyboard::tells_releases(|name| std::env::var(name).ok()) {
            return Ok(());
        }
        TELLS_RELEASES.store(true, Ordering::SeqCst);
        let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
            | KeyboardEnhancementFlags::REPORT_EVENT_TYPES;
        execute!(io::stdout(), PushKeyboardEnhancementFlags(flags))
    })
    .map_err(|error| {
        leave();
        broken(error)
    })
}

/// To be called right after the stream of keys was dropped, which wakes its reader up. Where that
/// had nothing to read, the call to wake up would end a later look at the terminal before its time,
/// and a key that came in the same moment would lie there until the next one.
pub(super) fn end_reading() {
    const PATIENCE: Duration = Duration::from_millis(30);
    let _ = event::poll(PATIENCE);
}

/// Gives the terminal back as it was. Nothing here can fail in a way that matters: what can't be
/// written can't be seen either.
pub(super) fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // before the other screen comes back: each of the two has flags of its own
    if TELLS_RELEASES.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), PopKeyboardEnhancementFlags);
    }
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// A panic of the screen's own thread leaves the terminal before it's told. One elsewhere says
/// nothing: its task answers with an error, and a report would be written over the screen.
fn give_back_on_panic(screen: ThreadId) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let taken = TAKEN.load(Ordering::SeqCst);
            if taken && std::thread::current().id() != screen {
                return;
            }
            leave();
            before(info);
        }));
    });
}

/// Stops this process group the way the terminal driver would, and returns when it goes on. In a
/// group that nobody could call back (a terminal running nothing but this) the kernel ignores it.
fn stop_group() {
    hearing(&[(Signal::SIGTSTP, SigHandler::SigDfl)], || {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(0), Signal::SIGTSTP);
    });
}

/// What Ctrl-C and Ctrl-\ mean is the other program's business while it has the terminal; Ctrl-Z
/// stops both of us, or the shell would wait for one that isn't stopped.
const AWAY: [(Signal, SigHandler); 3] = [
    (Signal::SIGINT, SigHandler::SigIgn),
    (Signal::SIGQUIT, SigHandler::SigIgn),
    (Signal::SIGTSTP, SigHandler::SigDfl),
];

/// Does something while these signals are taken in another way.
fn hearing<T>(ways: &[(Signal, SigHandler)], act: impl FnOnce() -> T) -> T {
    let set = |(signal, way): (Signal, SigHandler)| {
        let action = SigAction::new(way, SaFlags::empty(), SigSet::empty());
        // SAFETY: neither way runs code of ours; the ones before are put back below
        (signal, unsafe { sigaction(signal, &action) })
    };
    let before: Vec<_> = ways.iter().copied().map(set).collect();
    let result = act();
    for (signal, action) in before {
        if let Ok(action) = action {
            // SAFETY: this is the disposition that was in force a moment ago
            let _ = unsafe { sigaction(signal, &action) };
        }
    }
    result
}

/// Runs a command that reads this terminal's keys, with the signals as a shell would set them.
fn run_in_front(command: &mut Command) -> io::Result<ExitStatus> {
    // SAFETY: sigaction is async-signal-safe, and nothing else happens between fork and exec
    unsafe {
        command.pre_exec(|| {
            let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
            for (signal, _) in AWAY {
                sigaction(signal, &default)?;
            }
            Ok(())
        });
    }
    hearing(&AWAY, || command.status())
}

/// `$VISUAL`, `$EDITOR`, or `vi`; arguments in it are kept (`code --wait`).
fn run_editor(path: &Path) -> Result<()> {
    let command = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.trim().is_empty())
        .unwrap_or_else(|| "vi".into());
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = run_in_front(Command::new(program).args(words).arg(path));
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::new(
            Kind::Io,
            format!("The editor {program} ended with {status}."),
        )),
        Err(error) => Err(Error::new(
            Kind::Missing,
            format!("The editor {program} can't be started: {error}."),
        )
        .hint("Set EDITOR to the editor that you use, for example: export EDITOR=nano.")),
    }
}
