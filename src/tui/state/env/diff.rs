//! What a save would write: key by key, and line by line where the text around the keys changed. Holds
//! no secret.

use std::collections::HashMap;

use crate::domain::env_file::EnvFile;
use crate::domain::secret::{self, MASK};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    Added {
        key: String,
        new: String,
    },
    Removed {
        key: String,
        old: String,
    },
    /// `None`: both are secrets, and not the same one.
    Changed {
        key: String,
        values: Option<(String, String)>,
    },
    /// The same value in another form, or at another place.
    Rewritten {
        key: String,
    },
    /// A comment, or a line that sets nothing.
    TextAdded(String),
    TextRemoved(String),
}

/// The difference, keys first.
pub fn diff(before: &EnvFile, after: &EnvFile) -> Vec<DiffLine> {
    let old: HashMap<&str, &str> = before.pairs().collect();
    let new: HashMap<&str, &str> = after.pairs().collect();
    let (old_form, new_form) = (forms(before), forms(after));
    let mut lines = Vec::new();
    for (key, value) in after.pairs() {
        let name = key.to_owned();
        match old.get(key) {
            None => lines.push(DiffLine::Added {
                key: name,
                new: shown(key, value),
            }),
            Some(was) if *was != value => {
                let (was, is) = (shown(key, was), shown(key, value));
                lines.push(DiffLine::Changed {
                    key: name,
                    values: (was != is).then_some((was, is)),
                });
            }
            Some(_) if old_form.get(key) != new_form.get(key) => {
                lines.push(DiffLine::Rewritten { key: name });
            }
            Some(_) => {}
        }
    }
    for (key, value) in before.pairs().filter(|(key, _)| !new.contains_key(key)) {
        lines.push(DiffLine::Removed {
            key: key.to_owned(),
            old: shown(key, value),
        });
    }
    lines.extend(text_diff(&texts(before), &texts(after)));
    lines
}

/// A value on one line, masked where it has to be.
pub fn shown(key: &str, value: &str) -> String {
    match value {
        "" => "empty".to_owned(),
        value => secret::mask_value(key, value).replace('\n', "↵"),
    }
}

/// All lines that set a key, joined.
fn forms(file: &EnvFile) -> HashMap<&str, String> {
    let mut forms: HashMap<&str, String> = HashMap::new();
    for (key, text) in file.statements() {
        if let Some(key) = key {
            forms
                .entry(key)
                .or_default()
                .push_str(text.trim_end_matches(['\r', '\n']));
        }
    }
    forms
}

/// What stands between the keys, without blank lines.
fn texts(file: &EnvFile) -> Vec<&str> {
    file.statements()
        .filter(|(key, _)| key.is_none())
        .map(|(_, text)| text.trim())
        .filter(|text| !text.is_empty())
        .collect()
}

/// More lines than this on both sides aren't held against each other one by one.
const MOST: usize = 2000;

/// The shortest way from one text to the other (longest common subsequence), within what differs.
fn text_diff(before: &[&str], after: &[&str]) -> Vec<DiffLine> {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = before.iter().zip(after).take_while(same).count();
    let before = before.get(head..).unwrap_or_default();
    let after = after.get(head..).unwrap_or_default();
    let tail = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take_while(same)
        .count();
    let before = before.get(..before.len() - tail).unwrap_or_default();
    let after = after.get(..after.len() - tail).unwrap_or_default();
    if before.len() > MOST || after.len() > MOST {
        let gone = before.iter().map(|t| DiffLine::TextRemoved(comment(t)));
        return gone
            .chain(after.iter().map(|t| DiffLine::TextAdded(comment(t))))
            .collect();
    }
    let width = after.len() + 1;
    // how many lines the rests from (i, j) on have in common
    let mut common = vec![0u32; (before.len() + 1) * width];
    let of = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            let most = match old == new {
                true => of(&common, i + 1, j + 1) + 1,
                false => of(&common, i + 1, j).max(of(&common, i, j + 1)),
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = most;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (before.get(i), after.get(j)) {
            (None, None) => return lines,
            (Some(old), Some(new)) if old == new => {
                i += 1;
                j += 1;
            }
            (Some(old), new) if new.is_none() || of(&common, i + 1, j) >= of(&common, i, j + 1) => {
                lines.push(DiffLine::TextRemoved(comment(old)));
                i += 1;
            }
            (_, Some(new)) => {
                lines.push(DiffLine::TextAdded(comment(new)));
                j += 1;
            }
            (Some(_), None) => return lines,
        }
    }
}

/// A comment as it may be shown: a key that was put out of use keeps its secret.
fn comment(text: &str) -> String {
    let body = text.trim_start_matches(['#', ' ', '\t']);
    let inner = EnvFile::parse_lenient(body);
    match inner.pairs().next() {
        Some((key, value)) if secret::is_secret(key, value) => format!("# {key}={MASK}"),
        _ => secret::redact(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn between(before: &str, after: &str) -> Vec<DiffLine> {
        diff(
            &EnvFile::parse_lenient(before),
            &EnvFile::parse_lenient(after),
        )
    }

    #[test]
    fn every_sort_of_change_is_told_and_no_secret() {
        let before = "# one\nA=1\nB_TOKEN=example-old\nC=x\nD=1\n# OLD_TOKEN=example-gone\n";
        let after = "# uno\nA=2\nB_TOKEN=example-new\nD='1'\nE=5\n";
        let lines = between(before, after);
        let text = format!("{lines:?}");
        assert!(!text.contains("example-"), "{text}");
        let name = |key: &str| key.to_owned();
        assert_eq!(
            lines,
            [
                DiffLine::Changed {
                    key: name("A"),
                    values: Some((name("1"), name("2")))
                },
                DiffLine::Changed {
                    key: name("B_TOKEN"),
                    values: None
                },
                DiffLine::Rewritten { key: name("D") },
                DiffLine::Added {
                    key: name("E"),
                    new: name("5")
                },
                DiffLine::Removed {
                    key: name("C"),
                    old: name("x")
                },
                DiffLine::TextRemoved(name("# one")),
                DiffLine::TextRemoved(format!("# OLD_TOKEN={MASK}")),
                DiffLine::TextAdded(name("# uno")),
            ]
        );
    }

    proptest! {
        #[test]
        fn the_way_leads_from_one_text_to_the_other(a in prop::collection::vec("[abc]", 0..12), b in prop::collection::vec("[abc]", 0..12)) {
            let text = |lines: &[String]| lines.iter().map(|l| format!("# {l}\n")).collect::<String>();
            let lines = between(&text(&a), &text(&b));
            let count = |of: &[String], letter: &str| of.iter().filter(|l| *l == letter).count() as isize;
            for letter in ["a", "b", "c"] {
                let mark = format!("# {letter}");
                let moved: isize = lines.iter().map(|line| match line {
                    DiffLine::TextAdded(text) if *text == mark => 1,
                    DiffLine::TextRemoved(text) if *text == mark => -1,
                    _ => 0,
                }).sum();
                prop_assert_eq!(moved, count(&b, letter) - count(&a, letter));
            }
            prop_assert_eq!(lines.is_empty(), a == b);
        }
    }
}
