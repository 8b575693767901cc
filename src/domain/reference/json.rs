//! JSON (RFC 8259) as text: only what stands inside strings changes; every other byte stays, also
//! inside a string, so that formatting, order, numbers and the way of escaping survive.

use super::rewriter::Rewriter;
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
            for (from, to, new) in self.in_literal(&json[start..end], json_escape) {
                out.push_str(&json[kept..start + from]);
                push_escaped(&mut out, &new);
                kept = start + to;
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
    fn in_literal(
        &self,
        literal: &str,
        escape: impl Fn(&str) -> (char, usize),
    ) -> Vec<(usize, usize, String)> {
        if !literal.contains('\\') {
            return self.spans(literal);
        }
        let decoded = Decoded::of(literal, escape);
        self.spans(&decoded.text)
            .into_iter()
            .map(|(start, end, to)| (decoded.written(start), decoded.written(end), to))
            .collect()
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

/// A literal's meaning, and where each part of it is written.
pub(super) struct Decoded {
    pub text: String,
    /// Where the two run apart: offset in the meaning, offset as written.
    steps: Vec<(usize, usize)>,
}

impl Decoded {
    /// `escape` reads what begins with a backslash: the character, and how many bytes it takes.
    pub fn of(literal: &str, escape: impl Fn(&str) -> (char, usize)) -> Decoded {
        let mut text = String::with_capacity(literal.len());
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(i) = literal.get(at..).and_then(|rest| rest.find('\\')) {
            text.push_str(&literal[at..at + i]);
            steps.push((text.len(), at + i));
            let (c, length) = escape(&literal[at + i..]);
            text.push(c);
            at += i + length;
            steps.push((text.len(), at));
        }
        text.push_str(literal.get(at..).unwrap_or_default());
        Decoded { text, steps }
    }

    fn written(&self, meant: usize) -> usize {
        let after = self.steps.partition_point(|(m, _)| *m <= meant);
        match after.checked_sub(1).and_then(|n| self.steps.get(n)) {
            Some((m, w)) => w + (meant - m),
            None => meant,
        }
    }
}

/// A lone half of a surrogate pair has no meaning of its own; it's never part of a token.
const NO_CHARACTER: char = '\u{FFFD}';

fn json_escape(rest: &str) -> (char, usize) {
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
fn push_escaped(out: &mut String, text: &str) {
    let quoted = serde_json::Value::from(text).to_string();
    out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
}
