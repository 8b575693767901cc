//! The pairs themselves: source → target.

use std::collections::BTreeMap;
use std::fmt;

use super::kind::ReferenceKind;
use super::rewriter::Rewriter;
use crate::error::Result;

/// One pair.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: ReferenceKind,
    /// Where the value comes from (`SUPABASE_URL`), for reports.
    pub label: String,
    pub from: String,
    pub to: String,
}

/// Source → target, by exact token. A token has one meaning: the first that was added stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReferenceMap {
    entries: BTreeMap<String, Entry>,
    /// A legacy key's role (`anon`, `service_role`) → the target's key of that role, for JSON web
    /// tokens of the source's project that aren't the key that its `.env` holds.
    legacy: BTreeMap<String, String>,
}

impl ReferenceMap {
    /// Adds a pair, called by its kind in reports.
    pub fn add(&mut self, kind: ReferenceKind, from: &str, to: &str) {
        self.add_labelled(kind, kind.word(), from, to);
    }

    /// Adds a pair. Empty, short or equal tokens are left out: they can't name a source. So is the
    /// schema `public`, which is everybody's.
    pub fn add_labelled(&mut self, kind: ReferenceKind, label: &str, from: &str, to: &str) {
        let everybodys = kind == ReferenceKind::Schema && from == "public";
        let short = from.is_empty() || from.chars().count() < kind.shortest();
        if short || everybodys || from == to || to.is_empty() || self.entries.contains_key(from) {
            return;
        }
        self.entries.insert(
            from.to_owned(),
            Entry {
                kind,
                label: label.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
            },
        );
    }

    /// What takes the place of the source's JSON web tokens for this role.
    pub fn add_legacy_key(&mut self, role: &str, to: &str) {
        if !to.is_empty() {
            self.legacy.insert(role.to_owned(), to.to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(super) fn legacy(&self) -> &BTreeMap<String, String> {
        &self.legacy
    }

    /// Made ready for use. Errors: `Internal`, where the map is too large for the memory's limits.
    pub fn compile(&self) -> Result<Rewriter> {
        Rewriter::new(self)
    }
}

/// Tokens may be secrets: only their number is shown.
impl fmt::Debug for ReferenceMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReferenceMap({} pairs)", self.entries.len())
    }
}
