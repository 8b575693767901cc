//! When to ask again, and how long to wait before.
//!
//! Exponential backoff with full jitter: before the n-th repetition a time drawn evenly from
//! 0 to `base × 2ⁿ`, at most `longest`. A service that says how long to wait is obeyed. A 429
//! that doesn't say so (a gateway's) is answered with four times `base`, doubled each time, times
//! 0.7 to 1.3, as Atlassian advises.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::provider::http::failure::{Cause, Failure};
use crate::provider::http::request::Repeat;

/// How often and how patiently requests are repeated.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Tries altogether, the first included.
    pub tries: u32,
    pub base: Duration,
    pub longest: Duration,
    /// A service that asks for a longer pause than this gets no other try.
    pub patience: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff {
            tries: 5,
            base: Duration::from_millis(250),
            longest: Duration::from_secs(20),
            patience: Duration::from_secs(90),
        }
    }
}

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Ask again after this time.
    Again(Duration),
    GiveUp,
}

impl Backoff {
    /// Decides after the failed try number `attempt` (from 1). `asked` is the pause that the
    /// service asked for; `chance` is a number from 0 to 1.
    pub fn after(
        &self,
        attempt: u32,
        failure: &Failure,
        repeat: Repeat,
        asked: Option<Duration>,
        chance: f64,
    ) -> Wait {
        if attempt >= self.tries || !may_repeat(failure, repeat) {
            return Wait::GiveUp;
        }
        if let Some(asked) = asked {
            if asked > self.patience {
                return Wait::GiveUp;
            }
            // A little later than asked, so that many clients don't come back at once.
            return Wait::Again(asked + self.base.mul_f64(chance.clamp(0.0, 1.0)));
        }
        let factor = 2u32.saturating_pow(attempt.saturating_sub(1).min(16));
        if failure.cause == Cause::Status(429) {
            let pause = self.base.saturating_mul(factor.saturating_mul(4));
            let jitter = 0.7 + 0.6 * chance.clamp(0.0, 1.0);
            return Wait::Again(pause.min(self.longest).mul_f64(jitter));
        }
        let cap = self.base.saturating_mul(factor).min(self.longest);
        Wait::Again(cap.mul_f64(chance.clamp(0.0, 1.0)))
    }
}

fn may_repeat(failure: &Failure, repeat: Repeat) -> bool {
    match failure.cause {
        // Nothing was done: repeating is safe whatever was asked.
        Cause::Unreachable | Cause::Status(429) => true,
        Cause::Broken | Cause::Timeout | Cause::Malformed => repeat == Repeat::Safe,
        Cause::Status(status) => {
            repeat == Repeat::Safe
                && matches!(status, 408 | 500 | 502 | 503 | 504 | 520..=530 | 544)
        }
        Cause::TooLarge | Cause::Cancelled | Cause::Setup => false,
    }
}

/// The pause that the service asks for: `Retry-After` (seconds or a date), else, after a 429,
/// `X-RateLimit-Reset`, which Supabase gives in seconds from now, others as a moment.
pub fn asked_pause(
    status: u16,
    headers: &BTreeMap<String, String>,
    now: Timestamp,
) -> Option<Duration> {
    if let Some(text) = headers.get("retry-after") {
        return seconds(text).or_else(|| until(text, now));
    }
    if status != 429 {
        return None;
    }
    let text = headers.get("x-ratelimit-reset")?;
    seconds(text).or_else(|| until(text, now))
}

/// Numbers above this are moments (seconds since 1970), not spans.
const LONGEST_SPAN: f64 = 1e8;

fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.trim().parse().ok()?;
    (number.is_finite() && (0.0..LONGEST_SPAN).contains(&number))
        .then(|| Duration::from_secs_f64(number))
}

fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let moment = text
        .parse::<i64>()
        .ok()
        .and_then(|s| Timestamp::from_second(s).ok())
        .or_else(|| text.parse::<Timestamp>().ok())
        .or_else(|| {
            jiff::fmt::rfc2822::parse(text)
                .ok()
                .map(|zoned| zoned.timestamp())
        })?;
    Some(Duration::try_from(moment.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(cause: Cause) -> Failure {
        Failure::new(cause, "x")
    }

    #[test]
    fn a_harmful_request_is_repeated_only_when_it_had_no_effect() {
        let backoff = Backoff::default();
        let go =
            |cause, repeat| backoff.after(1, &failed(cause), repeat, None, 0.5) != Wait::GiveUp;
        for cause in [Cause::Unreachable, Cause::Status(429)] {
            assert!(go(cause, Repeat::Harmful), "{cause:?}");
        }
        for cause in [
            Cause::Broken,
            Cause::Timeout,
            Cause::Status(503),
            Cause::Malformed,
        ] {
            assert!(!go(cause, Repeat::Harmful), "{cause:?}");
            assert!(go(cause, Repeat::Safe), "{cause:?}");
        }
        for cause in [
            Cause::Status(400),
            Cause::Status(401),
            Cause::Cancelled,
            Cause::TooLarge,
        ] {
            assert!(!go(cause, Repeat::Safe), "{cause:?}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_tries_end() {
        let backoff = Backoff {
            tries: 4,
            base: Duration::from_millis(100),
            longest: Duration::from_millis(300),
            ..Backoff::default()
        };
        let pause = |n| backoff.after(n, &failed(Cause::Broken), Repeat::Safe, None, 1.0);
        assert_eq!(pause(1), Wait::Again(Duration::from_millis(100)));
        assert_eq!(pause(2), Wait::Again(Duration::from_millis(200)));
        assert_eq!(pause(3), Wait::Again(Duration::from_millis(300)));
        assert_eq!(pause(4), Wait::GiveUp);
    }

    #[test]
    fn a_limit_without_a_time_doubles_around_itself() {
        let backoff = Backoff::default();
        let pause = |attempt, chance| {
            backoff.after(
                attempt,
                &failed(Cause::Status(429)),
                Repeat::Harmful,
                None,
                chance,
            )
        };
        assert_eq!(pause(1, 0.0), Wait::Again(Duration::from_millis(700)));
        assert_eq!(pause(1, 1.0), Wait::Again(Duration::from_millis(1300)));
        assert_eq!(pause(3, 0.5), Wait::Again(Duration::from_millis(4000)));
        assert_eq!(pause(5, 0.5), Wait::GiveUp);
    }

    #[test]
    fn the_service_is_obeyed_within_patience() {
        let backoff = Backoff::default();
        let asked = |s| {
            backoff.after(
                1,
                &failed(Cause::Status(429)),
                Repeat::Safe,
                Some(Duration::from_secs(s)),
                0.0,
            )
        };
        assert_eq!(asked(7), Wait::Again(Duration::from_secs(7)));
        assert_eq!(asked(3600), Wait::GiveUp);
    }

    #[test]
    fn pauses_are_read_in_every_form() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let read = |status, name: &str, value: &str| {
            asked_pause(
                status,
                &BTreeMap::from([(name.to_owned(), value.to_owned())]),
                now,
            )
        };
        assert_eq!(read(503, "retry-after", "3"), Some(Duration::from_secs(3)));
        assert_eq!(
            read(503, "retry-after", "Thu, 01 Jan 2026 00:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(
            read(429, "x-ratelimit-reset", "42"),
            Some(Duration::from_secs(42))
        );
        assert_eq!(
            read(429, "x-ratelimit-reset", "2026-01-01T00:00:05Z"),
            Some(Duration::from_secs(5))
        );
        assert_eq!(read(200, "x-ratelimit-reset", "42"), None);
        assert_eq!(read(429, "retry-after", "soon"), None);
    }
}
