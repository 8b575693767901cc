//! A map made ready for use: an automaton over all tokens in all their forms, so that a text is read
//! once, however many pairs there are.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use aho_corasick::AhoCorasick;

use super::boundary;
use super::form::{Form, forms};
use super::jwt;
use super::kind::ReferenceKind;
use super::map::{Entry, ReferenceMap};
use crate::error::{Error, Result};

/// So many search words at the most are worth a server's while.
const MOST_NEEDLES: usize = 64;
/// In the address of every stored object that was signed for a while.
pub(super) const SIGNED_OBJECT: &str = "/object/sign/";

/// A compiled [`ReferenceMap`].
pub struct Rewriter {
    pub(super) entries: Vec<Entry>,
    /// By the automaton's pattern number: the entry, and how its token is written there.
    patterns: Vec<(usize, Form)>,
    finder: AhoCorasick,
    /// Tokens that are worth a report wherever they stand, in any case of letters.
    pub(super) telling: AhoCorasick,
    pub(super) telling_entries: Vec<usize>,
    /// Source projects' refs.
    pub(super) projects: BTreeSet<String>,
    /// What an address of the source has in it, whoever's host it names.
    company: Vec<String>,
    legacy: BTreeMap<String, String>,
    /// Atlassian sites of source and target, in lower case.
    sites: HashSet<String>,
    needles: Option<Vec<String>>,
}

/// One place in a text that is to be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'r> {
    pub start: usize,
    pub end: usize,
    pub to: Replacement<'r>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Replacement<'r> {
    Entry(usize, Form),
    Key(&'r str),
}

impl Rewriter {
    pub(super) fn new(map: &ReferenceMap) -> Result<Rewriter> {
        let entries: Vec<Entry> = map.entries().cloned().collect();
        let mut patterns = Vec::new();
        let mut texts = Vec::new();
        let mut telling_entries = Vec::new();
        for (n, entry) in entries.iter().enumerate() {
            for (form, text) in forms(&entry.from) {
                patterns.push((n, form));
                texts.push(text);
            }
            if entry.kind.is_telling() {
                telling_entries.push(n);
            }
        }
        let too_large = |e| {
            Error::internal("The references can't be searched for: they are too many.").source(e)
        };
        let telling = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(
                telling_entries
                    .iter()
                    .filter_map(|n| Some(&entries.get(*n)?.from)),
            )
            .map_err(too_large)?;
        let of_kind = |kind: ReferenceKind| entries.iter().filter(move |e| e.kind == kind);
        Ok(Rewriter {
            finder: AhoCorasick::new(&texts).map_err(too_large)?,
            telling,
            projects: of_kind(ReferenceKind::ProjectRef)
                .map(|e| e.from.clone())
                .collect(),
            company: of_kind(ReferenceKind::ProjectRef)
                .chain(of_kind(ReferenceKind::DatabaseRole))
                .map(|e| e.from.clone())
                .collect(),
            legacy: map.legacy().clone(),
            sites: of_kind(ReferenceKind::Site)
                .flat_map(|e| [e.from.to_ascii_lowercase(), e.to.to_ascii_lowercase()])
                .collect(),
            needles: needles(&entries),
            telling_entries,
            patterns,
            entries,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Texts of which every text that holds a reference holds one, in whatever case of letters; and
    /// so does every text with a [`Residue`](super::Residue). `None`: there are too many, so every
    /// text has to be looked at.
    pub fn needles(&self) -> Option<&[String]> {
        self.needles.as_deref()
    }

    /// What makes a second pass over the same text change it again: pairs whose target is itself a
    /// token of a source. Such a map has to be applied exactly once.
    pub fn chained(&self) -> usize {
        let again = |entry: &&Entry| self.text(&entry.to).count > 0;
        self.entries.iter().filter(again).count()
    }

    /// Non-overlapping places from left to right; where two begin at one place, the longer wins.
    pub(super) fn find<'r>(&'r self, text: &str) -> Vec<Found<'r>> {
        let mut found: Vec<Found> = self
            .finder
            .find_overlapping_iter(text)
            .filter_map(|hit| {
                let (n, form) = *self.patterns.get(hit.pattern().as_usize())?;
                self.is_reference(n, text, hit.start(), hit.end())
                    .then_some(Found {
                        start: hit.start(),
                        end: hit.end(),
                        to: Replacement::Entry(n, form),
                    })
            })
            .collect();
        for token in self.tokens(text) {
            if let Some(key) = token.role.and_then(|role| self.legacy.get(&role)) {
                found.push(Found {
                    start: token.start,
                    end: token.end,
                    to: Replacement::Key(key),
                });
            }
        }
        found.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let mut end = 0;
        found.retain(|one| {
            let free = one.start >= end;
            if free {
                end = one.end;
            }
            free
        });
        found
    }

    /// JSON web tokens of the source's projects.
    pub(super) fn tokens(&self, text: &str) -> Vec<jwt::Token> {
        if self.projects.is_empty() {
            return Vec::new();
        }
        jwt::find(text, |project| self.projects.contains(project))
    }

    fn is_reference(&self, n: usize, text: &str, start: usize, end: usize) -> bool {
        let Some(entry) = self.entries.get(n) else {
            return false;
        };
        let (head, tail) = (&text[..start], &text[end..]);
        boundary::stands_alone(entry.kind, text, start, end)
            && boundary::is_introduced(entry.kind, head, tail)
            && (!entry.kind.needs_company(&entry.from) || self.is_in_company(head))
            && (!entry.kind.is_of_a_site() || self.is_at_home(head))
    }

    /// Whether the address that runs up to here names a source's project.
    fn is_in_company(&self, head: &str) -> bool {
        let word = boundary::word_before(head);
        self.company.iter().any(|name| word.contains(name))
    }

    /// Whether this isn't in an address of somebody else's site.
    fn is_at_home(&self, head: &str) -> bool {
        self.sites.is_empty()
            || boundary::host_around(head).is_none_or(|host| self.sites.contains(&host))
    }
}

fn needles(entries: &[Entry]) -> Option<Vec<String>> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    if entries.iter().any(|e| e.kind == ReferenceKind::ProjectRef) {
        all.insert(jwt::INSIDE.to_owned());
        all.insert(SIGNED_OBJECT.to_owned());
        all.insert(Form::Slashes.write(SIGNED_OBJECT));
    }
    for entry in entries {
        match entry.kind {
            ReferenceKind::JiraIssue => {
                let key = entry.from.split_inclusive('-').next();
                all.extend(key.map(str::to_owned));
            }
            _ => all.extend(forms(&entry.from).into_iter().map(|(_, text)| text)),
        }
        if all.len() > MOST_NEEDLES * 8 {
            return None;
        }
    }
    // what holds another needle is found by that
    let words: Vec<String> = all.iter().cloned().collect();
    all.retain(|word| {
        words
            .iter()
            .all(|other| other == word || !word.contains(other.as_str()))
    });
    (all.len() <= MOST_NEEDLES).then(|| all.into_iter().collect())
}

/// Tokens may be secrets: only their number is shown.
impl fmt::Debug for Rewriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rewriter({} pairs)", self.entries.len())
    }
}
