//! Plain text, and everything that is written like it: addresses, `.env` files, configuration, SQL.

use std::borrow::Cow;

use super::rewriter::Rewriter;
use super::span::apply;

/// A text after the second pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten<'t> {
    /// Borrowed where nothing was replaced.
    pub text: Cow<'t, str>,
    /// How many references were replaced.
    pub count: usize,
    /// Why the text couldn't be read as what it should be, and was rewritten as plain text.
    pub malformed: Option<String>,
}

impl<'t> Rewritten<'t> {
    pub(super) fn unchanged(text: &'t str) -> Self {
        Rewritten {
            text: Cow::Borrowed(text),
            count: 0,
            malformed: None,
        }
    }

    pub(super) fn changed(text: String, count: usize) -> Self {
        Rewritten {
            text: Cow::Owned(text),
            count,
            malformed: None,
        }
    }
}

impl Rewriter {
    /// The text with every token of the source replaced, in the form in which it stood there.
    pub fn text<'t>(&self, text: &'t str) -> Rewritten<'t> {
        apply(text, &self.find(text))
    }
}
