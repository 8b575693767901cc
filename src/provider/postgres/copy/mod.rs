//! Copying a database: one moment of the source, made again in an empty target and found equal.
//!
//! The schema comes from `pg_dump`, which alone knows all of it; it is read entry by entry
//! ([`toc`]), and every statement is run, rewritten or skipped with a reason ([`script`]). Rows go
//! from `COPY` to `COPY` without being decoded ([`data`]), many tables side by side ([`work`]).
//! Everything sees the same snapshot ([`snapshot`]).
//!
//! A walk through one copy is [`engine`].

pub mod check;
pub mod checkpoint;
pub mod compare;
mod data;
mod dump;
mod early;
mod engine;
mod finish;
pub mod inventory;
pub mod managed;
pub mod request;
mod schema;
mod script;
mod session;
mod snapshot;
pub mod space;
pub mod sql;
mod target;
pub mod toc;
mod wide;
mod work;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};

pub use check::{TargetIs, check, check_for, foresee};
pub use compare::compare;
pub use early::EarlySchema;
pub use request::{
    CheckReport, Comparison, CopyRequest, CopySummary, How, Observer, SchemaMap, Skipped,
};
pub use target::empty::{empty, holds_nothing, is_in_pieces};

use checkpoint::Checkpoint;
use session::{Sessions, Side};
use work::progress::Progress;

/// Reports are at least this far apart.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Copies the database, from the start or from where the observer's checkpoint says that an earlier
/// run came to.
///
/// A cancel ends it within a second; what was made so far stays, for [`wipe`] or for another run.
pub async fn run(
    request: &CopyRequest,
    observer: &dyn Observer,
    cancel: CancellationToken,
) -> Result<CopySummary> {
    let sessions = Arc::new(Sessions::new(
        request.source.clone(),
        request.target.clone(),
    ));
    let progress = Arc::new(Progress::default());
    let mut copying = Box::pin(engine::copy(
        request,
        observer,
        sessions.clone(),
        progress.clone(),
    ));
    let mut tick = tokio::time::interval(REPORT_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = None;
    let answer = loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => break Err(Error::cancelled()),
            answer = &mut copying => break answer,
            _ = tick.tick() => {
                let report = progress.report();
                if last.as_ref() != Some(&report) {
                    observer.report(report.clone());
                    last = Some(report);
                }
            }
        }
    };
    // The workers stop before the servers are asked to, or they would report the cancel as an error.
    drop(copying);
    match &answer {
        Ok(_) => sessions.finished(),
        Err(_) => sessions.cancel_all().await,
    }
    observer.report(progress.report());
    answer
}

/// Takes back what a copy made, as its checkpoint tells; without one there is nothing to take back.
pub async fn wipe(request: &CopyRequest, observer: &dyn Observer) -> Result<()> {
    let Some(checkpoint) = Checkpoint::load(observer)? else {
        return Ok(());
    };
    let sessions = Sessions::new(request.source.clone(), request.target.clone());
    let session = sessions.open(Side::Target).await?;
    target::wipe::run(&session, &checkpoint).await?;
    sessions.finished();
    Ok(())
}
