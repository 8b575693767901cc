//! Backward: what the job did is taken back, the last first, one at a time.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::domain::progress::WorkState;
use crate::error::{Error, Kind, Result};

use super::context::{Held, StepContext};
use super::crash;
use super::engine::{End, Placed, Tokens, lost};
use super::run::{GRACE, gone};
use super::waiting;

pub(super) async fn backward(held: &Arc<Held>, steps: &[Placed], tokens: &Tokens) -> Result<End> {
    let rows = held.registry.steps(held.job.id)?;
    let mut remains = Vec::new();
    for placed in steps.iter().rev() {
        let row = rows.iter().find(|row| row.view.n == placed.n);
        if !row.is_some_and(|row| row.touched && row.view.state != WorkState::Undone) {
            continue;
        }
        if tokens.stop.is_cancelled() {
            return Ok(End::Stopped);
        }
        if let Err(error) = undo_step(held, placed, tokens).await? {
            if tokens.stop.is_cancelled() {
                return Ok(End::Stopped);
            }
            remains.push((placed.step.title().to_owned(), error));
        }
    }
    let Some((_, first)) = remains.first() else {
        return Ok(End::Cancelled);
    };
    let hint = first.hint.clone();
    let list: Vec<String> = remains
        .iter()
        .map(|(title, error)| format!("{title} ({})", error.chain()))
        .collect();
    let error = Error::new(
        Kind::Internal,
        format!(
            "Cancelled, but this could not be undone: {}",
            list.join("; ")
        ),
    );
    let again = format!("Try again with: matriz jobs resume {}", held.job.id);
    Ok(End::Failed(error.hint(match hint {
        Some(hint) => format!("{hint} {again}"),
        None => again,
    })))
}

/// The outer error is the registry's; the inner one is the step's, and the rest goes on.
async fn undo_step(held: &Arc<Held>, placed: &Placed, tokens: &Tokens) -> Result<Result<()>> {
    let name = placed.step.name().to_owned();
    held.registry
        .step_begins(&held.lease, placed.n, WorkState::Undoing, true)?;
    held.log.line(&name, "undoing");
    crash::point(&name, "undo-before");
    // a cancel doesn't stop its own clean-up; a stop does
    let halt = CancellationToken::new();
    let ctx = StepContext::new(held.clone(), placed.n, &name, halt.clone());
    let step = placed.step.clone();
    let mut task = AbortOnDropHandle::new(tokio::spawn(async move {
        waiting::during(&ctx, step.undo(&ctx)).await
    }));
    let told = async {
        tokens.stop.cancelled().await;
        halt.cancel();
        tokio::time::sleep(GRACE).await;
    };
    let outcome = tokio::select! {
        joined = &mut task => joined.unwrap_or_else(|error| Err(gone(&error))),
        () = tokens.lost.cancelled() => return Err(lost(held.job.id)),
        () = told => Err(Error::cancelled()),
    };
    crash::point(&name, "undo-after");
    let (state, error) = match &outcome {
        Ok(()) => (WorkState::Undone, None),
        Err(_) if tokens.stop.is_cancelled() => (WorkState::Pending, None),
        Err(error) => (WorkState::Failed, Some(error)),
    };
    held.reports.with_last(placed.n, |report| {
        held.registry
            .step_ends(&held.lease, placed.n, state, report, error)
    })?;
    match error {
        Some(error) => held
            .log
            .line(&name, &format!("could not be undone: {}", error.chain())),
        None => held
            .log
            .line(&name, if outcome.is_ok() { "undone" } else { "stopped" }),
    }
    Ok(outcome)
}
