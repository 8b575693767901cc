//! Workspaces to open, and whose turn it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use matriz::domain::name::InstanceName;
use matriz::registry::Registry;
use matriz::workspace::{NewInstance, Workspace};

use super::terminal::program;
use crate::support::gate;

static TURN: RwLock<()> = RwLock::new(());

/// Held by every test that measures nothing.
pub fn shared() -> RwLockReadGuard<'static, ()> {
    TURN.read().unwrap_or_else(PoisonError::into_inner)
}

/// Held by a test that measures: no other test of this program runs meanwhile.
pub fn alone() -> RwLockWriteGuard<'static, ()> {
    TURN.write().unwrap_or_else(PoisonError::into_inner)
}

/// A workspace that goes when this is dropped, with its sandbox.
pub struct World {
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("its path");
        fs::create_dir(root.join("instances")).expect("a folder");
        World { folder, root }
    }

    /// With `default` as this repository has it, not set up.
    pub fn sample() -> World {
        let world = World::new();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("instances/default");
        let to = world.instance("default");
        fs::create_dir_all(to.join("seeds")).expect("a folder");
        // without its config, an instance has no place at Atlassian: these tests need none
        for file in ["instance.toml", "supabase.config.json"] {
            fs::copy(from.join(file), to.join(file)).expect(file);
        }
        for seed in fs::read_dir(from.join("seeds")).expect("seeds") {
            let seed = seed.expect("a seed");
            if seed.path().is_dir() {
                continue;
            }
            fs::copy(seed.path(), to.join("seeds").join(seed.file_name())).expect("a seed");
        }
        world
    }

    /// With the migrations that the program brings, and a gate in the middle of what a copy of
    /// `default` writes.
    pub fn gated(self) -> World {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/migrations");
        let to = self.instance("default").join("migrations");
        fs::create_dir(&to).expect("a folder");
        for file in fs::read_dir(from).expect("migrations") {
            let file = file.expect("a migration");
            fs::copy(file.path(), to.join(file.file_name())).expect("a migration");
        }
        let last = to.join("99990101000000_gate.sql");
        fs::write(last, gate::among_the_rows()).expect("a migration");
        self
    }

    /// With these instances from the templates.
    pub fn with(names: &[&str]) -> World {
        let world = World::new();
        let workspace = Workspace::init(&world.root).expect("a workspace");
        for name in names {
            let name = InstanceName::parse(name).expect("a name");
            workspace
                .create_instance(&name, &NewInstance::default())
                .expect("an instance");
        }
        world
    }

    /// `default` and so many like it: `copy-1`, `copy-2`, …
    pub fn crowd(others: usize) -> World {
        let world = World::with(&["default"]);
        let from = world.instance("default");
        let files: Vec<(std::ffi::OsString, Vec<u8>)> = fs::read_dir(&from)
            .expect("the instance")
            .map(|entry| entry.expect("a file"))
            .filter(|entry| entry.path().is_file())
            .map(|entry| (entry.file_name(), fs::read(entry.path()).expect("a file")))
            .collect();
        for n in 1..=others {
            let to = world.instance(&format!("copy-{n}"));
            fs::create_dir(&to).expect("a folder");
            for (name, bytes) in &files {
                fs::write(to.join(name), bytes).expect("a file");
            }
        }
        world
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn instance(&self, name: &str) -> PathBuf {
        self.root.join("instances").join(name)
    }

    pub fn env_file(&self, name: &str) -> PathBuf {
        self.instance(name).join(".env")
    }

    /// Runs a verb of the program here.
    pub fn verb(&self, arguments: &[&str]) -> Output {
        Command::new(program())
            .args(arguments)
            .current_dir(&self.root)
            .env_remove("MATRIZ_ROOT")
            .env_remove("INSTANCE_NAME")
            .env_remove("MATRIZ_TERMINAL")
            .env_remove("MATRIZ_LOCK")
            .env_remove("MATRIZ_LOADED")
            .stdin(Stdio::null())
            .output()
            .expect("the program")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.root.join(".matriz/sandbox").exists() {
            // where a test failed half way: the sandbox stays while a job uses it
            let active = Registry::open(&self.root.join(".matriz")).and_then(|r| r.active_jobs());
            for (job, _) in active.unwrap_or_default() {
                let _ = self.verb(&["jobs", "cancel", &job.id.to_string()]);
            }
            let _ = self.verb(&["sandbox", "stop"]);
        }
        let _ = &self.folder;
    }
}
