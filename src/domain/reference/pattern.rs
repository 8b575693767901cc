//! What the automaton looks for: tokens that count anywhere, and the words that introduce all
//! others, so that its size doesn't grow with the number of issues and pages.

use std::collections::{BTreeSet, HashMap};

use super::context::{CONTEXTS, QUERIES, TINY};
use super::form::{Form, forms};
use super::kind::ReferenceKind;
use super::map::Entry;
use super::query::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// A token, by its entry's number.
    Token(usize, Form),
    /// `PROJ-`: the beginning of an issue's key.
    IssueKey,
    /// The beginning of a UUID.
    Uuid,
    /// One of [`CONTEXTS`]: the token follows.
    Word(usize, Form),
    /// A page's short name follows.
    Tiny,
    /// A query follows, percent-encoded so many times.
    Query(Language, usize),
}

/// Entries by kind and token.
#[derive(Default)]
pub(super) struct Index {
    by_kind: HashMap<ReferenceKind, HashMap<String, usize>>,
}

impl Index {
    pub fn new(entries: &[Entry]) -> Index {
        let mut index = Index::default();
        for (n, entry) in entries.iter().enumerate() {
            let of_kind = index.by_kind.entry(entry.kind).or_default();
            of_kind.insert(entry.from.clone(), n);
        }
        index
    }

    pub fn get(&self, kind: ReferenceKind, token: &str) -> Option<usize> {
        self.by_kind.get(&kind)?.get(token).copied()
    }

    pub fn has(&self, kind: ReferenceKind) -> bool {
        self.by_kind.contains_key(&kind)
    }

    pub fn tokens(&self, kind: ReferenceKind) -> impl Iterator<Item = &str> {
        let of_kind = self.by_kind.get(&kind);
        of_kind
            .into_iter()
            .flat_map(|m| m.keys())
            .map(String::as_str)
    }

    pub fn count(&self, kind: ReferenceKind) -> usize {
        self.by_kind.get(&kind).map_or(0, HashMap::len)
    }
}

/// How much of a UUID is looked for.
const UUID_HEAD: usize = 9;

/// All search words with what they mean; the same word may mean several things.
pub(super) fn patterns(entries: &[Entry], index: &Index) -> (Vec<String>, Vec<Pattern>) {
    let mut all = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        if entry.kind.is_introduced() || begins(entry).is_some() {
            continue;
        }
        for (form, text) in forms(&entry.from) {
            all.push((text, Pattern::Token(n, form)));
        }
    }
    let heads: BTreeSet<(&str, bool)> = entries
        .iter()
        .filter_map(|e| Some((begins(e)?, e.kind.is_uuid())))
        .collect();
    for (head, is_uuid) in heads {
        let pattern = if is_uuid {
            Pattern::Uuid
        } else {
            Pattern::IssueKey
        };
        all.push((head.to_owned(), pattern));
    }
    for (n, (word, kinds)) in CONTEXTS.iter().enumerate() {
        if kinds.iter().any(|kind| index.has(*kind)) {
            for (form, text) in forms(word) {
                all.push((text, Pattern::Word(n, form)));
            }
        }
    }
    if super::context::CONTENT.iter().any(|kind| index.has(*kind)) {
        all.extend(
            forms(TINY)
                .into_iter()
                .map(|(_, text)| (text, Pattern::Tiny)),
        );
    }
    if entries.iter().any(|e| e.kind.is_of_a_site()) {
        for word in QUERIES {
            let language = Language::of_parameter(word);
            for (form, text) in forms(word) {
                let depth = match form {
                    Form::Plain | Form::Slashes => 1,
                    Form::PercentUpper | Form::PercentLower => 2,
                    Form::Twice => 3,
                };
                all.push((text, Pattern::Query(language, depth)));
            }
        }
    }
    all.into_iter().unzip()
}

/// The part by which an issue's key or a UUID is looked for.
pub(super) fn begins(entry: &Entry) -> Option<&str> {
    match entry.kind {
        ReferenceKind::JiraIssue => {
            let (key, number) = entry.from.rsplit_once('-')?;
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            (is_number && !key.is_empty()).then(|| entry.from.get(..=key.len()))?
        }
        kind if kind.is_uuid() => entry
            .from
            .get(..UUID_HEAD)
            .filter(|head| head.ends_with('-')),
        _ => None,
    }
}
