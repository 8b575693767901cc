//! Starting a worker process, which outlives the screen that started it.

use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::domain::job::{JobId, JobState};
use crate::error::{Context, Error, Kind, Result};
use crate::registry::Registry;

use super::engine::{self, CancelRequest};
use super::log::{self, JobLog};

/// How long a worker may take to begin.
const START: Duration = Duration::from_secs(20);

/// The most of what a worker said before it died that an error repeats, in bytes.
const SAID: u64 = 2_000;

/// Starts `matriz worker ID --root ROOT` in a session of its own, and waits until it has taken the
/// job.
///
/// Errors: `Internal` if it died before that, with what it said; `Timeout`.
pub async fn spawn(registry: &Registry, root: &Path, id: JobId) -> Result<()> {
    let program = std::env::current_exe().context(Kind::Internal, || {
        "Cannot find this program's own file".into()
    })?;
    let mut command = Command::new(program);
    command
        .arg("worker")
        .arg(id.to_string())
        .arg("--root")
        .arg(root);
    spawn_as(registry, root, id, command).await
}

/// [`spawn`] with a command of the caller's own.
pub async fn spawn_as(
    registry: &Registry,
    root: &Path,
    id: JobId,
    mut command: Command,
) -> Result<()> {
    let before = registry.job(id)?.token;
    // what a worker says before it can write the log, or as it dies, stands in the log as well
    let errors = JobLog::path(registry.state_dir(), id);
    let mut file = log::append(&errors)?;
    let from = file
        .seek(SeekFrom::End(0))
        .context(Kind::Io, || format!("Cannot read {}", errors.display()))?;
    command
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file);
    // SAFETY: setsid is async-signal-safe, and nothing else happens between fork and exec.
    unsafe {
        command.pre_exec(|| {
            nix::unistd::setsid()?;
            Ok(())
        });
    }
    let mut child = command
        .spawn()
        .context(Kind::Internal, || "Cannot start the worker".into())?;
    let (sender, mut ended) = oneshot::channel();
    // somebody has to wait for it, or it stays as a zombie when it ends before this process
    std::thread::spawn(move || {
        let _ = sender.send(child.wait());
    });
    let deadline = Instant::now() + START;
    loop {
        if has_begun(registry, id, before)? {
            return Ok(());
        }
        match tokio::time::timeout(Duration::from_millis(10), &mut ended).await {
            Err(_) if Instant::now() < deadline => {}
            Err(_) => {
                return Err(Error::new(
                    Kind::Timeout,
                    format!(
                        "The worker of job {id} did not begin in {} seconds.",
                        START.as_secs()
                    ),
                )
                .hint(format!("Look at {}.", errors.display())));
            }
            // a quick job may be over before the first look
            Ok(_) if has_begun(registry, id, before)? => return Ok(()),
            Ok(status) => return Err(died(id, status.ok().and_then(|s| s.ok()), &errors, from)),
        }
    }
}

/// Asks for a job to be cancelled, and starts a worker that cleans up where none has the job.
pub async fn cancel(registry: &Registry, root: &Path, id: JobId) -> Result<()> {
    match engine::request_cancel(registry, id)? {
        CancelRequest::NeedsWorker => spawn(registry, root, id).await,
        CancelRequest::Asked(_) | CancelRequest::Cancelled => Ok(()),
    }
}

/// Makes a failed or interrupted job ready again, and starts its worker.
pub async fn resume(registry: &Registry, root: &Path, id: JobId) -> Result<()> {
    engine::prepare_resume(registry, id)?;
    spawn(registry, root, id).await
}

fn has_begun(registry: &Registry, id: JobId, before: i64) -> Result<bool> {
    let job = registry.job(id)?;
    Ok(job.token > before && job.state != JobState::Planned)
}

fn died(id: JobId, status: Option<ExitStatus>, errors: &Path, from: u64) -> Error {
    let said = last_words(errors, from).unwrap_or_default();
    let said = said.trim();
    let how = status.map_or_else(String::new, |status| format!(" ({status})"));
    let message = if said.is_empty() {
        format!("The worker of job {id} ended before it began{how}.")
    } else {
        format!("The worker of job {id} ended before it began{how}: {said}")
    };
    Error::internal(message).hint(format!("Try again with: matriz jobs resume {id}"))
}

fn last_words(path: &Path, from: u64) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(SAID).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
