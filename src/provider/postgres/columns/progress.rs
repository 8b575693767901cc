//! How far a pass is, as the screens draw it.

use crate::domain::progress::{Amount, Item, Phase, Report, Unit, WorkState};
use crate::provider::postgres::copy::Observer;

pub struct Progress<'a> {
    observer: &'a dyn Observer,
    tables: u64,
    looked: u64,
    /// Tables to rewrite: name, rows to change, rows changed, state.
    items: Vec<Item>,
    checked: u64,
    to_check: u64,
}

impl<'a> Progress<'a> {
    pub fn new(observer: &'a dyn Observer) -> Self {
        Progress {
            observer,
            tables: 0,
            looked: 0,
            items: Vec::new(),
            checked: 0,
            to_check: 0,
        }
    }

    pub fn found_tables(&mut self, tables: u64) {
        self.tables = tables;
        self.tell();
    }

    pub fn looked(&mut self, tables: u64) {
        self.looked += tables;
        self.tell();
    }

    pub fn will_rewrite(&mut self, name: String, rows: u64) {
        self.items.push(Item {
            name,
            state: WorkState::Pending,
            amount: Amount::new(0, rows, Unit::Rows),
            note: None,
        });
    }

    pub fn rewriting(&mut self, name: &str, more: u64, state: WorkState) {
        if let Some(item) = self.items.iter_mut().find(|item| item.name == name) {
            item.amount.done += more;
            item.state = state;
        }
        self.tell();
    }

    pub fn will_check(&mut self, tables: u64) {
        self.to_check = tables;
        self.tell();
    }

    pub fn checked(&mut self) {
        self.checked += 1;
        self.tell();
    }

    fn tell(&self) {
        let over = |item: &&Item| item.state.is_over();
        let rewritten = self.items.iter().filter(over).count() as u64;
        let to_rewrite = self.items.len() as u64;
        let phase = |name: &str, done: u64, total: u64, items: Vec<Item>| Phase {
            name: name.to_owned(),
            state: match (done, total) {
                (done, total) if done >= total && self.looked >= self.tables => WorkState::Done,
                (0, _) => WorkState::Pending,
                _ => WorkState::Running,
            },
            amount: Amount::new(done, total, Unit::Tables),
            items,
        };
        let total = self.tables + to_rewrite + self.to_check;
        self.observer.report(Report {
            amount: Amount::new(self.looked + rewritten + self.checked, total, Unit::Tables),
            note: None,
            phases: vec![
                phase("look", self.looked, self.tables, Vec::new()),
                phase("rewrite", rewritten, to_rewrite, self.items.clone()),
                phase("check", self.checked, self.to_check, Vec::new()),
            ],
        });
    }
}
