//! The machine's time zone, from one file.
//!
//! The library's own look-up goes through the whole folder of zones to find the zone's name, which
//! takes most of the time that a first frame may take. The name isn't shown anywhere.

use jiff::tz::TimeZone;

const FILE: &str = "/etc/localtime";

/// What `TZ` says, else the system's zone, else UTC.
pub fn local() -> TimeZone {
    if std::env::var_os("TZ").is_some() {
        return TimeZone::system();
    }
    std::fs::read(FILE)
        .ok()
        .and_then(|bytes| TimeZone::tzif("local", &bytes).ok())
        .unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn it_tells_the_same_time_as_the_library() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let ours = local().to_datetime(at);
        assert_eq!(ours, TimeZone::system().to_datetime(at));
    }
}
