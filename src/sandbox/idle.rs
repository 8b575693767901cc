//! When the sandbox has been without use for long enough.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What counts as use, as seen at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// When the API was last called, in milliseconds since 1970.
    pub api_ms: i64,
    /// When somebody last asked it to go on, likewise.
    pub kept_alive_ms: i64,
    /// Clients of the databases, or work of its own: in use now.
    pub busy: bool,
}

/// Keeps the time of the last use.
#[derive(Debug)]
pub struct Idle {
    limit: Duration,
    last_ms: i64,
}

impl Idle {
    pub fn new(limit: Duration, now_ms: i64) -> Self {
        Idle {
            limit,
            last_ms: now_ms,
        }
    }

    /// Takes an observation in; true if it's time to stop.
    pub fn is_over(&mut self, seen: Seen, now_ms: i64) -> bool {
        self.last_ms = self.last_ms.max(seen.api_ms).max(seen.kept_alive_ms);
        if seen.busy {
            self.last_ms = now_ms;
        }
        // A clock that was set back must not keep it alive for good.
        self.last_ms = self.last_ms.min(now_ms);
        let idle = u128::try_from(now_ms - self.last_ms).unwrap_or(0);
        idle >= self.limit.as_millis()
    }

    /// How often to look.
    pub fn interval(&self) -> Duration {
        (self.limit / 4).clamp(Duration::from_millis(50), Duration::from_secs(20))
    }
}

pub fn now_ms() -> i64 {
    millis(SystemTime::now())
}

/// When a file was last written, in milliseconds since 1970; 0 if it isn't there.
pub fn touched_ms(path: &Path) -> i64 {
    std::fs::metadata(path)
        .and_then(|meta| meta.modified())
        .map_or(0, millis)
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle() -> Idle {
        Idle::new(Duration::from_millis(100), 1000)
    }

    #[test]
    fn each_kind_of_use_puts_it_off() {
        let api = Seen {
            api_ms: 1050,
            ..Seen::default()
        };
        let kept = Seen {
            kept_alive_ms: 1050,
            ..Seen::default()
        };
        let busy = Seen {
            busy: true,
            ..Seen::default()
        };
        assert!(idle().is_over(Seen::default(), 1100));
        assert!(!idle().is_over(api, 1149));
        assert!(idle().is_over(api, 1150));
        assert!(!idle().is_over(kept, 1149));
        let mut used = idle();
        assert!(!used.is_over(busy, 5000));
        assert!(!used.is_over(Seen::default(), 5099));
        assert!(used.is_over(Seen::default(), 5100));
    }

    #[test]
    fn a_clock_set_back_doesn_t_keep_it_alive() {
        let mut idle = idle();
        let future = Seen {
            api_ms: 1_000_000,
            ..Seen::default()
        };
        assert!(!idle.is_over(future, 1000));
        assert!(idle.is_over(Seen::default(), 1100));
    }
}
