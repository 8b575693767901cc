//! How far a copy is, and what there is to report. It's saved with the checkpoint, so that a resumed
//! copy reports all of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::report_storage::StorageChanges;
use crate::job::step::StepContext;

pub struct Tally<'a> {
    ctx: &'a StepContext,
    changes: Mutex<StorageChanges>,
    /// Bytes that are dealt with, or on their way.
    moved: AtomicU64,
    total: u64,
}

impl<'a> Tally<'a> {
    /// `moved`: bytes that an earlier worker dealt with.
    pub fn new(ctx: &'a StepContext, changes: StorageChanges, moved: u64, total: u64) -> Self {
        Tally {
            ctx,
            changes: Mutex::new(changes),
            moved: AtomicU64::new(moved),
            total,
        }
    }

    fn changes(&self) -> MutexGuard<'_, StorageChanges> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn so_far(&self) -> StorageChanges {
        self.changes().clone()
    }

    pub fn moved_bytes(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// More bytes arrived.
    pub fn moved(&self, bytes: u64) {
        let moved = self.moved.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // a file may have grown since it was counted
        let total = self.total.max(moved);
        self.ctx.report(Report {
            amount: Amount::new(moved, total, Unit::Bytes),
            ..Report::default()
        });
    }

    pub fn copied(&self, bytes: u64) {
        let mut changes = self.changes();
        changes.files += 1;
        changes.bytes += bytes;
    }

    /// It was there already.
    pub fn there(&self, bytes: u64) {
        self.changes().there += 1;
        self.moved(bytes);
    }

    pub fn left_out(&self, file: &str, bytes: u64, reason: String) {
        self.ctx.log(format!("left out: {file}: {reason}"));
        self.changes().leave_out(file.to_owned(), reason);
        self.moved(bytes);
    }

    pub fn note(&self, text: impl Into<String>) {
        self.changes().note(text);
    }
}
