//! How far a step is, as its phases show it.

use std::sync::{Mutex, PoisonError};

use crate::domain::progress::{Amount, Phase, Report, Unit, WorkState};
use crate::job::step::StepContext;

/// Counts things of several kinds, and reports each change.
pub struct Gauge<'a> {
    ctx: &'a StepContext,
    phases: Mutex<Vec<Phase>>,
}

impl<'a> Gauge<'a> {
    /// The phases by their names, in the order in which they're shown.
    pub fn new(ctx: &'a StepContext, names: &[&str]) -> Gauge<'a> {
        let phases = names.iter().map(|name| Phase {
            name: (*name).to_owned(),
            amount: Amount::new(0, 0, Unit::Items),
            ..Phase::default()
        });
        Gauge {
            ctx,
            phases: Mutex::new(phases.collect()),
        }
    }

    /// So many more of a kind are to come.
    pub fn expect(&self, name: &str, more: usize) {
        self.change(name, |phase| {
            phase.amount.total += more as u64;
            phase.state = WorkState::Running;
        });
    }

    pub fn add(&self, name: &str, more: usize) {
        self.change(name, |phase| {
            phase.amount.done = (phase.amount.done + more as u64).min(phase.amount.total);
        });
    }

    /// A kind is through.
    pub fn close(&self, name: &str) {
        self.change(name, |phase| {
            phase.amount.done = phase.amount.total;
            phase.state = WorkState::Done;
        });
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Phase)) {
        let mut phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phase) = phases.iter_mut().find(|phase| phase.name == name) {
            change(phase);
        }
        let sum = |of: fn(&Amount) -> u64| phases.iter().map(|phase| of(&phase.amount)).sum();
        self.ctx.report(Report {
            amount: Amount::new(sum(|a| a.done), sum(|a| a.total), Unit::Items),
            note: None,
            phases: phases.clone(),
        });
    }
}
