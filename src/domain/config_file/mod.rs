//! The configuration files of an instance as texts: their values in the order in which they stand,
//! and the change of one value, which leaves every other byte as it is.
//!
//! The two formats keep their places in different ways: a JSON text is scanned here, a TOML text
//! is read by `toml_edit`, which knows where each value stands. Neither is ever written out of a
//! parsed document: that would lose line endings, a byte order mark or the way a number is written.

pub mod fields;
pub mod json_edit;
mod json_scan;
mod json_text;
pub mod jsonc;
mod list_edit;
#[cfg(test)]
mod property_tests;
mod shape;
#[cfg(test)]
mod tests;
pub mod toml_edits;
mod toml_text;

use std::ops::Range;

use crate::domain::secret;
use crate::error::{Error, Result};

pub use shape::{Misfit, check, misfit};

/// One value, with the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigValue {
    /// Keys from the outside in; the place in a list is a number, from 0.
    pub path: Vec<String>,
    /// As it is shown and typed: a text without quotes, the rest as it stands in the file, on one
    /// line.
    pub text: String,
    pub secret: bool,
    /// Where it stands: line and column, from 1. A table with nothing in it has no place: 0.
    pub place: (usize, usize),
}

impl ConfigValue {
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Every value of the file `name`, in the file's order; a list of plain values is one.
///
/// # Errors
/// `Parse`, with the place, where the text isn't what the file's name says.
pub fn values(name: &str, text: &str) -> Result<Vec<ConfigValue>> {
    match is_toml(name) {
        true => toml_text::values(name, text),
        false => json_text::values(name, text),
    }
}

/// The text with another value at a place of [`values`], typed as values are shown. What was
/// typed has to be of the same sort as the old value, and the file has to keep its shape.
///
/// # Errors
/// `NotFound` where there is no such value any more, `Usage` where it can't have the new one.
pub fn change(name: &str, text: &str, path: &[String], typed: &str) -> Result<String> {
    let changed = match is_toml(name) {
        true => toml_text::change(name, text, path, typed)?,
        false => json_text::change(name, text, path, typed)?,
    };
    shape::keeps(name, &changed)?;
    Ok(changed)
}

fn is_toml(name: &str) -> bool {
    name.ends_with(".toml")
}

/// How many bytes of the text are a byte order mark, which some editors write and no format knows.
fn mark(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { 3 } else { 0 }
}

fn splice(text: &str, span: Range<usize>, new: &str) -> String {
    let before = text.get(..span.start).unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default();
    format!("{before}{new}{after}")
}

/// A value's bytes where they can be shown on one line, else `rewritten`.
fn one_line(raw: &str, rewritten: impl FnOnce() -> String) -> String {
    match raw.chars().any(char::is_control) {
        true => rewritten(),
        false => raw.to_owned(),
    }
}

/// A text value of a key. A name like `accessTokenKey` names a key of the environment, no secret.
fn is_secret(path: &[String], value: &str) -> bool {
    match path.last() {
        Some(key) if !key.ends_with("Key") => secret::is_secret(key, value),
        _ => secret::is_secret("", value),
    }
}

fn gone(name: &str, path: &[String]) -> Error {
    Error::not_found(format!("{} isn't in {name} any more.", path.join(".")))
}

fn expected(what: &str) -> Error {
    Error::usage(format!("This has to be {what}."))
}

const A_LIST: &str = "a list, for example [\"demo\", \"staging\"]";
