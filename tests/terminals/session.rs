//! A shell in a pseudo terminal: lines go in, and what comes out is waited for.

use std::io::{Read, Write};
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::termios::{LocalFlags, tcgetattr};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::skip;
use crate::world::{World, program};

/// For everything that takes no work worth naming; wide, for a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// The shells that have a hook and are on this machine.
pub const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Where a program is; `None` with a printed `SKIP` where it isn't.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skip(&format!("{name} isn't installed"));
    }
    found
}

pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    fish: bool,
    /// What was read and used already, in bytes.
    used: usize,
    asked: usize,
}

#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    closed: bool,
}

impl Session {
    /// A shell without anybody's rc files, that has evaluated the hook.
    pub fn hooked(world: &World, shell: &str) -> Option<Session> {
        let mut session = Session::plain(world, shell)?;
        let program = program();
        session.line(&match shell {
            "fish" => format!("'{program}' hook fish | source"),
            _ => format!("eval \"$('{program}' hook {shell})\""),
        });
        session.probe();
        Some(session)
    }

    /// A shell without anybody's rc files.
    pub fn plain(world: &World, shell: &str) -> Option<Session> {
        let path = find(shell)?;
        let mut command = CommandBuilder::new(path);
        // no editing: lines are read as they are
        command.args(match shell {
            "bash" => &["--norc", "--noprofile", "--noediting", "-i"][..],
            "zsh" => &["-f", "-i", "+o", "zle"],
            _ => &["--no-config", "-i"],
        });
        Some(Session::start(world, shell, command, &[]))
    }

    /// A locked shell in an instance, with the rc files of the world's home.
    pub fn locked(world: &World, shell: &str, instance: &str) -> Option<Session> {
        let path = find(shell)?;
        let mut command = CommandBuilder::new(program());
        command.args(["shell", instance]);
        let path = path.to_string_lossy().into_owned();
        Some(Session::start(
            world,
            shell,
            command,
            &[("SHELL", path.as_str())],
        ))
    }

    pub fn start(
        world: &World,
        shell: &str,
        mut command: CommandBuilder,
        variables: &[(&str, &str)],
    ) -> Session {
        command.env_clear();
        // the program is found by its name, as a person has it
        let own = PathBuf::from(program());
        let mut folders = vec![own.parent().expect("its folder").to_owned()];
        let path = std::env::var_os("PATH").unwrap_or_default();
        folders.extend(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).expect("a path"));
        command.env("HOME", world.home());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(world.root());
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 50,
                cols: 300,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo terminal");
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let writer = Arc::new(Mutex::new(pair.master.take_writer().expect("its input")));
        let child = pair.slave.spawn_command(command).expect("the program");
        drop(pair.slave);
        let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        let (kept, keys) = (Arc::clone(&seen), Arc::clone(&writer));
        // it ends when the last process with this terminal is gone
        std::thread::spawn(move || {
            let mut chunk = [0; 16 * 1024];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let mut now = lock(&kept.0);
                now.bytes.extend_from_slice(&chunk[..read]);
                now.closed = read == 0;
                drop(now);
                kept.1.notify_all();
                if read == 0 {
                    return;
                }
                if chunk[..read].windows(3).any(|w| w == b"\x1b[c") {
                    let _ = lock(&keys).write_all(b"\x1b[?62;22c");
                }
            }
        });
        Session {
            child,
            master: pair.master,
            writer,
            seen,
            fish: shell == "fish",
            used: 0,
            asked: 0,
        }
    }

    /// Types, as it is.
    pub fn keys(&self, keys: &str) {
        let mut writer = lock(&self.writer);
        writer.write_all(keys.as_bytes()).expect("the keyboard");
        writer.flush().expect("the keyboard");
    }

    /// Types a line; nothing waits for what it does.
    pub fn line(&self, line: &str) {
        self.keys(&format!("{line}\r"));
    }

    /// Runs a command line and gives what it printed. Its lines end with `\n`.
    #[track_caller]
    pub fn run(&mut self, line: &str) -> String {
        self.asked += 1;
        let n = self.asked;
        // as it's typed, neither marker stands there as it is printed
        let end = if self.fish { "; " } else { " ; " };
        self.line(&format!(
            "printf '<<%s:\\n' {n}; {line}{end}printf '%s>>\\n' {n}"
        ));
        let text = self.wait_for(&format!("{n}>>"));
        let start = format!("<<{n}:");
        let from = text.find(&start).map_or(0, |at| at + start.len());
        let text = text[from..].replace('\r', "");
        let text = text.strip_suffix(&format!("{n}>>")).unwrap_or(&text);
        text.trim_start_matches('\n').to_owned()
    }

    /// Every variable that a program sees that is started here now.
    #[track_caller]
    pub fn probe(&mut self) -> String {
        self.run("env")
    }

    /// Waits until this comes, and gives all that came up to its end since the last wait.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + SOON;
        let mut now = lock(&self.seen.0);
        loop {
            let fresh = &now.bytes[self.used..];
            let found = fresh.windows(text.len()).position(|w| w == text.as_bytes());
            if let Some(at) = found {
                let end = at + text.len();
                let got = String::from_utf8_lossy(&fresh[..end]).into_owned();
                self.used += end;
                return got;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || now.closed {
                let why = if now.closed {
                    "it ended"
                } else {
                    "time is over"
                };
                let shown = String::from_utf8_lossy(fresh).into_owned();
                drop(now);
                panic!("\"{text}\" never came ({why}). Since the last wait:\n{shown}");
            }
            let (next, _) = self
                .seen
                .1
                .wait_timeout(now, left)
                .unwrap_or_else(PoisonError::into_inner);
            now = next;
        }
    }

    /// Waits for the end and gives the exit code.
    #[track_caller]
    pub fn end(&mut self) -> u32 {
        let deadline = Instant::now() + SOON;
        let mut now = lock(&self.seen.0);
        while !now.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it doesn't end");
            let (next, _) = self
                .seen
                .1
                .wait_timeout(now, left)
                .unwrap_or_else(PoisonError::into_inner);
            now = next;
        }
        drop(now);
        self.child.wait().expect("how it ended").exit_code()
    }

    pub fn pid(&self) -> nix::unistd::Pid {
        let pid = self.child.process_id().expect("a process");
        nix::unistd::Pid::from_raw(i32::try_from(pid).expect("a process number"))
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("another size");
    }

    /// Whether the terminal reads line by line and shows what is typed.
    pub fn cooked(&self) -> bool {
        let fd = self.master.as_raw_fd().expect("a descriptor");
        // SAFETY: the descriptor belongs to the master, which outlives this borrow
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let flags = tcgetattr(fd).expect("the modes").local_flags;
        flags.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
