//! How far a step is: counts by phase, told as the step's progress.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::domain::progress::{Amount, Phase, Report, Unit, WorkState};
use crate::job::step::StepContext;

/// Counts under a few names; shared by what runs side by side.
pub struct Tally<'a> {
    ctx: &'a StepContext,
    phases: Mutex<Vec<Phase>>,
}

impl<'a> Tally<'a> {
    pub fn new(ctx: &'a StepContext, names: &[&str]) -> Tally<'a> {
        let phases = names.iter().map(|name| Phase {
            name: (*name).to_owned(),
            ..Phase::default()
        });
        Tally {
            ctx,
            phases: Mutex::new(phases.collect()),
        }
    }

    /// A phase begins, with so many things to do.
    pub fn begin(&self, name: &str, total: usize) {
        self.change(name, |phase| {
            phase.state = WorkState::Running;
            phase.amount = Amount::new(0, total as u64, Unit::Items);
        });
    }

    /// More turned up.
    pub fn more(&self, name: &str, count: usize) {
        self.change(name, |phase| {
            phase.state = WorkState::Running;
            phase.amount.total += count as u64;
        });
    }

    pub fn one(&self, name: &str) {
        self.change(name, |phase| phase.amount.done += 1);
    }

    pub fn end(&self, name: &str) {
        self.change(name, |phase| phase.state = WorkState::Done);
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Phase)) {
        let mut phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(phase) = phases.iter_mut().find(|phase| phase.name == name) else {
            return;
        };
        change(phase);
        let sum = |pick: fn(&Amount) -> u64| phases.iter().map(|p| pick(&p.amount)).sum();
        let running = phases.iter().find(|p| p.state == WorkState::Running);
        self.ctx.report(Report {
            amount: Amount::new(sum(|a| a.done), sum(|a| a.total), Unit::Items),
            note: running.map(|p| format!("{} {} of {}", p.name, p.amount.done, p.amount.total)),
            phases: phases.clone(),
        });
    }
}
