//! Long tasks: the service says "accepted", and is asked until it says "done".

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::provider::atlassian::{Atlassian, Result};
use crate::provider::http::{Cause, Failure};

/// How long a task may take, and how often it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub deadline: Duration,
    /// The first pause; it doubles up to `slowest`.
    pub fastest: Duration,
    pub slowest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            deadline: Duration::from_secs(30 * 60),
            fastest: Duration::from_millis(500),
            slowest: Duration::from_secs(5),
        }
    }
}

/// How far a task has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// 0 to 100.
    pub percent: u8,
    pub message: String,
}

/// Asks `look` until it gives a result, and tells the progress in between.
///
/// After the deadline the task may still go on at the service: it can be waited for again.
pub async fn until_done<T, F>(
    site: &Atlassian,
    patience: &Patience,
    what: &str,
    mut progress: impl FnMut(&Progress),
    look: impl Fn() -> F,
) -> Result<T>
where
    F: Future<Output = Result<std::result::Result<T, Progress>>>,
{
    let deadline = Instant::now() + patience.deadline;
    let mut pause = patience.fastest;
    loop {
        match look().await? {
            Ok(done) => return Ok(done),
            Err(so_far) => progress(&so_far),
        }
        if Instant::now() + pause > deadline {
            return Err(Failure::new(
                Cause::Timeout,
                format!(
                    "After {} s it is still not done: {what}.",
                    patience.deadline.as_secs()
                ),
            )
            .hint("The service goes on with it. Try again later."));
        }
        site.pause(pause).await?;
        pause = (pause * 2).min(patience.slowest);
    }
}
