//! Keeps a worker's lease, and notices that the job was taken over or is to be cancelled.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::registry::lease::LEASE_MS;

use super::context::Held;

/// How soon a cancel that came without a signal is noticed. A look takes microseconds.
const LOOK: Duration = Duration::from_millis(100);

/// How often the lease is renewed.
const RENEW_MS: i64 = 2_000;

/// Runs until it's aborted, or the lease is lost.
pub(super) async fn keep(held: Arc<Held>, cancel: CancellationToken, lost: CancellationToken) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // By the wall clock, as the lease is: after a sleep of the machine it is renewed at once.
    let mut renewed = wall();
    let mut answered = Instant::now();
    loop {
        ticks.tick().await;
        let due = (wall() - renewed).abs() >= RENEW_MS;
        let looked = held
            .registry
            .cancel_requested(&held.lease)
            .and_then(|asked| {
                if due {
                    held.registry.renew(&held.lease)?;
                    renewed = wall();
                }
                Ok(asked)
            });
        match looked {
            Ok(asked) => {
                answered = Instant::now();
                if asked {
                    cancel.cancel();
                }
            }
            Err(error) => {
                let taken = matches!(held.registry.holds(&held.lease), Ok(false));
                // a worker that can't renew for a whole lease may have been replaced
                if taken || answered.elapsed().as_millis() > LEASE_MS as u128 {
                    held.log.line("engine", &error.chain());
                    lost.cancel();
                    return;
                }
            }
        }
    }
}

fn wall() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
