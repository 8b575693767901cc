//! Reports of the running steps, sampled into the registry: the latest wins, ten writes a second
//! at the most for the whole job.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::progress::Report;

use super::context::Held;

const PAUSE: Duration = Duration::from_millis(100);

#[derive(Default)]
pub(super) struct Reports {
    slots: Mutex<BTreeMap<u32, Slot>>,
    woken: Notify,
}

struct Slot {
    report: Report,
    unsaved: bool,
}

impl Reports {
    pub fn set(&self, n: u32, report: Report) {
        self.with(|slots| {
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

    /// The step's last report in this worker, to be written together with its end.
    pub fn last(&self, n: u32) -> Option<Report> {
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
        let reports = held.reports.unsaved();
        if !reports.is_empty()
            && let Err(error) = held.registry.save_reports(&held.lease, &reports)
        {
            // a sample is no loss; a lost lease or a broken registry shows where state is written
            held.log.line("progress", &error.chain());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
