//! How a worker is told to stop or to cancel.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::error::{Context, Kind, Result};

/// The two ways of ending a worker from outside.
#[derive(Debug, Clone)]
pub struct Signals {
    /// Stop now, and leave the job so that it can be resumed.
    pub stop: CancellationToken,
    /// Cancel the job: undo what it did.
    pub cancel: CancellationToken,
    pub(super) os: bool,
}

impl Signals {
    /// For a worker process: SIGTERM stops, SIGINT cancels, and SIGHUP does nothing, for a job goes
    /// on when its terminal closes.
    pub fn of_process() -> Signals {
        Signals {
            os: true,
            ..Signals::by_hand()
        }
    }

    /// For a job that runs inside another program: only the tokens, and the registry.
    pub fn by_hand() -> Signals {
        Signals {
            stop: CancellationToken::new(),
            cancel: CancellationToken::new(),
            os: false,
        }
    }

    /// Listens until the handle is dropped.
    pub(super) fn listen(&self) -> Result<Option<AbortOnDropHandle<()>>> {
        if !self.os {
            return Ok(None);
        }
        let mut term = on(SignalKind::terminate())?;
        let mut int = on(SignalKind::interrupt())?;
        let mut hup = on(SignalKind::hangup())?;
        let (stop, cancel) = (self.stop.clone(), self.cancel.clone());
        Ok(Some(AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = term.recv() => stop.cancel(),
                    _ = int.recv() => cancel.cancel(),
                    _ = hup.recv() => {}
                }
            }
        }))))
    }
}

fn on(kind: SignalKind) -> Result<Signal> {
    signal(kind).context(Kind::Internal, || "Cannot listen to signals".into())
}
