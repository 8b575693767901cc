//! The serving process as others see it: alive or not, its addresses, stopping it.
//!
//! It holds a lock on a file while it lives, so that neither a crash nor a process number used
//! again can make it look alive.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::filelock::FileLock;
use crate::provider::postgres::server::{RunAs, clear_stale};
use crate::sandbox::Endpoints;
use crate::sandbox::api::ApiState;
use crate::sandbox::atlassian::{OWNER, Site};
use crate::sandbox::paths::Paths;
use crate::sandbox::ports::Kept;

/// `process.json`: written by the serving process when it's ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Process {
    pub pid: u32,
    /// Seconds since 1970.
    pub started: i64,
    pub api_port: u16,
    pub database_port: u16,
    pub engine: String,
    pub run_as: String,
}

impl Process {
    pub fn read(paths: &Paths) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(paths.process()).ok()?).ok()
    }
}

/// How the sandbox is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub running: bool,
    /// These are known while it runs.
    pub pid: Option<u32>,
    /// Seconds since 1970.
    pub started: Option<i64>,
    pub engine: Option<String>,
    /// As whom Postgres runs: `as you`, `as root in a user namespace`.
    pub run_as: Option<String>,
    /// These are known once it ran.
    pub api_url: Option<String>,
    pub database_port: Option<u16>,
}

/// Whether a process serves this workspace.
pub fn is_alive(paths: &Paths) -> Result<bool> {
    FileLock::is_held(&paths.lock())
}

/// The addresses of a process that is ready and answers.
pub async fn answering(paths: &Paths) -> Result<Option<Endpoints>> {
    let Some(process) = Process::read(paths) else {
        return Ok(None);
    };
    if !answers(process.api_port, process.pid).await {
        return Ok(None);
    }
    let changed = Kept::read(paths)?.is_some_and(|kept| kept.changed);
    Ok(Some(Endpoints {
        api_url: api_url(process.api_port),
        token: ApiState::read_token(&paths.dir)?,
        atlassian_email: OWNER.email.to_owned(),
        atlassian_token: Site::read_token(&paths.dir)?,
        database_host: "127.0.0.1".to_owned(),
        database_port: process.database_port,
        ports_changed: changed,
        engine: process.engine,
    }))
}

fn api_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Asks the port who it is: it may be another program's by now.
async fn answers(port: u16, pid: u32) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request =
            "GET /_sandbox/alive HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(4096).read_to_end(&mut answer).await?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    match tokio::time::timeout(Duration::from_secs(5), ask).await {
        Ok(Ok(answer)) => answer.ends_with(&format!("matriz sandbox {pid}")),
        _ => false,
    }
}

pub async fn status(root: &Path) -> Result<Status> {
    let paths = Paths::of(root)?;
    let running = is_alive(&paths)?;
    let process = Process::read(&paths).filter(|_| running);
    let kept = Kept::read(&paths)?;
    Ok(Status {
        running,
        pid: process.as_ref().map(|p| p.pid),
        started: process.as_ref().map(|p| p.started),
        engine: process.as_ref().map(|p| p.engine.clone()),
        run_as: process.map(|p| p.run_as),
        api_url: kept.as_ref().map(|k| api_url(k.api_port)),
        database_port: kept.map(|k| k.database_port),
    })
}

/// Keeps a running sandbox from stopping for another idle time; for long work that uses neither
/// its API nor its databases.
pub fn keep_alive(root: &Path) -> Result<()> {
    let paths = Paths::of(root)?;
    let file = paths.keep_alive();
    std::fs::write(&file, b"").context(Kind::Io, || format!("Cannot write {}", file.display()))
}

/// Stops the serving process and waits until it has ended; false if there was none, nor a
/// database server that outlived one.
pub async fn stop(root: &Path) -> Result<bool> {
    let paths = Paths::of(root)?;
    let data = paths.data(RunAs::choose()?)?;
    let deadline = Instant::now() + Duration::from_secs(150);
    let mut told = None;
    let mut ran = false;
    loop {
        // held, so that nobody starts one on what is being ended
        if let Some(_serving) = FileLock::try_take(&paths.lock())? {
            return Ok(clear_stale(&data).await? || ran);
        }
        ran |= is_alive(&paths)?;
        // While it's starting there is no process to tell yet.
        let process = Process::read(&paths).map(|process| process.pid);
        if let Some(pid) = process.and_then(|pid| i32::try_from(pid).ok())
            && told != Some(pid)
        {
            kill(Pid::from_raw(pid), Signal::SIGTERM).context(Kind::Conflict, || {
                format!("Cannot stop the sandbox (process {pid})")
            })?;
            told = Some(pid);
        }
        if Instant::now() >= deadline {
            return Err(Error::new(Kind::Timeout, "The sandbox doesn't stop.")
                .hint(format!("Its log is {}.", paths.log().display())));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Stops the sandbox and deletes all of its databases and state. Ask first.
pub async fn reset(root: &Path) -> Result<()> {
    stop(root).await?;
    let paths = Paths::of(root)?;
    let starting = paths.start_lock();
    let wait = Duration::from_secs(5);
    let _starting = FileLock::take(&starting, wait, "starting the sandbox").await?;
    let Some(_serving) = FileLock::try_take(&paths.lock())? else {
        return Err(
            Error::new(Kind::Conflict, "The sandbox was started again meanwhile.")
                .hint("Try again."),
        );
    };
    clear_stale(&paths.data(RunAs::choose()?)?).await?;
    let outside = paths.outside();
    if outside.exists() {
        remove(&outside)?;
    }
    let entries = std::fs::read_dir(&paths.dir)
        .context(Kind::Io, || format!("Cannot read {}", paths.dir.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path != paths.lock() && path != paths.start_lock() {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() && !path.is_symlink() {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    };
    removed.context(Kind::Io, || format!("Cannot remove {}", path.display()))
}
