//! Reading the screen the way a person does.

use super::terminal::Seen;

/// The row whose text has this, from the top.
pub fn row_of(seen: &Seen, text: &str) -> Option<usize> {
    rows(seen).iter().position(|row| row.contains(text))
}

pub fn rows(seen: &Seen) -> Vec<String> {
    let (_, columns) = seen.screen().size();
    seen.screen().rows(0, columns.get()).collect()
}

/// The row of the list that has the selection's bar.
pub fn selected(seen: &Seen) -> Option<String> {
    rows(seen).into_iter().find(|row| row.contains('▌'))
}

/// The name of the selected instance.
pub fn selected_name(seen: &Seen) -> Option<String> {
    let row = selected(seen)?;
    let after = row.split('▌').nth(1)?;
    let name = after.trim_start_matches(['▶', ' ']);
    name.split_whitespace().next().map(str::to_owned)
}

/// What was written outside of frames: between the end of one synchronised update and the
/// beginning of the next.
pub fn between_frames(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut outside = Vec::new();
    while let Some(begin) = find(rest, b"\x1b[?2026h") {
        outside.extend_from_slice(&rest[..begin]);
        match find(&rest[begin..], b"\x1b[?2026l") {
            Some(end) => rest = &rest[begin + end + 8..],
            None => return outside,
        }
    }
    outside.extend_from_slice(rest);
    outside
}

pub fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

pub fn last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|w| w == what)
}

/// Sequences that set a colour: `ESC [ 30–38, 40–48, 90–97, 100–107 … m`.
pub fn colours(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for piece in text.split("\x1b[").skip(1) {
        let Some(end) = piece.find(|c: char| !(c.is_ascii_digit() || c == ';')) else {
            continue;
        };
        if !piece[end..].starts_with('m') {
            continue;
        }
        let colour = |n: u32| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107);
        if piece[..end].split(';').any(|n| n.parse().is_ok_and(colour)) {
            found.push(piece[..=end].to_owned());
        }
    }
    found
}
