//! Whose account on the source's site is whose on the target's, as a person writes it down:
//!
//! ```text
//! # one pair a line; account ids or e-mail addresses
//! ana@example.com = ana@example.org
//! 712020:00000000-0000-4000-8000-000000000002 = 712020:00000000-0000-4000-8000-000000000007
//! ```

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};

/// The longest account id, in characters. Source: Atlassian's API descriptions.
const LONGEST_ID: usize = 128;

/// One pair. As it was written, each side is an account id or an e-mail address; once it was looked
/// up, both are account ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPair {
    pub from: String,
    pub to: String,
    /// Where it stands in the file, from 1.
    pub line: usize,
}

impl UserPair {
    /// Both sides are the same person's account.
    pub fn is_same(&self) -> bool {
        self.from == self.to
    }
}

/// Whether a side of a pair is an e-mail address.
pub fn is_email(text: &str) -> bool {
    text.contains('@')
}

/// Reads a file of pairs; `shown` is its name in errors. Empty lines and those that begin with `#`
/// count as nothing; a side may stand in double quotes.
///
/// Errors: `Parse`, with the line.
pub fn parse(shown: &str, text: &str) -> Result<Vec<UserPair>> {
    let mut pairs = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let at = |what: &str| {
            let place = format!("{shown}, line {}: {what}.", n + 1);
            Error::new(Kind::Parse, place).hint(
                "Write one pair a line: an account id or an e-mail address of the source's site, =, and one of the target's.",
            )
        };
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (from, to) = line.split_once('=').ok_or_else(|| at("there is no ="))?;
        let (from, to) = (side(from), side(to));
        for (text, which) in [(from, "left"), (to, "right")] {
            if text.is_empty() {
                return Err(at(&format!("nothing stands on the {which} of =")));
            }
            if !is_account(text) {
                return Err(at(&format!(
                    "what stands on the {which} of = is neither an account id nor an e-mail address"
                )));
            }
        }
        pairs.push(UserPair {
            from: from.to_owned(),
            to: to.to_owned(),
            line: n + 1,
        });
    }
    check(shown, &pairs)?;
    Ok(pairs)
}

fn side(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    inner.unwrap_or(text).trim()
}

fn is_account(text: &str) -> bool {
    if let Some((name, host)) = text.split_once('@') {
        let word = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        return word(name) && word(host) && !host.contains('@');
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    text.len() <= LONGEST_ID && text.chars().all(allowed)
}

/// Everybody has one account to become, and nobody becomes somebody who becomes somebody else:
/// whatever is rewritten twice stays as it is after the first time.
///
/// Errors: `Parse`, with the line.
pub fn check(shown: &str, pairs: &[UserPair]) -> Result<()> {
    let mut known: HashMap<&str, &UserPair> = HashMap::new();
    for pair in pairs {
        if let Some(first) = known.get(pair.from.as_str()).filter(|p| p.to != pair.to) {
            let (line, other) = (pair.line, first.line);
            return Err(Error::new(
                Kind::Parse,
                format!("{shown}, line {line}: line {other} says that the same account becomes another one."),
            )
            .hint("Leave one of the two lines out."));
        }
        known.entry(&pair.from).or_insert(pair);
    }
    for pair in pairs.iter().filter(|pair| !pair.is_same()) {
        if let Some(next) = known.get(pair.to.as_str()).filter(|next| !next.is_same()) {
            return Err(Error::new(
                Kind::Parse,
                format!(
                    "{shown}, line {}: this account becomes one that line {} makes another one of.",
                    pair.line, next.line
                ),
            )
            .hint("Write on the right of = who it is in the end."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pairs_are_read_with_their_lines() {
        let text = "\u{feff}# who is who\n\nana@example.com = ana@example.org\r\n \"712020:0-1\"=\"557058:a_b\"  \n";
        let pairs = parse("users", text).unwrap();
        let told: Vec<_> = pairs.iter().map(|p| (&*p.from, &*p.to, p.line)).collect();
        assert_eq!(
            told,
            [
                ("ana@example.com", "ana@example.org", 3),
                ("712020:0-1", "557058:a_b", 4)
            ]
        );
        assert_eq!(parse("users", "").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, words) in [
            ("a = b\nno pair", "users, line 2: there is no ="),
            ("= b", "line 1: nothing stands on the left"),
            ("\n\na =", "line 3: nothing stands on the right"),
            ("a b = c", "line 1: what stands on the left"),
            ("a = b@", "line 1: what stands on the right"),
            ("a = b\n\na = c", "line 3: line 1 says"),
            (
                "a = b\nb = c",
                "line 1: this account becomes one that line 2",
            ),
            (
                "a = b\nb = a",
                "line 1: this account becomes one that line 2",
            ),
        ] {
            let error = parse("users", text).unwrap_err();
            assert_eq!(error.kind, Kind::Parse);
            assert!(error.message.contains(words), "{text:?}: {}", error.message);
        }
        // said twice, or of somebody who stays the same: no contradiction
        assert_eq!(parse("users", "a = b\na = b\nb = b").unwrap().len(), 3);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = parse("users", &text);
        }

        #[test]
        fn what_is_written_is_read(ids in proptest::collection::btree_set("[a-z0-9:-]{1,20}", 2..20)) {
            let ids: Vec<String> = ids.into_iter().collect();
            let (from, to) = ids.split_at(ids.len() / 2);
            let text: String = from.iter().zip(to).map(|(a, b)| format!("{a} = {b}\n")).collect();
            let pairs = parse("users", &text).unwrap();
            prop_assert_eq!(pairs.len(), from.len());
            for (pair, (a, b)) in pairs.iter().zip(from.iter().zip(to)) {
                prop_assert_eq!((&pair.from, &pair.to), (a, b));
            }
        }
    }
}
