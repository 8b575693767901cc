//! Reports of the running steps, sampled into the registry: the latest wins, ten writes a second
//! at the most for the whole job. While a step waits for a service's limit, its note says for which
//! and how long, and counts down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

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

#[derive(Default)]
struct Slot {
    report: Report,
    unsaved: bool,
    waiting: Option<Waiting>,
}

/// A wait for a limit.
struct Waiting {
    service: &'static str,
    until: Instant,
    /// The seconds that the saved note tells.
    told: Option<u64>,
}

impl Waiting {
    /// Whole seconds that are left at `now`, begun ones counted; `None` once it's over.
    fn left(&self, now: Instant) -> Option<u64> {
        let left = self.until.checked_duration_since(now)?;
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        (seconds > 0).then_some(seconds)
    }

    /// When another number of seconds is left.
    fn next_change(&self, now: Instant) -> Duration {
        let left = self.until.saturating_duration_since(now);
        match left.subsec_nanos() {
            0 => left.min(Duration::from_secs(1)),
            part => Duration::from_nanos(u64::from(part)),
        }
    }
}

impl Slot {
    /// What there is to save at `now`, if anything changed.
    fn fresh(&mut self, now: Instant) -> Option<Report> {
        let waiting = self.waiting.as_ref().map(|w| (w.service, w.left(now)));
        match (&mut self.waiting, waiting) {
            (Some(waiting), Some((_, Some(left)))) => {
                self.unsaved |= waiting.told != Some(left);
                waiting.told = Some(left);
            }
            (slot @ Some(_), _) => {
                self.unsaved |= slot.as_ref().is_some_and(|w| w.told.is_some());
                *slot = None;
            }
            (None, _) => {}
        }
        if !std::mem::take(&mut self.unsaved) {
            return None;
        }
        let mut report = self.report.clone();
        if let Some((service, Some(left))) = waiting {
            report.note = Some(format!("waiting for {service}'s limit, {left} s"));
        }
        Some(report)
    }
}

impl Reports {
    pub fn set(&self, n: u32, mut report: Report) {
        self.with(|slots| {
            let slot = slots.entry(n).or_default();
            report.amount = forward(slot.report.amount, report.amount);
            slot.report = report;
            slot.unsaved = true;
        });
        self.woken.notify_one();
    }

    /// A step waits for a service's limit. Of several waits at the same time the longest is told.
    pub fn waits(&self, n: u32, service: &'static str, until: Instant) {
        self.with(|slots| {
            let slot = slots.entry(n).or_default();
            if slot.waiting.as_ref().is_none_or(|w| w.until < until) {
                let told = slot.waiting.as_ref().and_then(|w| w.told);
                slot.waiting = Some(Waiting {
                    service,
                    until,
                    told,
                });
            }
        });
        self.woken.notify_one();
    }

    /// How long until a wait has something new to tell; `None` where nobody waits.
    fn next_change(&self, now: Instant) -> Option<Duration> {
        self.with(|slots| {
            let waits = slots.values().filter_map(|slot| slot.waiting.as_ref());
            waits.map(|w| w.next_change(now)).min()
        })
    }

    /// Hands the step's last report to whoever writes its end.
    pub fn with_last<R>(&self, n: u32, write: impl FnOnce(Option<&Report>) -> R) -> R {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        write(self.last(n).as_ref())
    }

    /// Hands what is new to whoever saves it.
    fn with_unsaved<R>(&self, write: impl FnOnce(&[(u32, Report)]) -> R) -> R {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        write(&self.unsaved(Instant::now()))
    }

    fn last(&self, n: u32) -> Option<Report> {
        self.with(|slots| {
            slots.get_mut(&n).map(|slot| {
                slot.unsaved = false;
                slot.waiting = None;
                slot.report.clone()
            })
        })
    }

    fn unsaved(&self, now: Instant) -> Vec<(u32, Report)> {
        self.with(|slots| {
            let fresh = slots.iter_mut();
            fresh
                .filter_map(|(n, slot)| Some((*n, slot.fresh(now)?)))
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
        let woken = held.reports.woken.notified();
        match held.reports.next_change(Instant::now()) {
            None => woken.await,
            Some(change) => {
                let _ = tokio::time::timeout(change, woken).await;
            }
        }
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

    fn notes(reports: &Reports, now: Instant) -> Vec<Option<String>> {
        let saved = reports.unsaved(now).into_iter();
        saved.map(|(_, report)| report.note).collect()
    }

    #[test]
    fn a_wait_is_told_counts_down_and_ends() {
        let reports = Reports::default();
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let said = Report {
            note: Some("page 3 of 9".into()),
            ..Report::default()
        };
        reports.set(4, said.clone());
        reports.waits(4, "Jira", after(2400));
        // of two at a time the longer
        reports.waits(4, "Jira", after(300));
        let waiting = |seconds| vec![Some(format!("waiting for Jira's limit, {seconds} s"))];
        assert_eq!(notes(&reports, start), waiting(3));
        assert_eq!(notes(&reports, after(100)), []);
        let change = reports.next_change(after(100));
        assert_eq!(change, Some(Duration::from_millis(300)));
        assert_eq!(notes(&reports, after(400)), waiting(2));
        assert_eq!(
            reports.next_change(after(400)),
            Some(Duration::from_secs(1))
        );
        // work of the same step beside it is told with the wait
        reports.set(4, said.clone());
        assert_eq!(notes(&reports, after(500)), waiting(2));
        assert_eq!(notes(&reports, after(1400)), waiting(1));
        assert_eq!(
            notes(&reports, after(2400)),
            [Some("page 3 of 9".to_owned())]
        );
        assert_eq!(reports.next_change(after(2400)), None);
        assert_eq!(notes(&reports, after(2500)), []);
        // what stays when the step is over says nothing of it
        reports.waits(4, "Jira", after(9000));
        assert_eq!(reports.last(4), Some(said));
        assert_eq!(notes(&reports, after(2600)), []);
    }

    #[test]
    fn a_wait_too_short_to_be_seen_is_not_written() {
        let reports = Reports::default();
        let start = Instant::now();
        reports.waits(0, "Jira", start + Duration::from_millis(5));
        assert_eq!(notes(&reports, start + Duration::from_millis(6)), []);
        assert_eq!(reports.next_change(start), None);
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
