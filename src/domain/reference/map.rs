//! The pairs themselves: source → target.

use std::collections::{BTreeMap, BTreeSet};
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

/// Source → target, by kind and exact token. A token has one meaning in its kind (where it may stand
/// anywhere: one meaning among all such kinds): the first that was added stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReferenceMap {
    /// The kind is left out where a token of it may stand anywhere.
    entries: BTreeMap<(Option<ReferenceKind>, String), Entry>,
    /// A legacy key's role (`anon`, `service_role`) → the target's key of that role, for JSON web
    /// tokens of the source's project that aren't the key that its `.env` holds.
    legacy: BTreeMap<String, String>,
    /// Hosts of the source's and the target's Atlassian sites.
    sites: BTreeSet<String>,
    /// Account → the name of a person who has none in the target.
    absent: BTreeMap<String, String>,
    keep_code: bool,
}

impl ReferenceMap {
    /// Adds a pair, called by its kind in reports.
    pub fn add(&mut self, kind: ReferenceKind, from: &str, to: &str) {
        self.add_labelled(kind, kind.word(), from, to);
    }

    /// Adds a pair. Empty, short or equal tokens are left out: they can't name a source. So is the
    /// schema `public`, which is everybody's. A site that both share is remembered as theirs, and so
    /// is what has the same name on two sites.
    pub fn add_labelled(&mut self, kind: ReferenceKind, label: &str, from: &str, to: &str) {
        if kind == ReferenceKind::Site && !from.is_empty() && !to.is_empty() {
            self.sites.insert(from.to_ascii_lowercase());
            self.sites.insert(to.to_ascii_lowercase());
        }
        let everybodys = kind == ReferenceKind::Schema && from == "public";
        let short = from.is_empty() || from.chars().count() < kind.shortest();
        let key = (kind.is_of_a_site().then_some(kind), from.to_owned());
        // of what has the same name on two sites, the addresses change all the same
        let same = from == to && !kind.is_of_a_site();
        if short || everybodys || same || to.is_empty() || self.entries.contains_key(&key) {
            return;
        }
        self.entries.insert(
            key,
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

    /// A person's account: the same in the target, another one, or none. Of somebody who has none,
    /// a mention becomes `@name`; an empty name leaves it to what the mention says itself.
    pub fn add_user(&mut self, account: &str, target: Option<&str>, name: &str) {
        match target {
            Some(to) => self.add(ReferenceKind::Account, account, to),
            None if account.is_empty() => {}
            None => {
                self.absent.insert(account.to_owned(), name.to_owned());
            }
        }
    }

    /// Leaves code blocks and inline code of ADF and storage format as they are. Else they are
    /// rewritten like any other text.
    pub fn keep_code(&mut self, keep: bool) {
        self.keep_code = keep;
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.absent.is_empty()
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

    pub(super) fn sites(&self) -> &BTreeSet<String> {
        &self.sites
    }

    pub(super) fn absent(&self) -> &BTreeMap<String, String> {
        &self.absent
    }

    pub(super) fn keeps_code(&self) -> bool {
        self.keep_code
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
