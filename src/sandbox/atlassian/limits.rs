//! How many requests a second to an operation, and how many writes to one issue.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue};

use crate::sandbox::api::{now_ms, rfc3339};
use crate::sandbox::atlassian::options::AtlassianOptions;

/// Above this many windows, those that are over are forgotten.
const MANY: usize = 4000;

pub struct Limits {
    reads: u32,
    writes: u32,
    issue: [(u32, Duration); 2],
    windows: Mutex<HashMap<String, VecDeque<Instant>>>,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How long to wait and which limit it is, where the request is one too many.
    pub refused: Option<(Duration, &'static str)>,
    pub limit: u32,
    pub remaining: u32,
}

impl Limits {
    pub fn new(options: &AtlassianOptions) -> Self {
        Limits {
            reads: options.reads_per_second,
            writes: options.writes_per_second,
            issue: [
                (options.issue_writes_per_2_s, Duration::from_secs(2)),
                (options.issue_writes_per_30_s, Duration::from_secs(30)),
            ],
            windows: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one place for an operation, and one for a write to `issue` where it's one.
    pub fn take(&self, method: &str, pattern: &str, issue: Option<&str>, now: Instant) -> Place {
        let burst = match method {
            "PUT" | "DELETE" => self.writes,
            _ => self.reads,
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > MANY {
            let longest = Duration::from_secs(30);
            windows.retain(|_, w| {
                w.back()
                    .is_some_and(|last| now.duration_since(*last) < longest)
            });
        }
        let mut checks = vec![(
            format!("{method} {pattern}"),
            vec![(burst, Duration::from_secs(1))],
            "jira-burst-based",
        )];
        if let Some(issue) = issue {
            checks.push((
                format!("issue {issue}"),
                self.issue.to_vec(),
                "jira-per-issue-on-write",
            ));
        }
        let mut place = Place {
            refused: None,
            limit: burst,
            remaining: burst,
        };
        for (key, limits, reason) in &checks {
            let longest = limits.iter().map(|(_, span)| *span).max();
            let window = windows.entry(key.clone()).or_default();
            while window
                .front()
                .is_some_and(|at| Some(now.duration_since(*at)) >= longest)
            {
                window.pop_front();
            }
            for (limit, span) in limits.iter().filter(|(limit, _)| *limit > 0) {
                let inside = window.iter().filter(|at| now.duration_since(**at) < *span);
                let used = inside.clone().count();
                let left = (*limit as usize).saturating_sub(used);
                if left == 0 && place.refused.is_none() {
                    let first = inside.clone().next().copied().unwrap_or(now);
                    let wait = span.saturating_sub(now.duration_since(first));
                    place.refused = Some((wait, *reason));
                }
                if left.saturating_sub(1) < place.remaining as usize || place.limit == 0 {
                    place.limit = *limit;
                    place.remaining = u32::try_from(left.saturating_sub(1)).unwrap_or(u32::MAX);
                }
            }
        }
        // A refused request takes no place.
        if place.refused.is_none() {
            for (key, ..) in checks {
                windows.entry(key).or_default().push_back(now);
            }
        }
        place
    }
}

impl Place {
    /// `X-RateLimit-*`, and where it's refused `Retry-After` (whole seconds) and
    /// `RateLimit-Reason`.
    pub fn write(&self, headers: &mut HeaderMap) {
        if self.limit > 0 {
            headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
            headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
            let near = self.remaining < self.limit / 5;
            headers.insert(
                "x-ratelimit-nearlimit",
                HeaderValue::from_static(if near { "true" } else { "false" }),
            );
        }
        let Some((wait, reason)) = self.refused else {
            return;
        };
        let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
        headers.insert("retry-after", HeaderValue::from(seconds));
        headers.insert("ratelimit-reason", HeaderValue::from_static(reason));
        let wait = i64::try_from(wait.as_millis()).unwrap_or(0);
        if let Ok(at) = HeaderValue::from_str(&rfc3339(now_ms() + wait)) {
            headers.insert("x-ratelimit-reset", at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_issue_takes_so_many_writes_and_others_go_on() {
        let limits = Limits::new(&AtlassianOptions {
            issue_writes_per_2_s: 2,
            issue_writes_per_30_s: 3,
            ..AtlassianOptions::default()
        });
        let start = Instant::now();
        let take = |issue: &str, ms| {
            let now = start + Duration::from_millis(ms);
            limits
                .take("POST", "/comment", Some(issue), now)
                .refused
                .map(|(wait, reason)| (wait.as_millis(), reason))
        };
        assert_eq!(take("1", 0), None);
        assert_eq!(take("1", 100), None);
        let reason = "jira-per-issue-on-write";
        assert_eq!(take("1", 200), Some((1800, reason)));
        assert_eq!(take("2", 200), None);
        assert_eq!(take("1", 2000), None);
        assert_eq!(take("1", 5000), Some((25_000, reason)));
        assert_eq!(take("1", 30_000), None);
    }

    #[test]
    fn a_burst_is_an_operations_own_and_without_limits_nothing_is_refused() {
        let options = AtlassianOptions {
            reads_per_second: 2,
            ..AtlassianOptions::default()
        };
        let limits = Limits::new(&options);
        let now = Instant::now();
        let take = |pattern: &str| limits.take("GET", pattern, None, now).refused.is_none();
        assert!(take("/a") && take("/a") && !take("/a") && take("/b"));
        let none = Limits::new(&options.unlimited());
        assert!((0..1000).all(|_| none.take("GET", "/a", Some("1"), now).refused.is_none()));
    }
}
