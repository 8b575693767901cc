//! Setting and removing values: one span changes, everything else stays byte for byte.

use super::document::{EnvFile, NodeKind};
use super::parse::{OnProblem, read};
use super::quoting;
use super::text::{is_line_end, is_portable_key, newline_of};
use crate::error::{Error, Result};

impl EnvFile {
    /// Sets the value that counts, or appends the key. Only that value's bytes change.
    ///
    /// Refused, with the file unchanged: a value that the dialect can't hold (a NUL byte; all three
    /// kinds of quotes in ways that cancel each other), a new key that isn't `[A-Za-z_][A-Za-z0-9_]*`,
    /// and a file with problems. The message never holds the value.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        self.editable()?;
        if value.contains('\0') {
            return Err(Error::refused(format!(
                "The value for {key} holds a NUL byte, which an environment variable can't hold."
            )));
        }
        let Some(current) = self.effective(key) else {
            return self.append(key, value);
        };
        if current.value == value {
            return Ok(());
        }
        let span = current.value_span.clone();
        let quote = current.quote;
        let before_comment = self.text[span.end..].starts_with('#');
        let expected = self.expect(key, Some(value));
        for form in quoting::forms(value, newline_of(&self.text), Some(quote)) {
            let gap = if before_comment { " " } else { "" };
            let text = format!(
                "{}{form}{gap}{}",
                &self.text[..span.start],
                &self.text[span.end..]
            );
            if self.commit(&text, &expected) {
                return Ok(());
            }
        }
        Err(unwritable(key))
    }

    /// Removes every line that sets the key; says whether there was one.
    pub fn unset(&mut self, key: &str) -> Result<bool> {
        self.editable()?;
        if !self.contains(key) {
            return Ok(false);
        }
        let mut text = String::with_capacity(self.text.len());
        for node in &self.nodes {
            let gone = matches!(&node.kind, NodeKind::Assignment(a) if a.key == key);
            if !gone {
                text.push_str(&self.text[node.span.clone()]);
            }
        }
        let expected = self.expect(key, None);
        if self.commit(&text, &expected) {
            return Ok(true);
        }
        Err(Error::refused(format!(
            "{key} can't be removed without changing what other lines mean."
        ))
        .hint("Edit the file by hand."))
    }

    fn append(&mut self, key: &str, value: &str) -> Result<()> {
        if !is_portable_key(key) {
            return Err(Error::usage(format!(
                "\"{}\" can't be a key.",
                key.escape_debug()
            ))
            .hint(
                "Use letters, digits and underscores, starting with a letter or an underscore: for example API_KEY.",
            ));
        }
        let newline = newline_of(&self.text);
        let gap = if self.text.is_empty() || self.text.ends_with(is_line_end) {
            ""
        } else {
            newline
        };
        let expected = self.expect(key, Some(value));
        for form in quoting::forms(value, newline, None) {
            let text = format!("{}{gap}{key}={form}{newline}", self.text);
            if self.commit(&text, &expected) {
                return Ok(());
            }
        }
        Err(unwritable(key))
    }

    /// What the file has to say after the edit: the last value of `key` is `value` (none: no line
    /// sets it), all others are as they were.
    fn expect(&self, key: &str, value: Option<&str>) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = self
            .assignments()
            .map(|a| (a.key.clone(), a.value.clone()))
            .collect();
        match value {
            None => pairs.retain(|(k, _)| k != key),
            Some(value) => match pairs.iter_mut().rev().find(|(k, _)| k == key) {
                Some(pair) => value.clone_into(&mut pair.1),
                None => pairs.push((key.to_owned(), value.to_owned())),
            },
        }
        pairs
    }

    /// Takes the new text if it says exactly what is expected.
    fn commit(&mut self, text: &str, expected: &[(String, String)]) -> bool {
        let mut new = read(text, OnProblem::Stop);
        let says = new
            .assignments()
            .map(|a| (a.key.as_str(), a.value.as_str()))
            .eq(expected.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        // a mark that moved to the start of the file would be dropped as a byte order mark
        if !new.problems.is_empty() || !says || new.text.len() != text.len() {
            return false;
        }
        new.had_bom = self.had_bom;
        *self = new;
        true
    }

    pub(super) fn editable(&self) -> Result<()> {
        match self.problems.first() {
            None => Ok(()),
            Some(problem) => Err(problem.to_error(".env")),
        }
    }
}

fn unwritable(key: &str) -> Error {
    Error::refused(format!(
        "The value for {key} mixes quotes, line ends or backslashes in a way that a .env file can't hold."
    ))
    .hint("Encode it, for example as base64, and decode it where it's used.")
}
