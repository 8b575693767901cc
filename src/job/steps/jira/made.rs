//! What the job's journal says was made, by kind.

use std::collections::HashMap;

use super::PROVIDER;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::registry::journal::JournalState;

/// The journal's pairs. A source's id without a target's is open: a call was about to make it, and
/// nobody knows what became of it.
#[derive(Debug, Default)]
pub struct Made {
    kinds: HashMap<String, HashMap<String, Option<String>>>,
}

impl Made {
    pub fn load(ctx: &StepContext) -> Result<Made> {
        let mut made = Made::default();
        for entry in ctx.journal()? {
            if entry.provider == PROVIDER && entry.state != JournalState::Undone {
                let kind = made.kinds.entry(entry.kind).or_default();
                kind.insert(entry.source_id, entry.target_id);
            }
        }
        Ok(made)
    }

    pub fn target(&self, kind: &str, source: &str) -> Option<&str> {
        self.kinds.get(kind)?.get(source)?.as_deref()
    }

    pub fn is_open(&self, kind: &str, source: &str) -> bool {
        let found = self.kinds.get(kind).and_then(|all| all.get(source));
        found.is_some_and(Option::is_none)
    }

    pub fn has_open(&self, kind: &str) -> bool {
        let all = self.kinds.get(kind);
        all.is_some_and(|all| all.values().any(Option::is_none))
    }

    pub fn put(&mut self, kind: &str, source: &str, target: &str) {
        let all = self.kinds.entry(kind.to_owned()).or_default();
        all.insert(source.to_owned(), Some(target.to_owned()));
    }

    /// The source's id and the target's of all that have both.
    pub fn pairs(&self, kind: &str) -> impl Iterator<Item = (&str, &str)> {
        let all = self.kinds.get(kind).into_iter().flatten();
        all.filter_map(|(source, target)| Some((source.as_str(), target.as_deref()?)))
    }
}
