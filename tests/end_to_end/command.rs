//! Running the binary and reading what it says.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// However loaded the machine is, no command of these tests takes longer.
pub const LIMIT: Duration = Duration::from_secs(240);

/// How a command ended.
#[derive(Debug)]
pub struct Said {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Every line of standard output, which has to be one JSON object.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| match serde_json::from_str::<Value>(line) {
            Ok(value) if value.is_object() => value,
            other => panic!("not a JSON object ({other:?}): {line}\n{self:?}"),
        };
        self.out.lines().map(parse).collect()
    }

    /// The last line of JSON.
    pub fn last(&self) -> Value {
        self.lines()
            .pop()
            .unwrap_or_else(|| panic!("no line: {self:?}"))
    }

    #[track_caller]
    pub fn ok(self) -> Said {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// The command failed with this code, and all that it says on standard error holds these words.
    #[track_caller]
    pub fn refused(self, code: i32, words: &[&str]) -> Said {
        assert_eq!(self.code, Some(code), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "\"{word}\" is missing: {self:?}");
        }
        assert!(!self.err.contains("panicked"), "{self:?}");
        self
    }
}

/// A command that runs, its lines as they come.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    read: String,
    err: thread::JoinHandle<String>,
    began: Instant,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("its output");
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().expect("its errors");
        let err = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Running {
            child,
            lines,
            read: String::new(),
            err,
            began: Instant::now(),
        }
    }

    /// Reads until a line of JSON fits; `false` where the output ended before.
    pub fn until(&mut self, fits: impl Fn(&Value) -> bool) -> bool {
        self.until_line(|line| serde_json::from_str(line).is_ok_and(|value| fits(&value)))
    }

    /// Reads until a line holds these words.
    #[track_caller]
    pub fn until_text(&mut self, words: &str) {
        let found = self.until_line(|line| line.contains(words));
        assert!(found, "\"{words}\" never came: {}", self.read);
    }

    fn until_line(&mut self, fits: impl Fn(&str) -> bool) -> bool {
        loop {
            let left = LIMIT.saturating_sub(self.began.elapsed());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    let fit = fits(&line);
                    self.read.push_str(&line);
                    self.read.push('\n');
                    if fit {
                        return true;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => self.overdue(),
            }
        }
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a process number");
        kill(Pid::from_raw(pid), signal).expect("the program runs");
    }

    pub fn end(mut self) -> Said {
        self.until(|_| false);
        let status = self.wait();
        Said {
            code: status.code(),
            signal: status.signal(),
            out: self.read,
            err: self.err.join().unwrap_or_default(),
        }
    }

    fn wait(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.child.try_wait().expect("the program's end") {
                return status;
            }
            if self.began.elapsed() > LIMIT {
                self.overdue();
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn overdue(&mut self) -> ! {
        let _ = self.child.kill();
        panic!("the program doesn't end; it said: {}", self.read);
    }
}
