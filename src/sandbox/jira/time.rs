//! Moments as Jira writes them.

use jiff::Timestamp;

/// `2026-03-01T12:00:00.000+0000`, from milliseconds since 1970.
pub fn jira_time(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}
