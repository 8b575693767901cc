//! The file as a value: its text, and what the text says.

use std::fmt;
use std::ops::Range;

use super::lint::{Lint, LintCode};
use super::parse;
use super::problem::Problem;
use crate::error::Result;

/// How a value stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quote {
    None,
    Single,
    Double,
    Backtick,
}

impl Quote {
    pub(super) fn of(c: char) -> Option<Quote> {
        match c {
            '\'' => Some(Quote::Single),
            '"' => Some(Quote::Double),
            '`' => Some(Quote::Backtick),
            _ => None,
        }
    }
}

/// One assignment, with the spans that an edit needs.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    pub key: String,
    pub value: String,
    pub quote: Quote,
    /// Line of the key, from 1.
    pub line: usize,
    /// What an edit of the value replaces: the value with its quotes.
    pub value_span: Range<usize>,
    pub lints: Vec<LintCode>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// A blank line, a comment, or a line that sets nothing.
    Passive,
    Assignment(Assignment),
}

/// Whole lines, line ending included. The nodes of a file join to its text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub span: Range<usize>,
    pub kind: NodeKind,
}

/// A `.env` file: every byte of it, and what it says. Its `Debug` names keys, never values.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct EnvFile {
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    pub(super) lints: Vec<Lint>,
    pub(super) problems: Vec<Problem>,
    pub(super) had_bom: bool,
}

/// One assignment as others see it. Its `Debug` hides the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EnvEntry<'a> {
    pub key: &'a str,
    pub value: &'a str,
    /// From 1.
    pub line: usize,
    pub quote: Quote,
    pub lints: &'a [LintCode],
    /// False where a later line sets the same key.
    pub effective: bool,
}

impl EnvFile {
    /// Reads a whole file. A broken one gives the first problem as an error,
    /// `.env:LINE:COLUMN: CODE what is wrong.`; see [`EnvFile::parse_named`] to name the file better.
    pub fn parse(text: &str) -> Result<EnvFile> {
        Self::parse_named(".env", text)
    }

    /// The same, with the file's path for the error's sentence.
    pub fn parse_named(file: &str, text: &str) -> Result<EnvFile> {
        let read = parse::read(text, parse::OnProblem::Stop);
        match read.problems.first() {
            Some(problem) => Err(problem.to_error(file)),
            None => Ok(read),
        }
    }

    /// Reads what can be read, for an editor: lines with a problem set nothing, and
    /// [`EnvFile::problems`] names them. Editing is refused until they are mended.
    pub fn parse_lenient(text: &str) -> EnvFile {
        parse::read(text, parse::OnProblem::GoOn)
    }

    /// The text as it is to be written: the same bytes as were read, but for edits (and a byte order
    /// mark at the start, which is dropped).
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value that counts: that of the last line that sets the key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.effective(key).map(|a| a.value.as_str())
    }

    pub fn contains(&self, key: &str) -> bool {
        self.effective(key).is_some()
    }

    /// Every assignment in the file's order, duplicates included.
    pub fn entries(&self) -> impl Iterator<Item = EnvEntry<'_>> {
        self.assignments().map(|a| EnvEntry {
            key: &a.key,
            value: &a.value,
            line: a.line,
            quote: a.quote,
            lints: &a.lints,
            effective: !a.lints.contains(&LintCode::Duplicate),
        })
    }

    /// The keys with the values that count, each key once, in the file's order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries()
            .filter(|e| e.effective)
            .map(|e| (e.key, e.value))
    }

    /// The text in pieces, in the file's order: lines that set a key with its name, others without.
    pub fn statements(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        self.nodes.iter().map(|node| {
            let key = match &node.kind {
                NodeKind::Assignment(a) => Some(a.key.as_str()),
                NodeKind::Passive => None,
            };
            (key, self.text.get(node.span.clone()).unwrap_or_default())
        })
    }

    /// All remarks, by line.
    pub fn lints(&self) -> &[Lint] {
        &self.lints
    }

    /// What can't be read; always empty after [`EnvFile::parse`].
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The file started with a byte order mark (it is dropped from [`EnvFile::text`]).
    pub fn had_bom(&self) -> bool {
        self.had_bom
    }

    pub fn is_empty(&self) -> bool {
        self.assignments().next().is_none()
    }

    pub(super) fn assignments(&self) -> impl DoubleEndedIterator<Item = &Assignment> {
        self.nodes.iter().filter_map(|n| match &n.kind {
            NodeKind::Assignment(a) => Some(a),
            NodeKind::Passive => None,
        })
    }

    pub(super) fn effective(&self, key: &str) -> Option<&Assignment> {
        self.assignments().rev().find(|a| a.key == key)
    }
}

impl std::str::FromStr for EnvFile {
    type Err = crate::error::Error;
    fn from_str(text: &str) -> Result<EnvFile> {
        Self::parse(text)
    }
}

impl fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvFile")
            .field(
                "keys",
                &self.assignments().map(|a| &a.key).collect::<Vec<_>>(),
            )
            .field("lints", &self.lints)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EnvEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvEntry")
            .field("key", &self.key)
            .field("line", &self.line)
            .field("quote", &self.quote)
            .field("lints", &self.lints)
            .finish_non_exhaustive()
    }
}
