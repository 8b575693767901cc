//! Plain text, and everything that is written like it: addresses, `.env` files, configuration, SQL.

use std::borrow::Cow;

use super::rewriter::{Replacement, Rewriter};

/// A text after the second pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten<'t> {
    /// Borrowed where nothing was replaced.
    pub text: Cow<'t, str>,
    /// How many references were replaced.
    pub count: usize,
}

impl<'t> Rewritten<'t> {
    pub(super) fn unchanged(text: &'t str) -> Self {
        Rewritten {
            text: Cow::Borrowed(text),
            count: 0,
        }
    }

    pub(super) fn changed(text: String, count: usize) -> Self {
        Rewritten {
            text: Cow::Owned(text),
            count,
        }
    }
}

impl Rewriter {
    /// The text with every token of the source replaced, in the form in which it stood there.
    pub fn text<'t>(&self, text: &'t str) -> Rewritten<'t> {
        let spans = self.spans(text);
        if spans.is_empty() {
            return Rewritten::unchanged(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = 0;
        let count = spans.len();
        for (start, end, to) in spans {
            out.push_str(&text[rest..start]);
            out.push_str(&to);
            rest = end;
        }
        out.push_str(&text[rest..]);
        Rewritten::changed(out, count)
    }

    /// What is replaced by what: byte offsets into the text, from left to right.
    pub(super) fn spans(&self, text: &str) -> Vec<(usize, usize, String)> {
        self.find(text)
            .into_iter()
            .filter_map(|found| {
                let to = match found.to {
                    Replacement::Entry(n, form) => form.write(&self.entries.get(n)?.to),
                    Replacement::Key(key) => key.to_owned(),
                };
                Some((found.start, found.end, to))
            })
            .collect()
    }
}
