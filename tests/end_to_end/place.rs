//! A workspace of a test's own: a copy of this repository's, its sandbox stopped at the end.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use matriz::domain::env_file::EnvFile;
use serde_json::Value;

use crate::command::{Running, Said};
use crate::{outside, support};

/// What of `instances/default` is in the repository; the rest is somebody's own.
const TRACKED: [&str; 4] = [
    ".env.example",
    "atlassian.config.json",
    "instance.toml",
    "supabase.config.json",
];

/// A workspace. Dropping it ends its jobs and its sandbox, also where the test panics.
pub struct Place {
    pub root: PathBuf,
    /// All that the program has printed, but for what `run` printed, whose commands may say anything.
    pub printed: Mutex<String>,
    /// Its instances have a Jira project and a Confluence space.
    atlassian: bool,
    _folder: tempfile::TempDir,
}

impl Place {
    /// With all the seeds, a Jira project and a Confluence space. `None`, with a visible skip, where
    /// no engine has vectors.
    pub fn whole() -> Option<Place> {
        let place = Place::new(true)?;
        let from = repository().join("instances/default/seeds");
        let to = place.path("instances/default/seeds");
        let files = [
            "campo",
            "campo/rotas",
            "campo/manuais",
            "financeiro",
            "financeiro/2026-01",
        ];
        let files = files.map(|folder| format!("storage/{folder}"));
        let others = [
            "",
            "board",
            "board/files",
            "space",
            "space/files",
            "storage",
        ];
        for folder in others.into_iter().chain(files.iter().map(String::as_str)) {
            copy_files(&from.join(folder), &to.join(folder), |_| true);
        }
        Some(place)
    }

    /// With few seeds and no place at Atlassian, for tests that set many instances up.
    pub fn small() -> Option<Place> {
        let place = Place::new(false)?;
        let from = repository().join("instances/default/seeds");
        let to = place.path("instances/default/seeds");
        copy_files(&from, &to, |name| name.starts_with("40_"));
        Some(place)
    }

    fn new(atlassian: bool) -> Option<Place> {
        outside::block_on(support::vector_engine())?;
        let (folder, root) = support::workspace();
        let place = Place {
            root,
            printed: Mutex::default(),
            atlassian,
            _folder: folder,
        };
        fs::copy(repository().join("matriz.toml"), place.path("matriz.toml")).unwrap();
        place.instance_folder("default");
        // a person may wait half a second for a project; many tests may not
        let sandbox = place.path(".matriz/sandbox");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&sandbox)
            .unwrap();
        let quick =
            r#"{"coming_up_ms":20,"going_down_ms":5,"services_ms":5,"requests_per_minute":0}"#;
        fs::write(sandbox.join("options.json"), quick).unwrap();
        Some(place)
    }

    /// A folder like the repository's own `default`: no `.env`, no project.
    pub fn instance_folder(&self, name: &str) {
        let from = repository().join("instances/default");
        let to = self.path(&format!("instances/{name}"));
        copy_files(&from, &to, |file| TRACKED.contains(&file));
        if !self.atlassian {
            fs::write(to.join("atlassian.config.json"), "{\"kind\": \"none\"}\n").unwrap();
        }
        if self.path("instances/default/seeds").is_dir() {
            self.instance_seeds(name);
        }
    }

    /// The seeds of `default`, for another instance.
    pub fn instance_seeds(&self, name: &str) {
        let to = self.path(&format!("instances/{name}/seeds"));
        copy_files(&self.path("instances/default/seeds"), &to, |_| true);
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// The program in this workspace, free of what this process's environment says.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matriz"));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("MATRIZ_ROOT", &self.root)
            .env_remove("INSTANCE_NAME")
            .env_remove("MATRIZ_TERMINAL")
            .env_remove("MATRIZ_LOCK")
            .env_remove("MATRIZ_LOADED")
            .env_remove("MATRIZ_CRASH_AT");
        command
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments))
    }

    pub fn matriz(&self, arguments: &[&str]) -> Said {
        self.with(arguments, &[])
    }

    /// The same, with variables.
    pub fn with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let said = Running::start(command).end();
        if arguments.first() != Some(&"run") {
            let mut printed = self.printed.lock().unwrap();
            printed.push_str(&said.out);
            printed.push_str(&said.err);
        }
        said
    }

    /// One answer in JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.matriz(&arguments).ok().last()
    }

    /// `default` set up, and what it takes checked.
    pub fn initialised(self) -> Place {
        let said = self.matriz(&["init", "default", "--yes", "--json"]).ok();
        assert_eq!(said.last()["state"], "done");
        self
    }

    pub fn env(&self, name: &str) -> EnvFile {
        let path = self.path(&format!("instances/{name}/.env"));
        EnvFile::parse(&fs::read_to_string(path).unwrap()).unwrap()
    }

    pub fn value(&self, name: &str, key: &str) -> String {
        self.env(name).get(key).unwrap_or_default().to_owned()
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(&format!("instances/{name}")).exists()
    }

    /// The number of the newest job.
    pub fn newest_job(&self) -> i64 {
        let jobs = self.json(&["jobs", "list"]);
        jobs["jobs"][0]["id"].as_i64().expect("a job")
    }

    pub fn job_state(&self, id: i64) -> String {
        let job = self.json(&["jobs", "show", &id.to_string()]);
        job["state"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let jobs = Running::start(self.command(&["jobs", "list", "--json"])).end();
        let jobs: Value = serde_json::from_str(jobs.out.trim()).unwrap_or_default();
        for job in jobs["jobs"].as_array().into_iter().flatten() {
            let active = ["planned", "running", "cancelling"]
                .iter()
                .any(|s| job["state"] == *s);
            if active {
                let id = job["id"].to_string();
                Running::start(self.command(&["jobs", "cancel", &id])).end();
            }
        }
        let stopped = Running::start(self.command(&["sandbox", "stop"])).end();
        if stopped.code != Some(0) {
            eprintln!("the sandbox of a test didn't stop: {}", stopped.err);
        }
    }
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if wanted(&name) && entry.file_type().unwrap().is_file() && entry.path() != to.join(&name) {
            fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}

/// Every file below a folder, and its content.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}
