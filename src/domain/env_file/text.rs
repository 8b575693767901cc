//! Characters, lines and positions, as the dialect counts them.

/// What JavaScript's `\s` matches (ECMA-262, WhiteSpace and LineTerminator): dotenv trims by it.
/// Rust's own notion differs in U+0085 and U+FEFF.
pub(super) fn is_space(c: char) -> bool {
    c == '\u{FEFF}' || (c.is_whitespace() && c != '\u{85}')
}

pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// Ends a line for dotenv's regular expression, though for nobody who looks at the file.
pub(super) fn is_unicode_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

pub(super) fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// A key that every shell and every reader takes: `[A-Za-z_][A-Za-z0-9_]*`.
pub fn is_portable_key(key: &str) -> bool {
    let mut chars = key.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `\r\n` and `\r` become `\n`.
pub(super) fn normalise(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// Where the line that holds byte `from` ends: the offset of its line ending, or of the end.
pub(super) fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find(is_line_end)
        .map_or(text.len(), |i| from + i)
}

/// The offset after the line ending at `at` (`\r\n` counts as one).
pub(super) fn after_line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with("\r\n") {
        at + 2
    } else if rest.starts_with(is_line_end) {
        at + 1
    } else {
        at
    }
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut line = 1;
    let mut start = 0;
    let mut at = 0;
    while at < offset {
        let end = line_end(text, at);
        let next = after_line_end(text, end);
        if next > offset || next == end {
            break;
        }
        line += 1;
        start = next;
        at = next;
    }
    let column = text.get(start..offset).map_or(0, |s| s.chars().count());
    (line, column + 1)
}

/// The line ending that a file uses: that of its first line; `\n` where there is none.
pub(super) fn newline_of(text: &str) -> &'static str {
    match text.find(is_line_end) {
        Some(i) if text[i..].starts_with("\r\n") => "\r\n",
        Some(i) if text[i..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_of_every_kind_and_characters() {
        let text = "a\r\nçb\rc\n\nd";
        let at = |needle: &str| position(text, text.find(needle).unwrap());
        assert_eq!(at("a"), (1, 1));
        assert_eq!(at("b"), (2, 2));
        assert_eq!(at("c"), (3, 1));
        assert_eq!(at("d"), (5, 1));
        assert_eq!(position(text, text.len()), (5, 2));
    }

    #[test]
    fn the_first_line_ending_is_the_files() {
        assert_eq!(newline_of("a\r\nb\n"), "\r\n");
        assert_eq!(newline_of("a\rb"), "\r");
        assert_eq!(newline_of("a"), "\n");
    }
}
