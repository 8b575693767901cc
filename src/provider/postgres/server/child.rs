//! The server's process. One that has to end with us is started on a thread that lives exactly as
//! long as it does: the kernel ends it with that thread, whichever runtime asked for it. One that
//! outlived another supervisor is watched from outside.

use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::{oneshot, watch};

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::server::folder;

/// How often an adopted server is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// A running program.
#[derive(Debug)]
pub struct Running {
    pub pid: u32,
    ended: watch::Receiver<Option<Ended>>,
}

/// How a program ended; its status is known to its parent only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub status: Option<ExitStatus>,
}

impl Running {
    /// Starts it and watches it.
    pub async fn start(mut command: Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let (started, starting) = oneshot::channel::<std::io::Result<u32>>();
        let (tell, ended) = watch::channel(None);
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || match command.spawn() {
                Ok(child) => {
                    let _ = started.send(Ok(child.id()));
                    let _ = tell.send(Some(wait(child)));
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                }
            })
            .context(Kind::Internal, || "Cannot start a thread".into())?;
        let pid = starting
            .await
            .map_err(|_| Error::internal("The thread that starts Postgres ended."))?
            .context(Kind::Missing, || format!("Cannot start {program}"))?;
        Ok(Running { pid, ended })
    }

    /// Watches a server that another process started.
    pub fn adopt(pid: i32, data: &Path) -> Result<Self> {
        let number = u32::try_from(pid).map_err(|_| Error::internal("No such process."))?;
        let (tell, ended) = watch::channel(None);
        let data = data.to_owned();
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || {
                // only its parent is told of its end
                while folder::still_runs(pid, &data) {
                    thread::sleep(LOOK);
                }
                let _ = tell.send(Some(Ended { status: None }));
            })
            .context(Kind::Internal, || "Cannot start a thread".into())?;
        Ok(Running { pid: number, ended })
    }

    pub fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Waits until it ends.
    pub async fn ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(value) => value.unwrap_or(Ended { status: None }),
            Err(_) => Ended { status: None },
        }
    }

    /// Sends it a signal, unless it has ended: its number may be another's by then.
    pub fn signal(&self, signal: Signal) {
        if !self.has_ended()
            && let Ok(pid) = i32::try_from(self.pid)
        {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

fn wait(mut child: Child) -> Ended {
    Ended {
        status: child.wait().ok(),
    }
}
