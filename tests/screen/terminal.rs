//! A terminal with the program in it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::cells::last;

/// For everything that takes the program no work worth naming; wide, for a busy machine.
pub const SOON: Duration = Duration::from_secs(30);

/// Names another program to look at than the one built with these tests: an optimised one, say.
pub const OTHER: &str = "MATRIZ_TEST_PROGRAM";

pub fn program() -> String {
    std::env::var(OTHER).unwrap_or_else(|_| env!("CARGO_BIN_EXE_matriz").into())
}

/// What the terminal got so far.
pub struct Seen {
    parser: vt100::Parser,
    /// Every byte that the program wrote.
    pub bytes: Vec<u8>,
    /// When the first frame was complete.
    pub first_frame: Option<Instant>,
    /// A frame has begun and isn't complete: half of it says nothing.
    in_frame: bool,
    /// Nobody has the terminal open any more.
    closed: bool,
}

impl Seen {
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn text(&self) -> String {
        self.screen().contents()
    }
}

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    pub spawned: Instant,
}

/// How to start it.
pub struct Start {
    command: CommandBuilder,
    size: (u16, u16),
}

impl Start {
    /// `matriz` in this folder.
    pub fn in_folder(root: &Path) -> Start {
        Start::command(root, CommandBuilder::new(program()))
    }

    /// `matriz` as the job of a shell, which runs `after` once the program stops or ends.
    pub fn under_shell(root: &Path, after: &str) -> Start {
        let mut command = CommandBuilder::new("sh");
        command.args(["-mc", &format!("'{}'; {after}", program())]);
        Start::command(root, command)
    }

