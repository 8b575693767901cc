//! The server's process: started on a thread that lives exactly as long as it does, so that the
//! kernel ends it with us, whichever thread or runtime asked for it.

use std::process::{Child, Command, ExitStatus};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::{oneshot, watch};

use crate::error::{Context, Error, Kind, Result};

/// A running program.
#[derive(Debug)]
pub struct Running {
    pub pid: u32,
    ended: watch::Receiver<Option<Ended>>,
}

/// How a program ended.
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
