//! What names the source, and what names the target instead.
//!
//! A map is filled while a clone's parts are created and applied in a second pass. It replaces
//! whole tokens, never parts of longer ones: a project ref inside a longer word stays.

use std::collections::BTreeMap;

/// The `.env` keys that say which project an instance is. A clone gets its own.
pub const IDENTITY_KEYS: [&str; 7] = [
    "SUPABASE_URL",
    "SUPABASE_PROJECT_REF",
    "SUPABASE_ANON_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
    "DATABASE_URL",
    "MCP_SUPABASE_PROJECT_REF",
    "MCP_SUPABASE_SCHEMA",
];

/// Source → target, by exact token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReferenceMap {
    pairs: BTreeMap<String, String>,
}

/// One place that still names the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// 1-based.
    pub line: usize,
    /// Which of the source's names stands there, by its label: never the value of a secret.
    pub what: String,
}

impl ReferenceMap {
    /// Tokens shorter than this are too common to be replaced blindly.
    const MIN_TOKEN: usize = 6;

    /// Adds a pair. Empty, short or equal tokens are left out: they can't name a source.
    pub fn add(&mut self, from: &str, to: &str) {
        if from.chars().count() >= Self::MIN_TOKEN && from != to {
            self.pairs.insert(from.to_owned(), to.to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The text with every token of the source replaced, and how many there were.
    pub fn rewrite(&self, text: &str) -> (String, usize) {
        let mut out = String::with_capacity(text.len());
        let mut count = 0;
        let mut rest = 0;
        for (at, from) in self.matches(text) {
            out.push_str(&text[rest..at]);
            out.push_str(&self.pairs[from]);
            rest = at + from.len();
            count += 1;
        }
        out.push_str(&text[rest..]);
        (out, count)
    }

    /// Where `text` still names the source. `label` turns a token into words for a report.
    pub fn scan(&self, text: &str, label: impl Fn(&str) -> String) -> Vec<Leftover> {
        self.matches(text)
            .into_iter()
            .map(|(at, from)| Leftover {
                line: text[..at].matches('\n').count() + 1,
                what: label(from),
            })
            .collect()
    }

    /// Non-overlapping matches from left to right; where two begin at one place, the longer wins.
    fn matches<'a>(&'a self, text: &str) -> Vec<(usize, &'a str)> {
        let mut found: Vec<(usize, &str)> = self
            .pairs
            .keys()
            .flat_map(|from| {
                text.match_indices(from.as_str())
                    .filter(|(at, hit)| stands_alone(text, *at, hit.len()))
                    .map(|(at, _)| (at, from.as_str()))
                    .collect::<Vec<_>>()
            })
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.len().cmp(&a.1.len())));
        let mut end = 0;
        found.retain(|(at, from)| {
            let free = *at >= end;
            if free {
                end = at + from.len();
            }
            free
        });
        found
    }
}

/// Whether the token isn't a part of a longer word: letters, digits and `_` join words; `-` and
/// `.` don't, because hosts and names are built with them around refs.
fn stands_alone(text: &str, at: usize, len: usize) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let token = &text[at..at + len];
    let before = text[..at].chars().next_back();
    let after = text[at + len..].chars().next();
    let first = token.chars().next();
    let last = token.chars().next_back();
    let glued = |outer: Option<char>, inner: Option<char>| {
        outer.is_some_and(joins) && inner.is_some_and(joins)
    };
    !glued(before, first) && !glued(after, last)
}

/// Tokens may be secrets: only their number is shown.
impl std::fmt::Debug for ReferenceMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReferenceMap({} pairs)", self.pairs.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map() -> ReferenceMap {
        let mut map = ReferenceMap::default();
        map.add("abcdefghijklmnopqrst", "zyxwvutsrqponmlkjihg");
        map.add(
            "http://127.0.0.1:5000/p/abcdefghijklmnopqrst",
            "http://127.0.0.1:5000/q",
        );
        map.add("ab", "never");
        map
    }

    #[test]
    fn whole_tokens_change_and_parts_of_words_do_not() {
        let text = "ref=abcdefghijklmnopqrst db.abcdefghijklmnopqrst.host xabcdefghijklmnopqrst ab";
        let (out, n) = map().rewrite(text);
        assert_eq!(
            out,
            "ref=zyxwvutsrqponmlkjihg db.zyxwvutsrqponmlkjihg.host xabcdefghijklmnopqrst ab"
        );
        assert_eq!(n, 2);
        assert!(map().scan(&out, str::to_owned).is_empty());
    }

    #[test]
    fn the_longer_token_wins() {
        let (out, n) = map().rewrite("x http://127.0.0.1:5000/p/abcdefghijklmnopqrst y");
        assert_eq!((out.as_str(), n), ("x http://127.0.0.1:5000/q y", 1));
    }

    #[test]
    fn leftovers_name_their_line() {
        let found = map().scan("a\nb abcdefghijklmnopqrst\n", |_| "project ref".into());
        assert_eq!(
            found,
            [Leftover {
                line: 2,
                what: "project ref".into()
            }]
        );
    }

    proptest! {
        #[test]
        fn rewriting_twice_changes_nothing_more(text in "([a-z ._/:é-]|abcdefghijklmnopqrst){0,60}") {
            let (once, _) = map().rewrite(&text);
            let (twice, n) = map().rewrite(&once);
            prop_assert_eq!(&once, &twice);
            prop_assert_eq!(n, 0);
        }

        #[test]
        fn text_without_tokens_never_changes(text in "[^t]{0,80}") {
            prop_assert_eq!(map().rewrite(&text).0, text);
        }
    }
}
