//! A workspace whose instances can be told apart by every value.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{SigHandler, Signal, signal};

/// Names another program to try than the one built with these tests: an optimised one, say.
pub const OTHER: &str = "MATRIZ_TEST_PROGRAM";

pub fn program() -> String {
    std::env::var(OTHER).unwrap_or_else(|_| env!("CARGO_BIN_EXE_matriz").into())
}

pub struct World {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

/// What every value of an instance ends with, and no other's.
pub fn mark(instance: &str) -> String {
    format!("-of-{instance}-only")
}

/// What whoever started the tests ignores (nohup, a shell's background) is ignored by all below them.
fn hear_signals() {
    for heard in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        // SAFETY: the default disposition runs no code
        unsafe { signal(heard, SigHandler::SigDfl) }.expect("the default");
    }
}

impl World {
    /// With these instances: each has `SHARED`, `SECRET_TOKEN` and a key of its own, `ONLY_NAME`.
    pub fn with(names: &[&str]) -> World {
        hear_signals();
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("its path").join("work");
        for name in names {
            fs::create_dir_all(root.join("instances").join(name)).expect("a folder");
        }
        fs::create_dir_all(root.join("src/deep")).expect("a folder");
        fs::create_dir_all(root.join("../home")).expect("a folder");
        let world = World {
            _folder: folder,
            root,
        };
        for name in names {
            let mark = mark(name);
            let own = name.to_uppercase().replace('-', "_");
            world.write(
                name,
                &format!("SHARED=shared{mark}\nONLY_{own}=own{mark}\nSECRET_TOKEN='example $HOME \"q\" token{mark}'\n"),
            );
        }
        world
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn home(&self) -> PathBuf {
        self.root.with_file_name("home")
    }

    pub fn write(&self, instance: &str, env: &str) {
        let path = self.root.join("instances").join(instance).join(".env");
        fs::write(path, env).expect("an environment");
    }

    /// The program here, free of what this process's environment says.
    pub fn matriz(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.matriz(arguments).output().expect("the program")
    }

    /// What it prints; it has to succeed.
    #[track_caller]
    pub fn said(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// It has to be refused, with these words.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str], words: &[&str]) {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
        for word in words {
            assert!(said.contains(word), "\"{word}\" is missing: {said}");
        }
    }
}
