//! `.env` files: read as npm dotenv reads them, edited without touching another byte.
//!
//! The dialect is npm `dotenv` 18 without expansion: `$NAME`, `${NAME}` and `$(command)` are plain
//! text. It's read strictly: what dotenv would silently misread (a quote that never ends, a line
//! that starts with a quote) is a [`Problem`] with line and column, and what other readers would
//! read otherwise carries a [`Lint`]. Source of the rules: the dotenv README and the behaviour of
//! dotenv 18.0.10; `tests/data/dotenv-cases.json` holds what it and eight other readers answer.
//!
//! Losslessness is simple here: an [`EnvFile`] owns the text, its nodes are spans of it, and an edit
//! replaces one span and reads the whole again, so that nothing is kept that the text doesn't say.
//!
//! A byte order mark is dropped on reading and never written back (several readers take it for a
//! part of the first key).

mod cure;
mod document;
mod edit;
mod lint;
mod parse;
mod problem;
mod quoting;
mod text;
mod value;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use document::{EnvEntry, EnvFile, Quote};
pub use lint::{Lint, LintCode};
pub use problem::{Problem, ProblemCode};
pub use text::is_portable_key;
