//! What makes a `.env` file unreadable, with its place.

use std::fmt;

use crate::error::{Error, Kind};

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// E101: a value opens a quote and never closes it.
    Unterminated,
    /// E102: three quotes in a row, as in Python; no `.env` reader knows them.
    TripleQuote,
    /// E103: a line starts with a quote.
    StrayQuote,
    /// E104: a line starts with `=`.
    NoKey,
    /// E105: U+2028 or U+2029 outside a quoted value: invisible, and some readers break the line there.
    LineSeparator,
    /// E106: a NUL byte.
    Nul,
}

impl ProblemCode {
    pub fn code(self) -> &'static str {
        match self {
            ProblemCode::Unterminated => "E101",
            ProblemCode::TripleQuote => "E102",
            ProblemCode::StrayQuote => "E103",
            ProblemCode::NoKey => "E104",
            ProblemCode::LineSeparator => "E105",
            ProblemCode::Nul => "E106",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            ProblemCode::Unterminated => {
                "Close the quote at the end of the value, or put the value in the other kind of quotes."
            }
            ProblemCode::TripleQuote => {
                "Use one quote on each side; a quoted value may run over several lines."
            }
            ProblemCode::StrayQuote => {
                "Write KEY=value: keys aren't quoted, and a value starts on the line of its key."
            }
            ProblemCode::NoKey => "Write KEY=value on one line, or delete the line.",
            ProblemCode::LineSeparator => {
                "Delete the invisible character, or put the value in quotes."
            }
            ProblemCode::Nul => "Delete the NUL byte; the file may be damaged or not be text.",
        }
    }
}

/// One reason why the file can't be read. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: ProblemCode,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The key whose value is meant, where there is one.
    pub key: Option<String>,
}

impl Problem {
    /// One sentence without the place.
    pub fn message(&self) -> String {
        let value = match &self.key {
            Some(key) => format!("the value of {key}"),
            None => "a value".to_owned(),
        };
        match self.code {
            ProblemCode::Unterminated => format!("{value} opens a quote that never closes"),
            ProblemCode::TripleQuote => format!("{value} starts with three quotes"),
            ProblemCode::StrayQuote => "the line starts with a quote".to_owned(),
            ProblemCode::NoKey => "there is no key before the =".to_owned(),
            ProblemCode::LineSeparator => {
                "an invisible line separator (U+2028 or U+2029) stands outside quotes".to_owned()
            }
            ProblemCode::Nul => "there is a NUL byte in the file".to_owned(),
        }
    }

    /// The error for a file of this name (a path as the person knows it).
    pub fn to_error(&self, file: &str) -> Error {
        Error::new(Kind::Parse, format!("{file}:{self}.")).hint(self.code.hint())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} {}",
            self.line,
            self.column,
            self.code.code(),
            self.message()
        )
    }
}
