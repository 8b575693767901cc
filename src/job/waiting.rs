//! Which step waits for a service's limit: told by the connection pool, shown as that step's
//! progress.
//!
//! The pool knows that it waits, and not for whom. A step runs as one task, so the task carries the
//! step along ([`during`]), and [`observer`] finds it there. What a step hands to a task of its own
//! is waited for in silence.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::context::StepContext;
use crate::provider::http::{LimitWait, WaitObserver};

/// A wait that is over sooner isn't standing still: calls keep below a limit by such waits, and go
/// as fast as it allows.
const LONG: Duration = Duration::from_millis(1500);

tokio::task_local! {
    static STEP: StepContext;
}

/// Runs a step's work, whose waits are the step's.
pub(super) async fn during<F: Future>(ctx: &StepContext, work: F) -> F::Output {
    STEP.scope(ctx.clone(), work).await
}

/// For [`HttpOptions::waits`](crate::provider::http::HttpOptions::waits) of the pool that steps use.
pub fn observer() -> WaitObserver {
    Arc::new(|wait: &LimitWait| {
        if wait.pause >= LONG {
            // outside of a job nobody looks at a step
            let _ = STEP.try_with(|ctx| ctx.waits(wait.service, wait.pause));
        }
    })
}
