//! Reports of the running steps, sampled into the registry: the latest wins, ten writes a second
//! at the most for the whole job.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::progress::{Amount, Report};

use super::context::Held;

const PAUSE: Duration = Duration::from_millis(100);

/// A step's share that never goes back: where more work turned up than was known, it stays until
/// that much more is done.
fn forward(before: Amount, now: Amount) -> Amount {
    let share = |of: Amount, total: u64| u128::from(of.done) * u128::from(total);
    let comparable = before.unit == now.unit && before.total > 0 && now.total > 0;
    if !comparable || share(now, before.total) >= share(before, now.total) {
        return now;
    }
    let done = share(before, now.total).div_ceil(u128::from(before.total));
    let done = u64::try_from(done).unwrap_or(now.total).min(now.total);
    Amount { done, ..now }
}

#[derive(Default)]
pub(super) struct Reports {
    slots: Mutex<BTreeMap<u32, Slot>>,
    woken: Notify,
    /// Held while reports are written, so that an older one never lands after a newer one.
    writing: Mutex<()>,
}

struct Slot {
    report: Report,
    unsaved: bool,
}

impl Reports {
    pub fn set(&self, n: u32, mut report: Report) {
        self.with(|slots| {
            if let Some(before) = slots.get(&n) {
                report.amount = forward(before.report.amount, report.amount);
            }
            slots.insert(
                n,
                Slot {
                    report,
                    unsaved: true,
                },
            )
        });
        self.woken.notify_one();
    }

    /// Hands the step's last report to whoever writes its end.
    pub fn with_last<R>(&self, n: u32, write: impl FnOnce(Option<&Report>) -> R) -> R {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        write(self.last(n).as_ref())
    }

    /// Hands what is new to whoever saves it.
    fn with_unsaved<R>(&self, write: impl FnOnce(&[(u32, Report)]) -> R) -> R {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        write(&self.unsaved())
    }

    fn last(&self, n: u32) -> Option<Report> {
        self.with(|slots| {
            slots.get_mut(&n).map(|slot| {
                slot.unsaved = false;
                slot.report.clone()
            })
        })
    }

    fn unsaved(&self) -> Vec<(u32, Report)> {
        self.with(|slots| {
            let fresh = slots.iter_mut().filter(|(_, slot)| slot.unsaved);
            fresh
                .map(|(n, slot)| {
                    slot.unsaved = false;
                    (*n, slot.report.clone())
                })
                .collect()
        })
    }

    fn with<R>(&self, f: impl FnOnce(&mut BTreeMap<u32, Slot>) -> R) -> R {
        f(&mut self.slots.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Saves reports until it's aborted.
pub(super) async fn sample(held: Arc<Held>) {
    loop {
        held.reports.woken.notified().await;
        let saved = held.reports.with_unsaved(|reports| match reports {
            [] => Ok(()),
            reports => held.registry.save_reports(&held.lease, reports),
        });
        if let Err(error) = saved {
            // a sample is no loss; a lost lease or a broken registry shows where state is written
            held.log.line("progress", &error.chain());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::progress::Unit;

    #[test]
    fn more_work_makes_no_step_back() {
        let amount = |done, total| Amount::new(done, total, Unit::Items);
        assert_eq!(forward(amount(5, 10), amount(5, 20)), amount(10, 20));
        assert_eq!(forward(amount(5, 10), amount(11, 20)), amount(11, 20));
        assert_eq!(forward(amount(0, 0), amount(1, 20)), amount(1, 20));
        let rows = Amount::new(1, 20, Unit::Rows);
        assert_eq!(forward(amount(5, 10), rows), rows);
    }

    proptest! {
        #[test]
        fn a_share_only_grows(before in any::<(u64, u64)>(), now in any::<(u64, u64)>()) {
            let amount = |(a, b): (u64, u64)| Amount::new(a.min(b), a.max(b), Unit::Bytes);
            let (before, now) = (amount(before), amount(now));
            let shown = forward(before, now);
            prop_assert!(shown.done >= now.done && shown.total == now.total);
            if let (Some(was), Some(is)) = (before.ratio(), shown.ratio()) {
                prop_assert!(is >= was - 1e-9);
            }
        }
    }
}
