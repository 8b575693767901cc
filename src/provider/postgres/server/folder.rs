//! The server's data folder: making it, checking its version, and clearing away what a server that
//! was killed left in it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::Instant;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::server::run_as::RunAs;
use crate::provider::postgres::tools::{Postgres, Tool};

/// The superuser of a private cluster, named as on Supabase.
pub const SUPERUSER: &str = "supabase_admin";

/// The major version that made this folder, or `None` if there is no cluster in it.
pub fn major(data: &Path) -> Option<u32> {
    let text = fs::read_to_string(data.join("PG_VERSION")).ok()?;
    text.trim().parse().ok()
}

/// Makes the cluster unless it's there; refuses one of another major version.
pub async fn prepare(
    postgres: &Postgres,
    data: &Path,
    password: &str,
    durable: bool,
    run_as: RunAs,
) -> Result<()> {
    let ours = postgres.version.major;
    match major(data) {
        Some(theirs) if theirs == ours => return Ok(()),
        Some(theirs) => {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "The databases in {} were made by Postgres {theirs}, and this one is {ours}.",
                    data.display()
                ),
            )
            .hint(format!(
                "Install Postgres {theirs} again, or start afresh with: matriz sandbox reset"
            )));
        }
        None => {}
    }
    let failed = || format!("Cannot make the folder {}", data.display());
    // Made aside and renamed, so that half a cluster is never taken for one.
    let making = data.with_extension("making");
    if making.exists() {
        fs::remove_dir_all(&making).context(Kind::Io, failed)?;
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&making)
        .context(Kind::Io, failed)?;
    run_as.give(&making)?;
    initdb(postgres, &making, password, durable, run_as).await?;
    if data.exists() {
        fs::remove_dir(data).context(Kind::Io, failed)?;
    }
    fs::rename(&making, data).context(Kind::Io, failed)
}

async fn initdb(
    postgres: &Postgres,
    data: &Path,
    password: &str,
    durable: bool,
    run_as: RunAs,
) -> Result<()> {
    let locales: &[&[&str]] = if postgres.version.major >= 17 {
        &[&[
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]]
    } else {
        // Not every system has C.UTF-8.
        &[&["--locale=C.UTF-8"], &["--locale=C"]]
    };
    let mut words = String::new();
    for locale in locales {
        let secret = PasswordFile::write(data, password, run_as)?;
        let mut command = Command::new(postgres.path(Tool::Initdb));
        command
            .arg("--pgdata")
            .arg(data)
            .arg(format!("--username={SUPERUSER}"))
            .arg(format!("--pwfile={}", secret.0.display()))
            .args([
                "--encoding=UTF8",
                "--auth=scram-sha-256",
                "--no-instructions",
            ])
            .args(*locale)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if !durable {
            command.arg("--no-sync");
        }
        run_as.prepare(&mut command, Some(Signal::SIGKILL as i32));
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .context(Kind::Internal, || "Cannot run initdb".into())?
            .context(Kind::Missing, || "Cannot start initdb".into())?;
        if output.status.success() {
            return Ok(());
        }
        words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    }
    let line = words
        .lines()
        .rfind(|line| line.contains("error"))
        .unwrap_or(&words)
        .to_owned();
    Err(Error::new(
        Kind::Database,
        format!(
            "Postgres could not make its data folder {}: {line}",
            data.display()
        ),
    ))
}

/// initdb reads the superuser's password from a file; it is gone when this value is.
struct PasswordFile(PathBuf);

impl PasswordFile {
    fn write(data: &Path, password: &str, run_as: RunAs) -> Result<Self> {
        let path = data.with_extension("password");
        let failed = || format!("Cannot write {}", path.display());
        let _ = fs::remove_file(&path);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .context(Kind::Io, failed)?;
        file.write_all(password.as_bytes())
            .context(Kind::Io, failed)?;
        run_as.give(&path)?;
        Ok(PasswordFile(path))
    }
}

impl Drop for PasswordFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A server that runs on a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    pub pid: i32,
    pub port: u16,
    /// It takes connections.
    pub ready: bool,
}

/// The server that runs on this folder, as its `postmaster.pid` says (the lines: process, folder,
/// start, port, socket, address, memory, status).
pub fn live(data: &Path) -> Option<Live> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let line = |n: usize| text.lines().nth(n).unwrap_or_default().trim();
    let pid = line(0).parse::<i32>().ok().filter(|pid| *pid > 1)?;
    is_server_of(pid, data).then(|| Live {
        pid,
        port: line(3).parse().unwrap_or(0),
        ready: line(7) == "ready",
    })
}

/// Whether a server that was [`live`] still is; quick enough to be asked often.
pub fn still_runs(pid: i32, data: &Path) -> bool {
    let there = kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH);
    // where nobody takes note of its end its number stays, without a command line
    there && (!cfg!(target_os = "linux") || is_server_of(pid, data))
}

/// Ends a server that still runs on this folder (its supervisor was killed), and removes a
/// `postmaster.pid` whose process is gone or is another program by now. True if one ran.
pub async fn clear_stale(data: &Path) -> Result<bool> {
    let server = live(data);
    if let Some(server) = server {
        end(server.pid, data).await?;
    }
    let file = data.join("postmaster.pid");
    match fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context(Kind::Io, || format!("Cannot remove {}", file.display()))
        }
        _ => Ok(server.is_some()),
    }
}

/// Fast shutdown, then immediate: both leave a folder that recovers. The first writes out, file by
/// file, what was changed; cut short, that work would be done again at the next start, and more.
async fn end(pid: i32, data: &Path) -> Result<()> {
    for (signal, patience) in [
        (Signal::SIGINT, 120),
        (Signal::SIGQUIT, 10),
        (Signal::SIGKILL, 5),
    ] {
        let _ = kill(Pid::from_raw(pid), signal);
        let deadline = Instant::now() + Duration::from_secs(patience);
        while Instant::now() < deadline {
            if !still_runs(pid, data) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Err(Error::new(
        Kind::Conflict,
        format!(
            "A Postgres server (process {pid}) still runs on {} and doesn't end.",
            data.display()
        ),
    ))
}

/// Whether this process is a Postgres server on this folder, by its command line.
fn is_server_of(pid: i32, data: &Path) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok().or_else(|| {
        let mut command = Command::new("ps");
        command.args(["-o", "command=", "-p", &pid.to_string()]);
        command.output().ok().map(|output| output.stdout)
    });
    let line = String::from_utf8_lossy(&line.unwrap_or_default()).into_owned();
    line.contains("postgres") && line.contains(&*data.to_string_lossy())
}
