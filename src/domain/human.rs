//! Figures as people read them: short, one unit, never jumping in width more than they must.

use jiff::Timestamp;

use super::progress::Unit;

/// `0 B`, `912 B`, `48 MB`, `1.2 GB`: powers of 1000, one digit after the point below 10.
pub fn bytes(n: u64) -> String {
    scaled(n, &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// `950`, `1.2 k`, `31 M`.
pub fn count(n: u64) -> String {
    scaled(n, &["", "k", "M", "G", "T", "P", "E"])
        .trim_end()
        .to_owned()
}

fn scaled(n: u64, units: &[&str]) -> String {
    let mut value = n as f64;
    let mut unit = 0;
    // 999.5 would print as "1000"
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {}", units[unit])
    } else {
        format!("{value:.1} {}", units[unit])
    }
}

/// An amount with its unit: `31 MB`, `1.2 M rows`, `17 tables`.
pub fn amount(n: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => bytes(n),
        Unit::Rows => format!("{} {}", count(n), plural(n, "row", "rows")),
        Unit::Objects => format!("{} {}", count(n), plural(n, "object", "objects")),
        Unit::Tables => format!("{} {}", count(n), plural(n, "table", "tables")),
        Unit::Seconds => seconds(n as f64),
        Unit::Items => count(n),
    }
}

pub fn plural<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// A length of time: `0.3 s`, `9 s`, `4 m`, `2 h 10 m`, `12 d`.
pub fn seconds(s: f64) -> String {
    if !s.is_finite() || s < 0.0 {
        return "–".into();
    }
    let whole = s.round() as u64;
    match whole {
        _ if s < 9.95 => format!("{s:.1} s"),
        0..60 => format!("{whole} s"),
        60..3600 => match (whole / 60, whole % 60) {
            (m, 0) => format!("{m} m"),
            (m, s) if m < 10 => format!("{m} m {s} s"),
            (m, _) => format!("{m} m"),
        },
        3600..86400 => match (whole / 3600, whole % 3600 / 60) {
            (h, 0) => format!("{h} h"),
            (h, m) => format!("{h} h {m} m"),
        },
        _ => format!("{} d", whole / 86400),
    }
}

/// How long ago, in one unit: `now`, `40 s`, `2 m`, `3 h`, `12 d`.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let s = now.as_second().saturating_sub(then.as_second());
    match s {
        i64::MIN..5 => "now".into(),
        5..60 => format!("{s} s"),
        60..3600 => format!("{} m", s / 60),
        3600..86400 => format!("{} h", s / 3600),
        _ => format!("{} d", s / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_one_unit() {
        let all: Vec<String> = [
            0,
            912,
            1000,
            9_949,
            9_950,
            48_000_000,
            999_499,
            999_500,
            u64::MAX,
        ]
        .into_iter()
        .map(bytes)
        .collect();
        assert_eq!(
            all,
            [
                "0 B", "912 B", "1.0 kB", "9.9 kB", "10 kB", "48 MB", "999 kB", "1.0 MB", "18 EB"
            ]
        );
    }

    #[test]
    fn times_are_short() {
        let all: Vec<String> = [
            0.04,
            9.0,
            9.96,
            59.6,
            61.0,
            600.0,
            3600.0,
            7800.0,
            90_000.0,
            f64::NAN,
        ]
        .into_iter()
        .map(seconds)
        .collect();
        assert_eq!(
            all,
            [
                "0.0 s", "9.0 s", "10 s", "1 m", "1 m 1 s", "10 m", "1 h", "2 h 10 m", "1 d", "–"
            ]
        );
    }

    #[test]
    fn amounts_name_their_unit() {
        assert_eq!(amount(1, Unit::Rows), "1 row");
        assert_eq!(amount(1_200_000, Unit::Rows), "1.2 M rows");
        assert_eq!(amount(17, Unit::Tables), "17 tables");
    }
}
