//! One line of the log for each try.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::provider::http::request::{Answer, Request};

/// Called after each try, with nothing secret in it.
pub type Observer = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// Gets each answer whole, secrets and all: for whoever looks at its form and keeps nothing.
pub type AnswerObserver = Arc<dyn Fn(&Request, u16, &Answer) + Send + Sync>;

/// One try of one request. Its `Display` is the line for the log.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Also sent to the service, as `X-Request-Id`.
    pub request_id: String,
    pub service: &'static str,
    pub method: String,
    /// Without the query.
    pub path: String,
    /// From 1.
    pub attempt: u32,
    pub elapsed: Duration,
    /// `None` where no answer came.
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// Why it failed, redacted.
    pub failure: Option<String>,
    /// The service's `RateLimit-Reason`, where it gave one.
    pub limit: Option<String>,
    /// The pause before the next try.
    pub next_try_in: Option<Duration>,
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, ": {status}, {} bytes", self.bytes)?,
            None => write!(f, ": no answer")?,
        }
        write!(
            f,
            ", {} ms, request {}",
            self.elapsed.as_millis(),
            self.request_id
        )?;
        if self.attempt > 1 {
            write!(f, ", try {}", self.attempt)?;
        }
        if let Some(limit) = &self.limit {
            write!(f, ", limit {limit}")?;
        }
        if let Some(pause) = self.next_try_in {
            write!(f, ", next try in {:.1} s", pause.as_secs_f64())?;
        }
        Ok(())
    }
}
