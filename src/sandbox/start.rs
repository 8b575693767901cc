//! Starting the serving process: once, however many ask at the same time.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::filelock::FileLock;
use crate::sandbox::Endpoints;
use crate::sandbox::engine::{FetchConsent, choose_or_fetch};
use crate::sandbox::paths::Paths;
use crate::sandbox::process::{answering, is_alive};

/// How long a start may take. Recovery after a crash is part of it.
const START_LIMIT: Duration = Duration::from_secs(180);
/// A log that has grown beyond this is begun anew, in bytes.
const LOG_LIMIT: u64 = 4 * 1024 * 1024;

/// The program that serves: by default this one, as `matriz sandbox serve --root ROOT`.
#[derive(Debug, Clone)]
pub struct Launch {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

impl Launch {
    fn ourselves(root: &Path) -> Result<Self> {
        let program = std::env::current_exe().context(Kind::Internal, || {
            "Cannot find this program's own file".into()
        })?;
        let arguments = ["sandbox", "serve", "--root"].map(OsString::from);
        let arguments = arguments.into_iter().chain([root.as_os_str().to_owned()]);
        Ok(Launch {
            program,
            arguments: arguments.collect(),
        })
    }
}

/// `failure.json`: what a start that failed leaves for whoever waits for it.
#[derive(Serialize, Deserialize)]
pub struct Failure {
    pub message: String,
    pub hint: Option<String>,
}

/// The addresses of this workspace's sandbox, which is started if it isn't running. `note` gets
/// what is being done, in a few words. Safe to call from any number of processes at once.
pub async fn ensure(
    root: &Path,
    consent: FetchConsent,
    note: impl Fn(&str) + Send + Sync,
) -> Result<Endpoints> {
    let launch = Launch::ourselves(root)?;
    ensure_with(root, consent, note, &launch).await
}

/// The same with another program to start.
pub async fn ensure_with(
    root: &Path,
    consent: FetchConsent,
    note: impl Fn(&str) + Send + Sync,
    launch: &Launch,
) -> Result<Endpoints> {
    let paths = Paths::of(root)?;
    if let Some(endpoints) = answering(&paths).await? {
        return Ok(endpoints);
    }
    let lock = paths.start_lock();
    let _lock = FileLock::take(&lock, START_LIMIT * 2, "starting the sandbox").await?;
    // Another process may have started it while we waited, or it may be on its way.
    if is_alive(&paths)? {
        note("Waiting for the sandbox");
        if let Some(endpoints) = wait_for_other(&paths).await? {
            return Ok(endpoints);
        }
    }
    choose_or_fetch(&paths, consent, &note).await?;
    note("Starting the sandbox");
    let _ = fs::remove_file(paths.failure());
    let mut child = spawn(&paths, launch)?;
    let outcome = wait_ready(&paths, &mut child).await;
    // Whoever started it must take note of its end, or the system keeps it as a zombie.
    std::thread::spawn(move || child.wait());
    outcome
}

/// Waits while some process serves; `None` once it has ended without answering.
async fn wait_for_other(paths: &Paths) -> Result<Option<Endpoints>> {
    let deadline = Instant::now() + START_LIMIT;
    while is_alive(paths)? {
        if let Some(endpoints) = answering(paths).await? {
            return Ok(Some(endpoints));
        }
        if Instant::now() >= deadline {
            return Err(
                Error::new(Kind::Timeout, "The sandbox runs but doesn't answer.")
                    .hint("Stop it with: matriz sandbox stop"),
            );
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Ok(None)
}

async fn wait_ready(paths: &Paths, child: &mut Child) -> Result<Endpoints> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Some(endpoints) = answering(paths).await? {
            return Ok(endpoints);
        }
        let ended = child
            .try_wait()
            .context(Kind::Internal, || "Cannot watch the sandbox".into())?;
        if ended.is_some() {
            return Err(why(paths));
        }
        if Instant::now() >= deadline {
            return Err(
                Error::new(Kind::Timeout, "The sandbox didn't start in time.")
                    .hint(format!("Its log is {}.", paths.log().display())),
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn why(paths: &Paths) -> Error {
    let log = paths.log();
    let hint = format!("Its log is {}.", log.display());
    let told = fs::read(paths.failure()).ok();
    let told: Option<Failure> = told.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(failure) = told {
        let message = format!("The sandbox could not start: {}", failure.message);
        return Error::new(Kind::Missing, message).hint(failure.hint.unwrap_or(hint));
    }
    let text = fs::read_to_string(&log).unwrap_or_default();
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    let last = last.unwrap_or("it gave no reason");
    Error::new(
        Kind::Internal,
        format!("The sandbox could not start: {last}"),
    )
    .hint(hint)
}

/// In a session of its own, so that closing the terminal doesn't end it.
fn spawn(paths: &Paths, launch: &Launch) -> Result<Child> {
    let log = open_log(&paths.log())?;
    let copy = log
        .try_clone()
        .context(Kind::Io, || "Cannot open the sandbox's log".into())?;
    let mut command = Command::new(&launch.program);
    command
        .args(&launch.arguments)
        .current_dir(&paths.root)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(copy);
    // SAFETY: setsid is a system call and nothing else.
    unsafe {
        command.pre_exec(|| {
            nix::unistd::setsid()?;
            Ok(())
        });
    }
    command.spawn().context(Kind::Missing, || {
        format!("Cannot start {}", launch.program.display())
    })
}

fn open_log(path: &Path) -> Result<File> {
    let large = fs::metadata(path).is_ok_and(|meta| meta.len() > LOG_LIMIT);
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    if large {
        options.write(true).truncate(true);
    } else {
        options.append(true);
    }
    options
        .open(path)
        .context(Kind::Io, || format!("Cannot write {}", path.display()))
}
