//! How far a token reaches that follows a word.

use std::borrow::Cow;

/// Eight digits, four, four, four and twelve, with hyphens between.
pub(super) const UUID_LENGTH: usize = 36;
/// No key and no account is longer, in bytes as written.
const LONGEST: usize = 160;

/// Where the token that begins at `start` may end, and what it's then; the longer first. Names of
/// personal spaces and accounts have `~`, `:` and `-` in them.
pub(super) fn candidates(text: &str, start: usize) -> Vec<(usize, Cow<'_, str>)> {
    let rest = &text[start..];
    let mut out = Vec::new();
    let narrow = rest
        .char_indices()
        .find(|(_, c)| !super::boundary::joins(*c))
        .map_or(rest.len(), |(i, _)| i);
    let (wide, mut meant) = widest(rest);
    if wide > narrow {
        let kept = meant.trim_end_matches([':', '-', '.']).len();
        // only what's written as itself may be cut off
        if kept < meant.len() && meant.len() == wide {
            out.push((start + kept, Cow::Owned(meant[..kept].to_owned())));
            meant.clear();
        }
        if !meant.is_empty() {
            out.push((start + wide, Cow::Owned(meant)));
        }
    }
    if narrow > 0 {
        out.push((start + narrow, Cow::Borrowed(&rest[..narrow])));
    }
    out
}

fn widest(rest: &str) -> (usize, String) {
    let bytes = rest.as_bytes();
    let mut meant = String::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).filter(|_| at < LONGEST) {
        let (byte, length) = match byte {
            b'%' => match encoded(bytes.get(at..).unwrap_or_default()) {
                Some(found) => found,
                None => break,
            },
            byte => (*byte, 1),
        };
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b':' | b'-' | b'.')) {
            break;
        }
        meant.push(char::from(byte));
        at += length;
    }
    (at, meant)
}

/// `%3A`, `%253A`: the byte, and how many bytes it takes.
fn encoded(bytes: &[u8]) -> Option<(u8, usize)> {
    let mut at = 1;
    while bytes.get(at..)?.starts_with(b"25") {
        at += 2;
    }
    let digits = std::str::from_utf8(bytes.get(at..at + 2)?).ok()?;
    Some((u8::from_str_radix(digits, 16).ok()?, at + 2))
}

/// Whether a hyphen and a number follow, as in an issue's key.
pub(super) fn is_numbered(tail: &str) -> bool {
    let mut bytes = tail.bytes();
    bytes.next() == Some(b'-') && bytes.next().is_some_and(|b| b.is_ascii_digit())
}

/// How many digits stand there.
pub(super) fn digits(text: &str, at: usize) -> usize {
    text[at..].bytes().take_while(u8::is_ascii_digit).count()
}

/// How many bytes the slash takes that stands there, in whatever form; none: there is no slash.
pub(super) fn slash(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    ["/", "%2F", "%2f", "%252F", "%252f", "\\/"]
        .iter()
        .find(|slash| rest.starts_with(**slash))
        .map_or(0, |slash| slash.len())
}

/// A blog post's address may have its date before its number: `2026/11/25/`.
pub(super) fn after_date(text: &str, start: usize) -> usize {
    let mut at = start;
    for length in [4, 2, 2] {
        let run = digits(text, at);
        let slash = slash(text, at + run);
        if run != length || slash == 0 {
            return start;
        }
        at += run + slash;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_reading_comes_first() {
        let all = |text| -> Vec<String> {
            candidates(text, 0)
                .into_iter()
                .map(|(_, t)| t.into_owned())
                .collect()
        };
        assert_eq!(all("4711/x"), ["4711"]);
        assert_eq!(all("~abc?"), ["~abc"]);
        assert_eq!(all("%7Eabc%2Fpages"), ["~abc"]);
        assert_eq!(all("712020:ab-cd]"), ["712020:ab-cd", "712020"]);
        assert_eq!(all("712020%3Aab%26"), ["712020:ab", "712020"]);
        assert_eq!(all("PROJ. x"), ["PROJ", "PROJ"]);
        assert_eq!(all("é"), ["é"]);
        assert!(all("").is_empty());
    }

    #[test]
    fn dates_in_addresses() {
        assert_eq!(after_date("2026/11/25/4711/T", 0), 11);
        assert_eq!(after_date("2026%2F11%2F25%2F4711", 0), 17);
        assert_eq!(after_date("4711/2026", 0), 0);
    }
}
