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
    /// Held while reports are written, so that an older one never lands after a newer one.
    writing: Mutex<()>,
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
