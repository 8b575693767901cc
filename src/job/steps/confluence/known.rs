//! What the job's journal knows of the copy: which of the source's things became which of the
//! target's, and which are unclear.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::client::PROVIDER;
use crate::error::Result;
use crate::job::step::StepContext;
use crate::registry::journal::JournalState;

/// What the steps remember for themselves, apart from what became what.
const NOTES: &str = "confluence.notes";

type Key = (String, String);

pub struct Known {
    ctx: StepContext,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// By kind and source's id; `None` where the answer never came.
    ids: HashMap<Key, Option<String>>,
    /// By kind and target's id.
    taken: HashSet<Key>,
    notes: HashMap<Key, String>,
}

/// Something that is about to be created.
pub struct Begun {
    seq: i64,
    kind: &'static str,
    src: String,
    /// It was asked for before, and nobody knows whether it's there.
    pub unclear: bool,
}

impl Known {
    pub fn load(ctx: &StepContext) -> Result<Known> {
        let mut held = Held::default();
        for entry in ctx.journal()? {
            let key = (entry.kind, entry.source_id);
            let undone = entry.state == JournalState::Undone;
            match entry.provider.as_str() {
                PROVIDER if !undone => {
                    if let Some(id) = &entry.target_id {
                        held.taken.insert((key.0.clone(), id.clone()));
                    }
                    held.ids.insert(key, entry.target_id);
                }
                NOTES => {
                    held.notes.insert(key, entry.target_id.unwrap_or_default());
                }
                _ => {}
            }
        }
        Ok(Known {
            ctx: ctx.clone(),
            held: Mutex::new(held),
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the source's thing became.
    pub fn target(&self, kind: &str, src: &str) -> Option<String> {
        let key = (kind.to_owned(), src.to_owned());
        self.held().ids.get(&key).cloned().flatten()
    }

    /// Whether a thing of the target is known to be another's copy.
    pub fn is_taken(&self, kind: &str, target: &str) -> bool {
        let key = (kind.to_owned(), target.to_owned());
        self.held().taken.contains(&key)
    }

    /// All pairs of a kind: the source's id and the target's.
    pub fn pairs(&self, kind: &str) -> Vec<(String, String)> {
        let held = self.held();
        let of_kind = held.ids.iter().filter(|((k, _), _)| k == kind);
        let mut pairs: Vec<(String, String)> = of_kind
            .filter_map(|((_, src), target)| Some((src.clone(), target.clone()?)))
            .collect();
        drop(held);
        pairs.sort_by_key(|(src, _)| number(src));
        pairs
    }

    /// How many of a kind were begun.
    pub fn count(&self, kind: &str) -> u64 {
        self.held().ids.keys().filter(|(k, _)| k == kind).count() as u64
    }

    /// Written down before the call leaves.
    pub fn begin(&self, kind: &'static str, src: &str) -> Result<Begun> {
        let key = (kind.to_owned(), src.to_owned());
        let unclear = self.held().ids.contains_key(&key);
        let seq = self.ctx.intent(PROVIDER, kind, src)?;
        self.held().ids.entry(key).or_default();
        Ok(Begun {
            seq,
            kind,
            src: src.to_owned(),
            unclear,
        })
    }

    pub fn end(&self, begun: &Begun, target: &str) -> Result<()> {
        self.ctx.result(begun.seq, target)?;
        self.learn(begun.kind, &begun.src, target);
        Ok(())
    }

    /// What is there already: another name of what was created, or what was found.
    pub fn record(&self, kind: &str, src: &str, target: &str) -> Result<()> {
        self.ctx.record(PROVIDER, &[(kind, src, target)])?;
        self.learn(kind, src, target);
        Ok(())
    }

    fn learn(&self, kind: &str, src: &str, target: &str) {
        let mut held = self.held();
        let key = (kind.to_owned(), src.to_owned());
        held.ids.insert(key, Some(target.to_owned()));
        held.taken.insert((kind.to_owned(), target.to_owned()));
    }

    /// What was remembered under this name for the source's thing.
    pub fn noted(&self, name: &str, src: &str) -> Option<String> {
        let key = (name.to_owned(), src.to_owned());
        self.held().notes.get(&key).cloned()
    }

    pub fn note(&self, name: &str, src: &str, value: &str) -> Result<()> {
        self.ctx.record(NOTES, &[(name, src, value)])?;
        let key = (name.to_owned(), src.to_owned());
        self.held().notes.insert(key, value.to_owned());
        Ok(())
    }

    /// All that was remembered under a name.
    pub fn notes(&self, name: &str) -> Vec<(String, String)> {
        let held = self.held();
        let of_name = held.notes.iter().filter(|((n, _), _)| n == name);
        let mut notes: Vec<(String, String)> = of_name
            .map(|((_, src), value)| (src.clone(), value.clone()))
            .collect();
        drop(held);
        notes.sort_by_key(|(src, _)| number(src));
        notes
    }
}

/// Ids are numbers; older things have smaller ones.
pub fn number(id: &str) -> u64 {
    id.trim_start_matches("att").parse().unwrap_or(u64::MAX)
}
