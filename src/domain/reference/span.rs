//! Replacements in one text.

use super::rewriter::Rewriter;
use super::text::Rewritten;

/// One place in a text that is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub to: String,
    /// Which entry of the map it is; `None` for a key that was known by its payload.
    pub entry: Option<usize>,
}

/// The text with all spans replaced; they come from left to right and don't overlap.
pub(super) fn apply<'t>(text: &'t str, spans: &[Span]) -> Rewritten<'t> {
    if spans.is_empty() {
        return Rewritten::unchanged(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for span in spans {
        out.push_str(&text[rest..span.start]);
        out.push_str(&span.to);
        rest = span.end;
    }
    out.push_str(&text[rest..]);
    Rewritten::changed(out, spans.len())
}

/// From left to right and without overlaps: where two begin at one place, the longer stays.
pub(super) fn untangle(spans: &mut Vec<Span>) {
    spans.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let mut end = 0;
    spans.retain(|one| {
        let free = one.start >= end;
        if free {
            end = one.end;
        }
        free
    });
}

impl Rewriter {
    /// What a report calls the name that stands there.
    pub(super) fn names(&self, span: &Span) -> String {
        let entry = span.entry.and_then(|n| self.entries.get(n));
        entry.map_or_else(|| "key".to_owned(), |entry| entry.label.clone())
    }
}
