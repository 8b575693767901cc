//! How far something is: plain values, filled by whoever does the work, drawn by whoever watches.

use serde::{Deserialize, Serialize};

/// What `done` and `total` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    #[default]
    Items,
    Bytes,
    Rows,
    Objects,
    Tables,
    Seconds,
}

/// Where a step, a phase or an item of work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkState {
    #[default]
    Pending,
    Running,
    Done,
    Skipped,
    Failed,
    /// Being taken back after a cancel.
    Undoing,
    Undone,
}

impl WorkState {
    pub fn is_over(self) -> bool {
        matches!(
            self,
            WorkState::Done | WorkState::Skipped | WorkState::Failed | WorkState::Undone
        )
    }
}

/// `done` of `total`; a total of 0 means that it isn't known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amount {
    pub done: u64,
    pub total: u64,
    pub unit: Unit,
}

impl Amount {
    pub fn new(done: u64, total: u64, unit: Unit) -> Self {
        Amount { done, total, unit }
    }

    /// 0.0 to 1.0, or `None` while the total isn't known.
    pub fn ratio(self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

/// One thing among many inside a phase: a table that is being copied, say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Item {
    /// As a person would write it: `corporate_memory`, `auth.users`.
    pub name: String,
    pub state: WorkState,
    pub amount: Amount,
    /// A few words, where the amount says too little ("equal", "2 indexes").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A part of a step that overlaps with its siblings: schema, data, indexes, checks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Phase {
    pub name: String,
    pub state: WorkState,
    pub amount: Amount,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
}

/// What a step reports while it runs. Latest wins; it is sampled, never queued.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    pub amount: Amount,
    /// A few words on what is happening right now ("waiting for the project").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
}

/// Throughput by exponential average, and the time that is left.
///
/// Feed it `(seconds since start, done)`; it answers with a rate in units a second and, once 3
/// seconds or 5 % have passed, with the seconds that are left.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rate {
    last: Option<(f64, u64)>,
    per_second: Option<f64>,
}

impl Rate {
    /// The weight of the past halves every 2 seconds.
    const HALF_LIFE: f64 = 2.0;

    pub fn feed(&mut self, seconds: f64, done: u64) {
        let Some((then, before)) = self.last else {
            self.last = Some((seconds, done));
            return;
        };
        let span = seconds - then;
        if span < 0.05 {
            return;
        }
        let now = done.saturating_sub(before) as f64 / span;
        let keep = 0.5_f64.powf(span / Self::HALF_LIFE);
        self.per_second = Some(match self.per_second {
            Some(past) => past * keep + now * (1.0 - keep),
            None => now,
        });
        self.last = Some((seconds, done));
    }

    pub fn per_second(&self) -> Option<f64> {
        self.per_second
    }

    pub fn seconds_left(&self, seconds: f64, amount: Amount) -> Option<f64> {
        let ratio = amount.ratio()?;
        if seconds < 3.0 && ratio < 0.05 {
            return None;
        }
        let rate = self.per_second.filter(|r| *r > 0.0)?;
        Some((amount.total - amount.done.min(amount.total)) as f64 / rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_estimate_before_three_seconds_or_five_percent() {
        let mut rate = Rate::default();
        rate.feed(0.0, 0);
        rate.feed(1.0, 10);
        assert_eq!(
            rate.seconds_left(1.0, Amount::new(10, 1000, Unit::Rows)),
            None
        );
        assert!(
            rate.seconds_left(1.0, Amount::new(60, 1000, Unit::Rows))
                .is_some()
        );
        rate.feed(3.0, 30);
        let left = rate
            .seconds_left(3.0, Amount::new(30, 1000, Unit::Rows))
            .unwrap();
        assert!((left - 97.0).abs() < 0.1, "{left}");
    }

    #[test]
    fn an_unknown_total_has_no_ratio() {
        assert_eq!(Amount::new(3, 0, Unit::Rows).ratio(), None);
        assert_eq!(Amount::new(5, 4, Unit::Rows).ratio(), Some(1.0));
    }
}
