//! A workspace with an instance `mine`, and the program in it as a person's shell runs it.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use matriz::registry::Registry;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::command::Said;

pub struct Desk {
    pub root: PathBuf,
    folder: tempfile::TempDir,
}

/// What the program needs of this process's environment: a coding agent's own must not show.
const KEPT: [&str; 3] = ["PATH", "HOME", "MATRIZ_CACHE"];

impl Desk {
    pub fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap().join("work");
        fs::create_dir_all(root.join("instances")).unwrap();
        let desk = Desk { root, folder };
        desk.matriz(&["create", "mine"]).ok();
        desk
    }

    /// A folder beside the workspace.
    pub fn beside(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap()
    }

    pub fn env_path(&self, name: &str) -> PathBuf {
        self.root.join("instances").join(name).join(".env")
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.env_path(name)).unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.env_path(name), text).unwrap();
    }

    pub fn registry(&self) -> Registry {
        Registry::open(&self.root.join(".matriz")).unwrap()
    }

    pub fn matriz(&self, arguments: &[&str]) -> Said {
        self.with(arguments, &[], "")
    }

    /// `env VERB …` on `mine`.
    pub fn env(&self, arguments: &[&str]) -> Said {
        self.matriz(&[&["env", "-i", "mine"], arguments].concat())
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        self.env(&[arguments, &["--json"]].concat()).last()
    }

    /// With variables, and something on standard input.
    pub fn with(&self, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matriz"));
        command.args(arguments).current_dir(&self.root).env_clear();
        for name in KEPT {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        let mut child = command
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // a call that reads nothing may be over
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let ended = child.wait_with_output().expect("its end");
        use std::os::unix::process::ExitStatusExt;
        Said {
            code: ended.status.code(),
            signal: ended.status.signal(),
            out: String::from_utf8(ended.stdout).unwrap(),
            err: String::from_utf8(ended.stderr).unwrap(),
        }
    }

    /// On a terminal: all that it printed, and its exit code.
    pub fn on_terminal(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (String, u32) {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 24,
                cols: 200,
                ..PtySize::default()
            })
            .expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_matriz"));
        command.args(arguments);
        command.cwd(&self.root);
        command.env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let mut child = pair.slave.spawn_command(command).expect("the program");
        drop(pair.slave);
        let mut bytes = Vec::new();
        // Linux ends a terminal that nobody has open any more with an error
        let _ = reader.read_to_end(&mut bytes);
        let code = child.wait().expect("its end").exit_code();
        (String::from_utf8_lossy(&bytes).into_owned(), code)
    }
}
