//! A job whose steps make files, and workers for it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use matriz::domain::job::{JobId, JobKind, JobView};
use matriz::error::{Context, Error, Kind, Result};
use matriz::job::engine::{self, NewJob};
use matriz::job::signals::Signals;
use matriz::job::step::{Stage, Step, StepContext, plan_of};
use matriz::registry::Registry;
use matriz::registry::jobs::JobRow;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const ROOT: &str = "MATRIZ_TEST_ROOT";
const JOB: &str = "MATRIZ_TEST_JOB";

/// A step that makes a file of its name. `wait` then waits for a file `go`; `fail` fails.
struct MakeFile {
    name: String,
    folder: PathBuf,
}

#[async_trait]
impl Step for MakeFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &str {
        "Make a file"
    }

    async fn done(&self, ctx: &StepContext) -> Result<bool> {
        let made = self.folder.join(&self.name).exists();
        Ok(made && (self.name != "wait" || ctx.checkpoint()?.is_some()))
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        if self.name == "fail" {
            return Err(Error::new(Kind::Provider, "The provider said no."));
        }
        let path = self.folder.join(&self.name);
        if !path.exists() {
            let io = || "Cannot make the file".to_owned();
            let seq = ctx.intent("disk", "file", &self.name)?;
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path)
                .context(Kind::Io, io)?;
            let mut times = OpenOptions::new()
                .append(true)
                .create(true)
                .open(self.folder.join(format!("{}.times", self.name)))
                .context(Kind::Io, io)?;
            times.write_all(b"x").context(Kind::Io, io)?;
            ctx.result(seq, &path.display().to_string())?;
        }
        if self.name == "wait" {
            ctx.log("waiting");
            let waiting = self.folder.join("waiting");
            std::fs::write(&waiting, "").context(Kind::Io, || "Cannot say so".into())?;
            while !self.folder.join("go").exists() {
                tokio::select! {
                    () = ctx.cancel.cancelled() => return Err(Error::cancelled()),
                    () = tokio::time::sleep(Duration::from_millis(5)) => {}
                }
            }
            ctx.save_checkpoint(&serde_json::json!("went"))?;
        }
        Ok(())
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        if ctx.lookup("disk", "file", &self.name)?.is_some() {
            let _ = std::fs::remove_file(self.folder.join(&self.name));
        }
        Ok(())
    }
}

fn build(folder: &Path, args: &serde_json::Value) -> Vec<Stage> {
    let names = args
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str());
    names
        .map(|name| {
            let step = MakeFile {
                name: name.into(),
                folder: folder.into(),
            };
            vec![Box::new(step) as Box<dyn Step>]
        })
        .collect()
}

/// What a worker process does. In any other process it does nothing.
pub fn work_if_told() {
    let (Ok(root), Ok(id)) = (std::env::var(ROOT), std::env::var(JOB)) else {
        return;
    };
    let root = PathBuf::from(root);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async {
        let registry = Registry::open(&root.join(".matriz"))?;
        let make = |job: &JobRow| Ok(build(&root, &job.args));
        engine::run(&registry, id.parse().unwrap(), make, Signals::of_process()).await
    });
    match ended {
        Ok(_) => std::process::exit(0),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(i32::from(error.exit_code()));
        }
    }
}

pub struct Workshop {
    dir: tempfile::TempDir,
    pub registry: Registry,
    pub id: JobId,
    names: Vec<String>,
}

impl Workshop {
    /// A job of one step a stage, in this order.
    pub fn new(names: &[&str]) -> Workshop {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(&dir.path().join(".matriz")).unwrap();
        let names = names.iter().map(|name| name.to_string()).collect();
        let mut shop = Workshop {
            dir,
            registry,
            id: 0,
            names,
        };
        shop.id = shop.submit_again().unwrap();
        shop
    }

    pub fn submit_again(&self) -> Result<JobId> {
        let args = serde_json::json!(self.names);
        let plan = plan_of(&build(self.root(), &args));
        let job = NewJob {
            kind: JobKind::Init,
            instance: "default".into(),
            source: None,
            also_writes: Vec::new(),
            args,
            plan,
        };
        engine::submit(&self.registry, &job)
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn view(&self) -> JobView {
        self.registry.job_view(self.id).unwrap()
    }

    /// A worker's command, with more variables in its environment.
    pub fn command(&self, more: &[(&str, &str)]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["worker_process", "--exact", "--ignored", "--nocapture"])
            .env(ROOT, self.root())
            .env(JOB, self.id.to_string())
            .envs(more.iter().copied());
        command
    }

    pub fn start(&self, more: &[(&str, &str)]) -> Child {
        let mut command = self.command(more);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Runs a worker that kills itself there.
    pub fn crash_at(&self, point: &str) {
        use std::os::unix::process::ExitStatusExt;
        let status = self.start(&[("MATRIZ_CRASH_AT", point)]).wait().unwrap();
        assert_eq!(status.signal(), Some(9), "no crash at {point}");
    }

    pub fn signal(&self, worker: &Child, signal: Signal) {
        kill(Pid::from_raw(worker.id() as i32), signal).unwrap();
    }

    /// Until the step `wait` runs and says so.
    pub fn until_waiting(&self) {
        let waiting = self.root().join("waiting");
        until("the worker waits", || waiting.exists());
        std::fs::remove_file(waiting).unwrap();
    }

    pub fn let_go(&self) {
        std::fs::write(self.root().join("go"), "").unwrap();
    }

    /// The files that are there, in order of their names.
    pub fn made(&self) -> Vec<String> {
        let mut made = self.names.clone();
        made.retain(|name| self.root().join(name).exists());
        made.sort();
        made
    }

    /// How often a file was made.
    pub fn times(&self, name: &str) -> usize {
        std::fs::read(self.root().join(format!("{name}.times"))).map_or(0, |bytes| bytes.len())
    }
}

pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < deadline, "not so after 20 s: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
