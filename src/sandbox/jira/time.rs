//! Moments as Jira writes them.

use jiff::Timestamp;

/// `2026-03-01T12:00:00.000+0000`, from milliseconds since 1970.
pub fn jira_time(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// Milliseconds since 1970 of a moment in a query: `2026-03-01`, `2026/03/01 12:00`, `-3d`,
/// `now()`.
pub fn parse_time(text: &str) -> Option<i64> {
    let now = crate::sandbox::api::now_ms();
    if text == "now()" {
        return Some(now);
    }
    if let Some(unit) = text.strip_prefix('-').and_then(|t| t.chars().last()) {
        let number: i64 = text.get(1..text.len() - unit.len_utf8())?.parse().ok()?;
        let size = match unit {
            'w' => 7 * 24 * 60,
            'd' => 24 * 60,
            'h' => 60,
            'm' => 1,
            _ => return None,
        };
        return Some(now - number.checked_mul(size * 60_000)?);
    }
    let text = text.replace('/', "-").replace(' ', "T");
    let moment = match text.parse::<jiff::civil::DateTime>() {
        Ok(moment) => moment,
        Err(_) => text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0),
    };
    let moment = jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()?;
    Some(moment.as_millisecond())
}
