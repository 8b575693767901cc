//! The turning glyph of something that works.

use std::time::Duration;

/// How long one position stands.
pub const PERIOD: Duration = Duration::from_millis(125);

const TURN: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// The glyph at a moment, given in milliseconds of any clock.
pub fn glyph(milliseconds: i64) -> &'static str {
    let step = milliseconds.div_euclid(PERIOD.as_millis() as i64);
    TURN[step.rem_euclid(TURN.len() as i64) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_turns_at_any_time_of_any_clock() {
        assert_eq!(glyph(0), "◐");
        assert_eq!(glyph(124), "◐");
        assert_eq!(glyph(125), "◓");
        assert_eq!(glyph(-1), "◒");
        assert_ne!(glyph(i64::MAX), "");
        assert_ne!(glyph(i64::MIN), "");
    }
}
