//! Reading one value: what stands after the `=`.

use std::ops::Range;

use super::document::Quote;
use super::lint::LintCode;
use super::problem::ProblemCode;
use super::text::{is_key_char, is_line_end, is_portable_key, is_space, line_end, normalise};

/// A value as it was read.
pub(super) struct Value {
    pub text: String,
    pub quote: Quote,
    /// What an edit replaces: the value with its quotes. A comment glued to the value is part of it,
    /// because it may be the rest of a secret that was cut at its `#`.
    pub span: Range<usize>,
    /// Where the line that the value ends on ends.
    pub line_end: usize,
    pub lints: Vec<LintCode>,
}

/// Reads the value that starts at `from`; the error has the place of the quote that is wrong.
pub(super) fn read(text: &str, from: usize) -> Result<Value, (ProblemCode, usize)> {
    let end = line_end(text, from);
    let first = text[from..end]
        .find(|c| !is_space(c))
        .map_or(end, |i| from + i);
    let opened = text[first..end].chars().next().and_then(Quote::of);
    let Some(quote) = opened else {
        return Ok(unquoted(text, from, end));
    };
    let mark = &text[first..first + 1];
    if text[first..].starts_with(&mark.repeat(3)) {
        return Err((ProblemCode::TripleQuote, first));
    }
    if let Some(close) = closing(text, first, mark) {
        return Ok(quoted(text, first, close, quote));
    }
    // dotenv reads such a line as if it weren't quoted, quotes and all
    let mut value = unquoted(text, from, end);
    let inner = &value.text;
    if !inner[1..].contains(mark) {
        return Err((ProblemCode::Unterminated, first));
    }
    if inner.len() >= 2 && inner.ends_with(mark) {
        value.text = inner[1..inner.len() - 1].to_owned();
    }
    if quote == Quote::Double {
        value.text = unescape(&value.text);
    }
    value.lints.push(LintCode::TextAfterQuote);
    Ok(value)
}

/// The offset of the quote that closes the one at `open`: the first that no backslash stands before,
/// or, where text follows that one, the last before it that a backslash stands before. After a
/// closing quote the line holds nothing but a comment.
fn closing(text: &str, open: usize, mark: &str) -> Option<usize> {
    let mark = mark.as_bytes().first().copied()?;
    let bytes = text.as_bytes();
    let mut candidates = Vec::new();
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && bytes.get(at + 1) == Some(&mark) {
            candidates.push(at + 1);
            at += 2;
        } else if byte == mark {
            candidates.push(at);
            break;
        } else {
            at += 1;
        }
    }
    candidates.into_iter().rev().find(|close| {
        let rest = &text[close + 1..];
        match rest.chars().find(|c| !is_space(*c) || is_line_end(*c)) {
            None => true,
            Some(c) => c == '#' || is_line_end(c),
        }
    })
}

fn quoted(text: &str, open: usize, close: usize, quote: Quote) -> Value {
    let raw = &text[open + 1..close];
    let mut value = normalise(raw);
    let mut lints = Vec::new();
    let single = quote == Quote::Single;
    if !single && raw.contains('$') {
        lints.push(LintCode::DollarAmbiguous);
        if raw.contains("$(") {
            lints.push(LintCode::CommandSubstitution);
        }
    }
    if quote == Quote::Double && raw.contains('`') {
        lints.push(LintCode::CommandSubstitution);
    }
    // python-dotenv halves \\ in single quotes too
    let escapes = raw.contains("\\'") || raw.contains(r"\\") || raw.ends_with('\\');
    if raw.contains('\\') && (!single || escapes) {
        lints.push(LintCode::EscapeAmbiguous);
    }
    if quote == Quote::Backtick {
        lints.push(LintCode::Backtick);
    }
    if value.lines().skip(1).any(looks_like_assignment) {
        lints.push(LintCode::SwallowedLine);
    }
    if text[close + 1..].starts_with('#') {
        lints.push(LintCode::HashAmbiguous);
    }
    if quote == Quote::Double {
        value = unescape(&value);
    }
    lints.dedup();
    Value {
        text: value,
        quote,
        span: open..close + 1,
        line_end: line_end(text, close + 1),
        lints,
    }
}

fn unquoted(text: &str, from: usize, end: usize) -> Value {
    let hash = text[from..end].find('#').map(|i| from + i);
    let region = &text[from..hash.unwrap_or(end)];
    let value = region.trim_matches(is_space);
    let start = if value.is_empty() {
        from
    } else {
        from + region.len() - region.trim_start_matches(is_space).len()
    };
    let mut span = start..start + value.len();
    let mut lints = Vec::new();
    if hash.is_some() {
        let glued = region.chars().next_back().is_none_or(|c| !is_space(c));
        if glued {
            span.end = end;
        }
        // Node keeps a tab before the #
        if glued || value.is_empty() || !region.ends_with(' ') {
            lints.push(LintCode::HashAmbiguous);
        }
    }
    if value.contains('$') {
        lints.push(LintCode::DollarAmbiguous);
    }
    if value.contains("$(") || value.contains('`') {
        lints.push(LintCode::CommandSubstitution);
    }
    if value.contains('\\') {
        lints.push(LintCode::EscapeAmbiguous);
    }
    if value.contains(|c| is_space(c) || c.is_control() || ";&|<>()'\"~\\`".contains(c)) {
        lints.push(LintCode::NotSourceable);
    }
    Value {
        text: value.to_owned(),
        quote: Quote::None,
        span,
        line_end: end,
        lints,
    }
}

/// `\n` and `\r`, in this order; every other backslash stays.
fn unescape(value: &str) -> String {
    value.replace("\\n", "\n").replace("\\r", "\r")
}

fn looks_like_assignment(line: &str) -> bool {
    let line = line.trim_start_matches(is_space);
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let key_len = line.find(|c| !is_key_char(c)).unwrap_or(line.len());
    let (key, rest) = line.split_at(key_len);
    is_portable_key(key)
        && rest
            .strip_prefix('=')
            .is_some_and(|value| !value.is_empty() && !value.starts_with('='))
}
