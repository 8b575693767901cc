//! Durations as people write them for work: `1w 2d 3h 30m`, with days of 8 hours and weeks of 5
//! days.

use serde_json::{Value, json};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 8 * HOUR;
const WEEK: i64 = 5 * DAY;

/// Seconds; nothing where it isn't a duration.
pub fn seconds(text: &str) -> Option<i64> {
    let mut total = 0;
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    for word in words {
        let unit = match word.chars().last()? {
            'w' => WEEK,
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            _ => return None,
        };
        let number: f64 = word.get(..word.len() - 1)?.parse().ok()?;
        total += (number * unit as f64) as i64;
    }
    Some(total)
}

pub fn written(seconds: i64) -> String {
    let mut left = seconds;
    let mut words = Vec::new();
    for (size, unit) in [(WEEK, 'w'), (DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')] {
        if left >= size {
            words.push(format!("{}{unit}", left / size));
            left %= size;
        }
    }
    if words.is_empty() {
        return "0m".into();
    }
    words.join(" ")
}

/// The estimates of an issue, with their seconds.
pub fn tracking(given: &Value) -> Result<Value, String> {
    let mut tracking = json!({});
    for name in ["originalEstimate", "remainingEstimate"] {
        let Some(text) = given.get(name).and_then(Value::as_str) else {
            continue;
        };
        let time =
            seconds(text).ok_or_else(|| format!("The {name} \"{text}\" isn't a duration."))?;
        tracking[name] = json!(written(time));
        tracking[format!("{name}Seconds")] = json!(time);
    }
    Ok(tracking)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, time) in [
            ("1w 2d", 201_600),
            ("3h 30m", 12_600),
            ("1.5h", 5400),
            ("45m", 2700),
        ] {
            assert_eq!(seconds(text), Some(time), "{text}");
            assert_eq!(seconds(&written(time)), Some(time), "{text}");
        }
        for text in ["", "h", "3x", "é", "three hours"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
