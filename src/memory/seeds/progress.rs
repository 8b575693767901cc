//! How far loading is, table by table.

use super::parse::SeedSet;
use crate::domain::progress::{Amount, Item, Phase, Report, Unit, WorkState};

/// Keeps the report up to date and hands it on after each change.
pub struct Tracker<'a> {
    report: Report,
    told: &'a mut (dyn FnMut(Report) + Send + Sync),
}

impl<'a> Tracker<'a> {
    pub fn new(set: &SeedSet, told: &'a mut (dyn FnMut(Report) + Send + Sync)) -> Self {
        let mut items: Vec<Item> = Vec::new();
        for table in set.files.iter().flat_map(|file| &file.tables) {
            let rows = table.rows.len() as u64;
            match items.iter_mut().find(|item| item.name == table.name) {
                Some(item) => item.amount.total += rows,
                None => items.push(Item {
                    name: table.name.clone(),
                    amount: Amount::new(0, rows, Unit::Rows),
                    ..Item::default()
                }),
            }
        }
        let amount = Amount::new(0, set.rows() as u64, Unit::Rows);
        let phase = Phase {
            name: "rows".to_owned(),
            state: WorkState::Running,
            amount,
            items,
        };
        let mut tracker = Tracker {
            report: Report {
                amount,
                note: None,
                phases: vec![phase],
            },
            told,
        };
        tracker.tell();
        tracker
    }

    pub fn note(&mut self, text: String) {
        self.report.note = Some(text);
        self.tell();
    }

    pub fn table(&mut self, name: &str) {
        self.report.note = Some(format!("Loading {name}"));
        self.change(name, |item| item.state = WorkState::Running);
    }

    pub fn rows(&mut self, name: &str, more: u64) {
        self.report.amount.done += more;
        if let Some(phase) = self.report.phases.first_mut() {
            phase.amount.done += more;
        }
        self.change(name, |item| item.amount.done += more);
    }

    pub fn table_done(&mut self, name: &str) {
        self.report.note = None;
        let over = self.report.amount.done >= self.report.amount.total;
        if let Some(phase) = self.report.phases.first_mut().filter(|_| over) {
            phase.state = WorkState::Done;
        }
        // A table may have rows in several files.
        self.change(name, |item| {
            if item.amount.done >= item.amount.total {
                item.state = WorkState::Done;
            }
        });
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Item)) {
        let items = self.report.phases.iter_mut().flat_map(|p| &mut p.items);
        if let Some(item) = items.into_iter().find(|item| item.name == name) {
            change(item);
        }
        self.tell();
    }

    fn tell(&mut self) {
        (self.told)(self.report.clone());
    }
}
