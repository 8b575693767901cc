//! So many requests a minute to one operation on one project or organization.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue};

const WINDOW: Duration = Duration::from_secs(60);
/// Above this many windows, those that are over are forgotten.
const MANY: usize = 2000;

pub struct Limits {
    per_minute: u32,
    windows: Mutex<HashMap<String, Window>>,
}

struct Window {
    started: Instant,
    used: u32,
}

/// Where a request stands in its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub allowed: bool,
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset: u64,
}

impl Limits {
    pub fn new(per_minute: u32) -> Self {
        Limits {
            per_minute,
            windows: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one place in the window of `key`. Without a limit (0) there is always one.
    pub fn take(&self, key: String, now: Instant) -> Place {
        let limit = if self.per_minute == 0 {
            u32::MAX
        } else {
            self.per_minute
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > MANY {
            windows.retain(|_, w| now.duration_since(w.started) < WINDOW);
        }
        let window = windows.entry(key).or_insert(Window {
            started: now,
            used: 0,
        });
        if now.duration_since(window.started) >= WINDOW {
            *window = Window {
                started: now,
                used: 0,
            };
        }
        let allowed = window.used < limit;
        if allowed {
            window.used += 1;
        }
        let left = WINDOW.saturating_sub(now.duration_since(window.started));
        Place {
            allowed,
            limit,
            remaining: limit.saturating_sub(window.used),
            reset: left.as_secs_f64().ceil() as u64,
        }
    }
}

impl Place {
    pub fn write(&self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.reset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lets_so_many_through_and_opens_again() {
        let limits = Limits::new(2);
        let start = Instant::now();
        let take = |key: &str, after| {
            limits
                .take(key.into(), start + Duration::from_secs(after))
                .allowed
        };
        assert!(take("a", 0) && take("a", 1));
        assert!(!take("a", 30));
        assert!(take("b", 30), "another operation has its own window");
        assert!(take("a", 60));
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let limits = Limits::new(0);
        assert!((0..1000).all(|_| limits.take("a".into(), Instant::now()).allowed));
    }
}
