//! Writing a value again in the form that the most readers read alike.

use super::document::{Assignment, EnvFile, NodeKind, Quote};
use super::parse::{OnProblem, read};
use super::quoting;
use super::text::newline_of;
use crate::error::{Error, Result};

impl EnvFile {
    /// Writes the line that counts for `key` anew, so that fewer remarks are left about it, and drops
    /// the earlier lines that set it. Its value, as this dialect reads it, stays the same, and so does
    /// every byte of other lines. False where nothing is remarked about the key.
    ///
    /// # Errors
    /// `Refused` where no form has fewer remarks; `Parse` for a file with problems.
    pub fn cure(&mut self, key: &str) -> Result<bool> {
        self.editable()?;
        let before = remarks(self, key);
        let Some(current) = self.effective(key).filter(|_| before > 0) else {
            return Ok(false);
        };
        let expected: Vec<(&str, &str)> = self
            .assignments()
            .filter(|a| a.key != key || a.value_span == current.value_span)
            .map(|a| (a.key.as_str(), a.value.as_str()))
            .collect();
        let mut best: Option<(usize, EnvFile)> = None;
        for form in quoting::forms(&current.value, newline_of(&self.text), None) {
            let text = self.with_form(current, &form);
            let new = read(&text, OnProblem::Stop);
            let says = new
                .assignments()
                .map(|a| (a.key.as_str(), a.value.as_str()))
                .eq(expected.iter().copied());
            if !new.problems.is_empty() || !says || new.text.len() != text.len() {
                continue;
            }
            let left = remarks(&new, key);
            if best.as_ref().is_none_or(|(least, _)| left < *least) {
                best = Some((left, new));
            }
        }
        match best {
            Some((left, mut new)) if left < before => {
                new.had_bom = self.had_bom;
                *self = new;
                Ok(true)
            }
            _ => Err(Error::refused(format!(
                "There is no form of {key} that every reader reads alike."
            ))
            .hint("Change the value, for example to its base64 form, or leave it as it is.")),
        }
    }

    /// The text with this assignment in another form, and without the others of its key.
    fn with_form(&self, current: &Assignment, form: &str) -> String {
        let piece = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let mut text = String::with_capacity(self.text.len() + form.len());
        for node in &self.nodes {
            let (start, end) = (node.span.start, node.span.end);
            match &node.kind {
                NodeKind::Assignment(a) if a.key == current.key => {
                    if a.value_span != current.value_span {
                        continue;
                    }
                    let head = piece(start, a.value_span.start);
                    // blanks before the key and an `export` stay, those around the `=` go
                    let key = head.rfind(a.key.as_str()).unwrap_or(0);
                    text.push_str(head.get(..key).unwrap_or_default());
                    text.push_str(&a.key);
                    text.push('=');
                    text.push_str(form);
                    // a comment that is glued to the value counts as a part of it in edits; it stays
                    let value = piece(a.value_span.start, a.value_span.end);
                    let glued = value
                        .strip_prefix(a.value.as_str())
                        .filter(|glued| a.quote == Quote::None && glued.starts_with('#'))
                        .unwrap_or_default();
                    let rest = piece(a.value_span.end, end);
                    if glued.starts_with('#') || rest.starts_with('#') {
                        text.push(' ');
                    }
                    text.push_str(glued);
                    text.push_str(rest);
                }
                _ => text.push_str(piece(start, end)),
            }
        }
        text
    }
}

fn remarks(file: &EnvFile, key: &str) -> usize {
    let of_key = file.assignments().filter(|a| a.key == key);
    of_key.map(|a| a.lints.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cured(text: &str, key: &str) -> String {
        let mut file = EnvFile::parse(text).unwrap();
        file.cure(key).unwrap();
        file.text().to_owned()
    }

    #[test]
    fn a_value_gets_the_form_that_readers_agree_on() {
        assert_eq!(cured("A=pa$word\nB=1\n", "A"), "A='pa$word'\nB=1\n");
        assert_eq!(
            cured("  export A = b c # why\n", "A"),
            "  export A='b c' # why\n"
        );
        assert_eq!(cured("A=1\nB=2\nA=3\n", "A"), "B=2\nA=3\n");
        assert_eq!(cured("A=1\r\nB=$x\r\n", "B"), "A=1\r\nB='$x'\r\n");
        assert_eq!(cured("A=b#c\n", "A"), "A=b #c\n");
    }

    #[test]
    fn what_is_right_stays_and_what_has_no_cure_is_refused() {
        let mut file = EnvFile::parse("A=1\nB=\"it's $5\"\n").unwrap();
        assert!(!file.cure("A").unwrap());
        assert!(!file.cure("NONE").unwrap());
        let error = file.cure("B").unwrap_err();
        assert!(!error.message.contains("$5"), "{}", error.message);
        assert_eq!(file.text(), "A=1\nB=\"it's $5\"\n");
    }

    proptest! {
        #[test]
        fn values_stay_and_remarks_only_go(lines in prop::collection::vec("(export )?[ABC] ?= ?[ab'\"$#`\\\\ {}()]{0,8}", 1..6)) {
            let text = lines.join("\n");
            let Ok(before) = EnvFile::parse(&text) else { return Ok(()) };
            let mut after = before.clone();
            let changed = after.cure("A").unwrap_or(false);
            let pairs = |file: &EnvFile| {
                let mut all: Vec<(String, String)> = file.pairs().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
                all.sort();
                all
            };
            prop_assert_eq!(pairs(&before), pairs(&after));
            if changed {
                prop_assert!(remarks(&after, "A") < remarks(&before, "A"));
            } else {
                prop_assert_eq!(before.text(), after.text());
            }
        }
    }
}
