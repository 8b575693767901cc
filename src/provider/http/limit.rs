//! How many requests are under way to one host at the same time, and until when it wants none.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Called before a wait for a limit, so that a screen can say what is waited for.
pub type WaitObserver = Arc<dyn Fn(&LimitWait) + Send + Sync>;

/// A wait for a limit. Its `Display` is a line for a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitWait {
    pub service: &'static str,
    pub reason: LimitReason,
    pub pause: Duration,
}

/// Who asked for the wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitReason {
    /// The service refused with 429. The text is its `RateLimit-Reason`, such as
    /// `jira-burst-based`, where it gave one.
    Refused(Option<String>),
    /// Another request of ours was refused a moment ago, and this one keeps back too.
    KeptBack,
    /// Writes to one thing, the key of which stands here, are kept below the service's limit.
    OwnPace(String),
}

impl fmt::Display for LimitWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.pause.as_secs_f64();
        write!(
            f,
            "Waiting {seconds:.1} s for the limit of {}",
            self.service
        )?;
        match &self.reason {
            LimitReason::Refused(Some(reason)) => write!(f, " ({reason})"),
            LimitReason::OwnPace(key) => write!(f, " (writes to {key})"),
            LimitReason::Refused(None) | LimitReason::KeptBack => Ok(()),
        }
    }
}

/// A number of places for each host.
pub struct HostLimit {
    places: usize,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

/// One host's places.
pub struct Host {
    pub places: Semaphore,
    quiet_until: Mutex<Option<Instant>>,
}

impl HostLimit {
    pub fn new(places: usize) -> Self {
        HostLimit {
            places: places.max(1),
            hosts: Mutex::new(HashMap::new()),
        }
    }

    pub fn of(&self, host: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts
            .entry(host.to_owned())
            .or_insert_with(|| {
                Arc::new(Host {
                    places: Semaphore::new(self.places),
                    quiet_until: Mutex::new(None),
                })
            })
            .clone()
    }
}

impl Host {
    /// No request to this host before `until`.
    pub fn keep_quiet(&self, until: Instant) {
        let mut quiet = self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if quiet.is_none_or(|earlier| earlier < until) {
            *quiet = Some(until);
        }
    }

    /// How long to wait from `now` on before the next request to this host.
    pub fn pause(&self, now: Instant) -> Duration {
        let quiet = self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        quiet.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_quiet_wins_and_ends() {
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        let limit = HostLimit::new(2);
        limit.of("a").keep_quiet(after(5));
        limit.of("a").keep_quiet(after(1));
        assert_eq!(limit.of("a").pause(now), Duration::from_secs(5));
        assert_eq!(limit.of("b").pause(now), Duration::ZERO);
        assert_eq!(limit.of("a").pause(after(6)), Duration::ZERO);
    }

    #[test]
    fn a_wait_says_for_what() {
        let wait = |reason| LimitWait {
            service: "Jira",
            reason,
            pause: Duration::from_millis(1500),
        };
        assert_eq!(
            wait(LimitReason::Refused(Some("jira-burst-based".into()))).to_string(),
            "Waiting 1.5 s for the limit of Jira (jira-burst-based)"
        );
        assert_eq!(
            wait(LimitReason::OwnPace("PROJ-1".into())).to_string(),
            "Waiting 1.5 s for the limit of Jira (writes to PROJ-1)"
        );
    }
}
