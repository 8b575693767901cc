//! JSON (RFC 8259) as text: only what stands inside strings changes; every other byte stays, also
//! inside a string, so that formatting, order, numbers and the way of escaping survive.

use super::decoded::{Decoded, NO_CHARACTER};
use super::rewriter::Rewriter;
use super::span::Span;
use super::text::Rewritten;

impl Rewriter {
    /// JSON with every token of the source replaced in its strings, names of members included.
    pub fn json<'t>(&self, json: &'t str) -> Rewritten<'t> {
        let mut out = String::new();
        let (mut kept, mut count) = (0, 0);
        let mut at = 0;
        while let Some(open) = json.get(at..).and_then(|rest| rest.find('"')) {
            let start = at + open + 1;
            let end = start + literal_length(&json[start..], '"');
            for span in self.in_literal(&json[start..end]) {
                out.push_str(&json[kept..start + span.start]);
                out.push_str(&escaped(&span.to));
                kept = start + span.end;
                count += 1;
            }
            at = end + 1;
        }
        if count == 0 {
            return Rewritten::unchanged(json);
        }
        out.push_str(&json[kept..]);
        Rewritten::changed(out, count)
    }

    /// Spans of the literal as it's written, found in what it means.
    fn in_literal(&self, literal: &str) -> Vec<Span> {
        if !literal.contains('\\') {
            return self.find(literal);
        }
        let decoded = Decoded::of(literal, &['\\'], json_escape);
        let mut spans = self.find(&decoded.text);
        for span in &mut spans {
            span.start = decoded.written(span.start);
            span.end = decoded.written(span.end);
        }
        spans
    }
}

/// How many bytes there are up to the quote that ends the literal.
pub(super) fn literal_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return i,
            _ => {}
        }
    }
    rest.len()
}

pub(super) fn json_escape(rest: &str) -> (char, usize) {
    let mut chars = rest.chars();
    chars.next();
    match chars.next() {
        Some('n') => ('\n', 2),
        Some('t') => ('\t', 2),
        Some('r') => ('\r', 2),
        Some('b') => ('\u{8}', 2),
        Some('f') => ('\u{c}', 2),
        Some('u') => unicode_escape(rest),
        Some(c) => (c, 1 + c.len_utf8()),
        None => ('\\', 1),
    }
}

/// `\uXXXX`, or two of them for a character beyond the first plane.
fn unicode_escape(rest: &str) -> (char, usize) {
    let unit = |from: usize| -> Option<u32> {
        let digits = rest.get(from..from + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else {
        return ('u', 2);
    };
    if let Some(c) = char::from_u32(first) {
        return (c, 6);
    }
    if let Some(second) = unit(6).filter(|s| (0xDC00..0xE000).contains(s))
        && (0xD800..0xDC00).contains(&first)
    {
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (char::from_u32(code).unwrap_or(NO_CHARACTER), 12);
    }
    (NO_CHARACTER, 6)
}

/// A string's content as JSON writes it, without the quotes.
pub(super) fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted
        .get(1..quoted.len() - 1)
        .unwrap_or_default()
        .to_owned()
}
