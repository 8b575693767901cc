//! A map made ready for use: an automaton over what is to be found, so that a text is read once,
//! however many pairs there are.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use aho_corasick::AhoCorasick;

use super::kind::ReferenceKind;
use super::map::{Entry, ReferenceMap};
use super::needles::needles;
use super::pattern::{Index, Pattern, patterns};
use crate::error::{Error, Result};

/// A compiled [`ReferenceMap`].
pub struct Rewriter {
    pub(super) entries: Vec<Entry>,
    pub(super) index: Index,
    /// By the automaton's pattern number.
    pub(super) patterns: Vec<Pattern>,
    pub(super) finder: AhoCorasick,
    /// Tokens that are worth a report wherever they stand, in any case of letters.
    pub(super) telling: AhoCorasick,
    pub(super) telling_entries: Vec<usize>,
    /// Source projects' refs.
    pub(super) projects: BTreeSet<String>,
    /// Refs and addresses of both sides' projects, which an address of a stored object may name.
    pub(super) owners: Vec<String>,
    /// What an address of the source has in it, whoever's host it names.
    pub(super) company: Vec<String>,
    pub(super) legacy: BTreeMap<String, String>,
    /// Atlassian sites of source and target, in lower case.
    pub(super) sites: HashSet<String>,
    /// Accounts of people who have none in the target, and their names.
    pub(super) absent: BTreeMap<String, String>,
    pub(super) keep_code: bool,
    /// What an address has in it that leads to one thing of a site.
    pub(super) somewhere: AhoCorasick,
    /// What each kind's tokens are in the target.
    targets: HashMap<ReferenceKind, HashSet<String>>,
    needles: Option<Vec<String>>,
}

impl Rewriter {
    pub(super) fn new(map: &ReferenceMap) -> Result<Rewriter> {
        let entries: Vec<Entry> = map.entries().cloned().collect();
        let index = Index::new(&entries);
        let (texts, patterns) = patterns(&entries, &index);
        let telling_entries: Vec<usize> = (0..entries.len())
            .filter(|n| entries.get(*n).is_some_and(|e| e.kind.is_telling()))
            .collect();
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
        let mut targets: HashMap<ReferenceKind, HashSet<String>> = HashMap::new();
        for entry in entries.iter().filter(|e| e.kind.is_of_a_site()) {
            let of_kind = targets.entry(entry.kind).or_default();
            of_kind.insert(entry.to.clone());
        }
        Ok(Rewriter {
            finder: AhoCorasick::new(&texts).map_err(too_large)?,
            telling,
            somewhere: AhoCorasick::new(super::context::addressing()).map_err(too_large)?,
            projects: of_kind(ReferenceKind::ProjectRef)
                .map(|e| e.from.clone())
                .collect(),
            owners: of_kind(ReferenceKind::ProjectRef)
                .chain(of_kind(ReferenceKind::ProjectUrl))
                .flat_map(|e| [e.from.clone(), e.to.clone()])
                .collect(),
            company: of_kind(ReferenceKind::ProjectRef)
                .chain(of_kind(ReferenceKind::DatabaseRole))
                .map(|e| e.from.clone())
                .collect(),
            legacy: map.legacy().clone(),
            sites: map.sites().iter().cloned().collect(),
            absent: map.absent().clone(),
            keep_code: map.keeps_code(),
            needles: needles(&entries, &index),
            targets,
            telling_entries,
            patterns,
            index,
            entries,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.absent.is_empty()
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
        let again = |entry: &&Entry| {
            let same = self.index.get(entry.kind, &entry.to);
            same.is_some_and(|n| self.changes(n)) || self.text(&entry.to).count > 0
        };
        self.entries
            .iter()
            .filter(|entry| entry.from != entry.to)
            .filter(again)
            .count()
    }

    /// Whether the target's name is another.
    fn changes(&self, entry: usize) -> bool {
        self.entries.get(entry).is_some_and(|e| e.from != e.to)
    }

    /// Whether it's a name in the target.
    pub(super) fn is_a_target(&self, kind: ReferenceKind, token: &str) -> bool {
        let targets = self.targets.get(&kind);
        targets.is_some_and(|all| all.contains(token))
    }

    /// Whether what stands there may just as well be the target's own.
    pub(super) fn is_targets(&self, entry: usize) -> bool {
        let Some(entry) = self.entries.get(entry) else {
            return false;
        };
        self.is_a_target(entry.kind, &entry.from)
    }
}

/// Tokens may be secrets: only their number is shown.
impl fmt::Debug for Rewriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rewriter({} pairs)", self.entries.len())
    }
}