    fn command(root: &Path, mut command: CommandBuilder) -> Start {
        command.env_clear();
        for (name, value) in std::env::vars_os() {
            let kept = [
                "PATH",
                "HOME",
                "MATRIZ_CACHE",
                "MATRIZ_HTTP_CAPTURE",
                "XDG_CACHE_HOME",
                "XDG_RUNTIME_DIR",
            ];
            if kept.iter().any(|k| name == *k) {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("TZ", "UTC");
        // a sandbox that a test leaves behind doesn't stay for long
        command.env("MATRIZ_SANDBOX_IDLE_MS", "20000");
        command.cwd(root);
        Start {
            command,
            size: (120, 36),
        }
    }

    pub fn size(mut self, columns: u16, rows: u16) -> Start {
        self.size = (columns, rows);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Start {
        self.command.env(name, value);
        self
    }

    pub fn open(self) -> Terminal {
        let (columns, rows) = self.size;
        let pair = native_pty_system()
            .openpty(pty_size(columns, rows))
            .expect("a pseudo terminal");
        assert!(cooked(pair.master.as_ref()), "the judge of what is left");
        let reader = pair.master.try_clone_reader().expect("its output");
        let writer = pair.master.take_writer().expect("its input");
        let writer = Arc::new(Mutex::new(writer));
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(nonzero(rows), nonzero(columns), 0),
                bytes: Vec::new(),
                first_frame: None,
                in_frame: false,
                closed: false,
            }),
            Condvar::new(),
        ));
        let reader = {
            let (seen, writer) = (Arc::clone(&seen), Arc::clone(&writer));
            std::thread::spawn(move || watch(reader, &seen, &writer))
        };
        let spawned = Instant::now();
        let child = pair.slave.spawn_command(self.command).expect("the program");
        Terminal {
            child,
            master: pair.master,
            writer,
            seen,
            reader: Some(reader),
            spawned,
        }
    }
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a size")
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Reads what the program writes, and answers what it asks the terminal.
fn watch(
    mut reader: Box<dyn Read + Send>,
    seen: &(Mutex<Seen>, Condvar),
    writer: &Mutex<Box<dyn Write + Send>>,
) {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = match reader.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(read) => &chunk[..read],
        };
        let mut now = lock(&seen.0);
        // a question may be cut in two by a read
        let from = now.bytes.len().saturating_sub(16);
        let before = now.bytes.len();
        now.bytes.extend_from_slice(read);
        now.parser.process(read);
        let fresh = |what: &[u8]| {
            now.bytes[from..]
                .windows(what.len())
                .enumerate()
                .any(|(at, w)| w == what && from + at + what.len() > before)
        };
        let (row, column) = now.screen().cursor_position();
        let mut answer = Vec::new();
        if fresh(b"\x1b[6n") {
            answer.extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
        }
        if fresh(b"\x1b]11;?") {
            answer.extend(b"\x1b]11;rgb:0000/0000/0000\x1b\\");
        }
        if fresh(b"\x1b[c") {
            answer.extend(b"\x1b[?62;22c");
        }
        if now.first_frame.is_none() && fresh(FRAME_END) {
            now.first_frame = Some(Instant::now());
        }
        let begun = last(&now.bytes[from..], FRAME_BEGIN);
        let ended = last(&now.bytes[from..], FRAME_END);
        if begun.is_some() || ended.is_some() {
            now.in_frame = begun > ended;
        }
        drop(now);
        seen.1.notify_all();
        if !answer.is_empty() {
            let _ = lock(writer).write_all(&answer);
        }
    }
    lock(&seen.0).closed = true;
    seen.1.notify_all();
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal {
    pub fn pid(&self) -> Pid {
        let pid = self.child.process_id().expect("a process");
        Pid::from_raw(i32::try_from(pid).expect("a process number"))
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen.0)
    }

    pub fn text(&self) -> String {
        self.seen().text()
    }

    /// Types; `\r` is Enter, `\x1b` is Esc.
    pub fn keys(&self, keys: &str) {
        let mut writer = lock(&self.writer);
        writer.write_all(keys.as_bytes()).expect("the keyboard");
        writer.flush().expect("the keyboard");
    }

    /// Pastes the way a terminal does where the program asked for it.
    pub fn paste(&self, text: &str) {
        self.keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen().parser.set_size(nonzero(rows), nonzero(columns));
        self.master
            .resize(pty_size(columns, rows))
            .expect("another size");
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("a signal");
    }

    /// Waits until what was seen is so; the panic shows the screen.
    #[track_caller]
    pub fn wait_for(&self, what: &str, within: Duration, is: impl Fn(&Seen) -> bool) -> Instant {
        let deadline = Instant::now() + within;
        let mut now = self.seen();
        loop {
            if !now.in_frame && is(&now) {
                return Instant::now();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || now.closed {
                let why = if now.closed {
                    "the program ended"
                } else {
                    "the time is over"
                };
                let text = now.text();
                drop(now);
                panic!("{what}: {why}. The screen is:\n{text}");
            }
            now = self
                .seen
                .1
                .wait_timeout(now, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    #[track_caller]
    pub fn wait_text(&self, text: &str) {
        self.wait_text_for(text, SOON);
    }

    #[track_caller]
    pub fn wait_text_for(&self, text: &str, within: Duration) {
        self.wait_for(&format!("\"{text}\" appears"), within, |seen| {
            seen.text().contains(text)
        });
    }

    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        self.wait_for(&format!("\"{text}\" goes"), SOON, |seen| {
            !seen.text().contains(text)
        });
    }

    /// Waits until the program ended and all that it wrote was read.
    #[track_caller]
    pub fn wait_end(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        let mut now = lock(&self.seen.0);
        while !now.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it doesn't end:\n{}", now.text());
            now = self
                .seen
                .1
                .wait_timeout(now, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        drop(now);
        self.child.wait().expect("how it ended")
    }

    /// Whether the terminal shows what is typed and reads it line by line, as a shell leaves it.
    pub fn cooked(&self) -> bool {
        cooked(self.master.as_ref())
    }
}

fn cooked(master: &dyn MasterPty) -> bool {
    let fd = master.as_raw_fd().expect("a descriptor");
    // SAFETY: the descriptor belongs to `master`, which outlives this borrow
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    let flags = tcgetattr(fd).expect("the terminal's modes").local_flags;
    flags.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            // it ends when the last process with this terminal is gone; nothing here waits for one
            drop(reader);
        }
    }
}
