//! The history as it may be shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::registry::values::{SealedValue, ValueChange};

/// One change of one key. Values show as fingerprints; none where there was no such key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    pub number: i64,
    pub at: Timestamp,
    /// The user of the system; empty for what was changed outside.
    pub who: String,
    /// A verb, `screen`, `job 12 (clone)`, or `outside`.
    pub by: String,
    pub key: String,
    /// `set`, `unset` or `undo`.
    pub kind: &'static str,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The change that this one took back.
    pub undoes: Option<i64>,
    /// The change that took this one back.
    pub undone_by: Option<i64>,
}

impl HistoryEntry {
    /// When, to the minute.
    pub fn moment(&self) -> String {
        self.at.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }
}

/// `changes` oldest first; the entries newest first.
pub(super) fn read(changes: &[ValueChange]) -> Vec<HistoryEntry> {
    // a change that was taken back itself takes nothing back
    let mut taken_back: BTreeMap<i64, i64> = BTreeMap::new();
    for entry in changes.iter().rev() {
        if let Some(undoes) = entry.change.undoes
            && !taken_back.contains_key(&entry.id)
        {
            taken_back.entry(undoes).or_insert(entry.id);
        }
    }
    let print = |value: &Option<SealedValue>| value.as_ref().map(|value| value.print.clone());
    changes
        .iter()
        .rev()
        .map(|entry| HistoryEntry {
            number: entry.id,
            at: entry.at,
            who: entry.change.actor.clone(),
            by: entry.change.origin.clone(),
            key: entry.change.key.clone(),
            kind: match (entry.change.undoes, &entry.change.after) {
                (Some(_), _) => "undo",
                (None, Some(_)) => "set",
                (None, None) => "unset",
            },
            before: print(&entry.change.before),
            after: print(&entry.change.after),
            undoes: entry.change.undoes,
            undone_by: taken_back.get(&entry.id).copied(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::values::NewValueChange;

    fn change(id: i64, undoes: Option<i64>) -> ValueChange {
        ValueChange {
            id,
            at: Timestamp::UNIX_EPOCH,
            change: NewValueChange {
                actor: String::new(),
                origin: String::new(),
                key: "A".into(),
                before: None,
                after: None,
                undoes,
            },
        }
    }

    #[test]
    fn an_undo_that_was_undone_takes_nothing_back() {
        let all = [change(1, None), change(2, Some(1)), change(3, Some(2))];
        let by = |all: &[ValueChange]| -> Vec<Option<i64>> {
            read(all).iter().rev().map(|e| e.undone_by).collect()
        };
        assert_eq!(by(&all[..2]), [Some(2), None]);
        assert_eq!(by(&all), [None, Some(3), None]);
    }
}
