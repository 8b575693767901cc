//! How far the copy is: counted where the work happens, read when a report is due.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::progress::{Amount, Item, Phase, Report, Unit, WorkState};

/// Tables that a report names; more would only make it slow.
const ITEMS: usize = 200;

/// The parts of a copy, as a person reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Schema,
    Data,
    Indexes,
    Constraints,
    Rights,
    Check,
}

const PARTS: [(Part, &str, Unit); 6] = [
    (Part::Schema, "Schema", Unit::Objects),
    (Part::Data, "Data", Unit::Bytes),
    (Part::Indexes, "Indexes", Unit::Objects),
    (Part::Constraints, "Constraints", Unit::Objects),
    (Part::Rights, "Rules and rights", Unit::Objects),
    (Part::Check, "Check", Unit::Tables),
];

#[derive(Default)]
struct Counter {
    done: AtomicU64,
    total: AtomicU64,
}

struct Table {
    name: String,
    bytes: u64,
    moved: u64,
    state: WorkState,
    note: Option<&'static str>,
}

#[derive(Default)]
pub struct Progress {
    parts: [Counter; 6],
    tables: Mutex<Vec<Table>>,
    note: Mutex<Option<String>>,
    wire: AtomicU64,
}

impl Progress {
    fn counter(&self, part: Part) -> Option<&Counter> {
        self.parts.get(part as usize)
    }

    pub fn expect(&self, part: Part, more: u64) {
        if let Some(counter) = self.counter(part) {
            counter.total.fetch_add(more, Ordering::Relaxed);
        }
    }

    pub fn add(&self, part: Part, done: u64) {
        if let Some(counter) = self.counter(part) {
            counter.done.fetch_add(done, Ordering::Relaxed);
        }
    }

    pub fn say(&self, note: &str) {
        *self.note.lock().unwrap_or_else(PoisonError::into_inner) = Some(note.to_owned());
    }

    /// Adds a table; its place is the number of those before it.
    pub fn table(&self, name: String, bytes: u64) {
        self.expect(Part::Data, bytes.max(1));
        self.expect(Part::Check, 1);
        self.tables().push(Table {
            name,
            bytes: bytes.max(1),
            moved: 0,
            state: WorkState::Pending,
            note: None,
        });
    }

    /// Bytes of a table crossed the program. What the wire needs and what the disk holds differ, so
    /// a table never seems fuller than full.
    pub fn moved(&self, place: usize, bytes: u64) {
        self.wire.fetch_add(bytes, Ordering::Relaxed);
        let mut tables = self.tables();
        if let Some(table) = tables.get_mut(place) {
            let before = table.moved.min(table.bytes);
            table.moved += bytes;
            table.state = WorkState::Running;
            let more = table.moved.min(table.bytes) - before;
            drop(tables);
            self.add(Part::Data, more);
        }
    }

    pub fn copied(&self, place: usize) {
        let mut tables = self.tables();
        if let Some(table) = tables.get_mut(place) {
            let rest = table.bytes - table.moved.min(table.bytes);
            table.moved = table.bytes;
            table.state = WorkState::Done;
            drop(tables);
            self.add(Part::Data, rest);
        }
    }

    pub fn checked(&self, place: usize, equal: bool) {
        if let Some(table) = self.tables().get_mut(place) {
            table.note = Some(if equal { "equal" } else { "differs" });
            if !equal {
                table.state = WorkState::Failed;
            }
        }
        self.add(Part::Check, 1);
    }

    /// Bytes of rows that crossed the program.
    pub fn wire_bytes(&self) -> u64 {
        self.wire.load(Ordering::Relaxed)
    }

    pub fn report(&self) -> Report {
        let phases: Vec<Phase> = PARTS
            .iter()
            .map(|(part, name, unit)| self.phase(*part, name, *unit))
            .collect();
        let data = phases.get(Part::Data as usize).map(|phase| phase.amount);
        Report {
            amount: data.unwrap_or_default(),
            note: self
                .note
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            phases,
        }
    }

    fn phase(&self, part: Part, name: &str, unit: Unit) -> Phase {
        let read = |pick: fn(&Counter) -> &AtomicU64| {
            self.counter(part)
                .map_or(0, |c| pick(c).load(Ordering::Relaxed))
        };
        let (done, total) = (read(|c| &c.done), read(|c| &c.total));
        let state = if total > 0 && done >= total {
            WorkState::Done
        } else if done > 0 {
            WorkState::Running
        } else {
            WorkState::Pending
        };
        Phase {
            name: name.to_owned(),
            state,
            amount: Amount::new(done, total, unit),
            items: if part == Part::Data {
                self.items()
            } else {
                Vec::new()
            },
        }
    }

    /// The tables in their order (largest first); where there are too many, those at work go first.
    fn items(&self) -> Vec<Item> {
        let tables = self.tables();
        let mut chosen: Vec<&Table> = tables.iter().collect();
        if chosen.len() > ITEMS {
            chosen.sort_by_key(|table| match table.state {
                WorkState::Failed => 0,
                WorkState::Running => 1,
                _ => 2,
            });
            chosen.truncate(ITEMS);
        }
        chosen
            .into_iter()
            .map(|table| Item {
                name: table.name.clone(),
                state: table.state,
                amount: Amount::new(table.moved.min(table.bytes), table.bytes, Unit::Bytes),
                note: table.note.map(str::to_owned),
            })
            .collect()
    }

    fn tables(&self) -> std::sync::MutexGuard<'_, Vec<Table>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_never_fuller_than_full_and_ends_full() {
        let progress = Progress::default();
        progress.table("t".into(), 100);
        progress.moved(0, 70);
        progress.moved(0, 70);
        let report = progress.report();
        assert_eq!(report.amount, Amount::new(100, 100, Unit::Bytes));
        progress.table("u".into(), 50);
        progress.copied(1);
        progress.copied(0);
        assert_eq!(progress.report().amount, Amount::new(150, 150, Unit::Bytes));
        progress.checked(1, false);
        let items = progress.report().phases.remove(1).items;
        assert_eq!(items[1].state, WorkState::Failed);
        assert_eq!(progress.wire_bytes(), 140);
    }
}
