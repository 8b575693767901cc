//! A limit of writes to one thing: Jira Cloud accepts 20 writes in 2 seconds and 100 in 30 seconds
//! to one issue, from all callers together (Atlassian's rate limiting page, 2026). Keeping below it
//! is faster than being refused.
//!
//! [`Writes`] is a value: it is asked with the time, and answers when the write may go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// At most `writes` within `span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub writes: usize,
    pub span: Duration,
}

/// What a request writes to, and the limits of that.
#[derive(Debug, Clone)]
pub struct WriteKey {
    /// One form for one thing: always the id, or always the key.
    pub key: String,
    pub rules: &'static [Rule],
}

/// The writes of one key that were allowed lately, the newest last.
#[derive(Debug, Clone, Default)]
pub struct Writes {
    moments: VecDeque<Instant>,
    /// The service refused a write: none before this.
    quiet_until: Option<Instant>,
}

impl Writes {
    /// When the next write may go, at `now` or later. It counts from then on.
    pub fn reserve(&mut self, now: Instant, rules: &[Rule]) -> Instant {
        let last = self.moments.back().copied().unwrap_or(now);
        let mut moment = last.max(now).max(self.quiet_until.unwrap_or(now));
        for rule in rules {
            let before = self.moments.len().checked_sub(rule.writes.max(1));
            if let Some(earlier) = before.and_then(|index| self.moments.get(index)) {
                moment = moment.max(*earlier + rule.span);
            }
        }
        self.moments.push_back(moment);
        let most = rules.iter().map(|r| r.writes.max(1)).max().unwrap_or(0);
        while self.moments.len() > most {
            self.moments.pop_front();
        }
        moment
    }

    /// The service refused a write all the same (others write too): none before `until`.
    pub fn keep_quiet(&mut self, until: Instant) {
        self.quiet_until = self.quiet_until.max(Some(until));
    }

    /// Has everything that is remembered lost its meaning?
    fn is_over(&self, now: Instant) -> bool {
        let last = self.moments.back().copied().max(self.quiet_until);
        last.is_none_or(|last| last + LONGEST < now)
    }
}

/// No rule looks back further than this.
const LONGEST: Duration = Duration::from_secs(60);
/// From this many keys on, those that are over are forgotten.
const MANY: usize = 1024;

/// The writes of all keys.
#[derive(Default)]
pub(super) struct AllWrites {
    keys: Mutex<Keys>,
}

#[derive(Default)]
struct Keys {
    writes: HashMap<String, Writes>,
    /// The number of keys at which to look for old ones again.
    sweep_at: usize,
}

impl AllWrites {
    /// How long to wait from `now` on before a write to `key`.
    pub fn reserve(&self, key: &WriteKey, now: Instant) -> Duration {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.writes.len() >= keys.sweep_at.max(MANY) {
            keys.writes.retain(|_, writes| !writes.is_over(now));
            keys.sweep_at = keys.writes.len() * 2;
        }
        keys.writes
            .entry(key.key.clone())
            .or_default()
            .reserve(now, key.rules)
            .duration_since(now)
    }

    /// No write to `key` before `until`.
    pub fn keep_quiet(&self, key: &WriteKey, until: Instant) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let writes = keys.writes.entry(key.key.clone()).or_default();
        writes.keep_quiet(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: &[Rule] = &[
        Rule {
            writes: 20,
            span: Duration::from_secs(2),
        },
        Rule {
            writes: 100,
            span: Duration::from_secs(30),
        },
    ];

    #[test]
    fn a_burst_goes_at_once_and_the_rest_as_fast_as_allowed() {
        let start = Instant::now();
        let mut writes = Writes::default();
        let mut at = Vec::new();
        for _ in 0..101 {
            at.push((writes.reserve(start, RULES) - start).as_secs());
        }
        assert_eq!(at[19], 0);
        assert_eq!(at[20], 2);
        assert_eq!(at[99], 8);
        assert_eq!(at[100], 30);
    }

    #[test]
    fn keys_do_not_wait_for_each_other() {
        let all = AllWrites::default();
        let key = |name: &str| WriteKey {
            key: name.into(),
            rules: RULES,
        };
        let now = Instant::now();
        for _ in 0..20 {
            assert_eq!(all.reserve(&key("A"), now), Duration::ZERO);
        }
        assert_eq!(all.reserve(&key("A"), now), Duration::from_secs(2));
        assert_eq!(all.reserve(&key("B"), now), Duration::ZERO);
        let later = now + Duration::from_secs(2);
        assert_eq!(all.reserve(&key("A"), later), Duration::ZERO);
    }

    #[test]
    fn a_refused_key_keeps_quiet_as_long_as_it_was_told() {
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        let mut writes = Writes::default();
        assert_eq!(writes.reserve(now, RULES), now);
        writes.keep_quiet(after(7));
        writes.keep_quiet(after(3));
        assert_eq!(writes.reserve(now, RULES), after(7));
        assert_eq!(writes.reserve(after(9), RULES), after(9));
    }

    #[test]
    fn old_keys_are_forgotten() {
        let all = AllWrites::default();
        let mut now = Instant::now();
        for n in 0..MANY * 3 {
            let name = n.to_string();
            let key = WriteKey {
                key: name,
                rules: RULES,
            };
            all.reserve(&key, now);
            now += Duration::from_secs(1);
        }
        assert!(all.keys.lock().unwrap().writes.len() <= MANY);
    }

    proptest! {
        #[test]
        fn no_span_ever_holds_more_than_its_rule_allows(
            gaps in prop::collection::vec(0u64..900, 1..400)
        ) {
            let start = Instant::now();
            let mut now = start;
            let mut writes = Writes::default();
            let mut at = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                let moment = writes.reserve(now, RULES);
                prop_assert!(moment >= now);
                at.push(moment);
                // the caller waits until then
                now = moment;
            }
            for rule in RULES {
                for pair in at.windows(rule.writes + 1) {
                    prop_assert!(pair[rule.writes] - pair[0] >= rule.span);
                }
            }
        }
    }
}
