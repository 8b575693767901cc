//! Forward: the stages in order, the steps of a stage side by side.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::domain::progress::WorkState;
use crate::error::{Error, Kind, Result};
use crate::registry::steps::StepRow;

use super::context::{Held, StepContext};
use super::crash;
use super::engine::{End, Placed, Tokens, lost};
use super::waiting;

/// How long a step that was told to stop may take, before it's dropped at its next `.await`.
pub(super) const GRACE: Duration = Duration::from_millis(if cfg!(test) { 200 } else { 5_000 });

pub(super) async fn forward(held: &Arc<Held>, steps: &[Placed], tokens: &Tokens) -> Result<End> {
    let rows = held.registry.steps(held.job.id)?;
    let stages = steps
        .iter()
        .map(|s| s.stage)
        .max()
        .map_or(0, |last| last + 1);
    for stage in 0..stages {
        let todo: Vec<(Placed, bool)> = steps
            .iter()
            .filter(|placed| placed.stage == stage)
            .filter_map(|placed| {
                let row = rows.iter().find(|row| row.view.n == placed.n);
                is_todo(row, placed).then(|| (placed.clone(), row.is_some_and(|r| r.touched)))
            })
            .collect();
        let Ran { failure, whole } = run_stage(held, todo, tokens).await?;
        if tokens.lost.is_cancelled() {
            return Err(lost(held.job.id));
        }
        if tokens.cancel.is_cancelled() {
            return Ok(End::Cancelled);
        }
        if let Some(error) = failure {
            return Ok(End::Failed(error));
        }
        // a stop that came as the last step ended has nothing left to stop
        if !whole || (tokens.stop.is_cancelled() && stage + 1 < stages) {
            return Ok(End::Stopped);
        }
    }
    Ok(End::Done)
}

/// How a stage ended.
struct Ran {
    /// The error of the step that failed first.
    failure: Option<Error>,
    /// Every step of it is done, or was.
    whole: bool,
}

fn is_todo(row: Option<&StepRow>, placed: &Placed) -> bool {
    let over =
        row.is_some_and(|row| matches!(row.view.state, WorkState::Done | WorkState::Skipped));
    !over || placed.step.each_worker()
}

/// Runs the steps side by side until all are over.
async fn run_stage(held: &Arc<Held>, todo: Vec<(Placed, bool)>, tokens: &Tokens) -> Result<Ran> {
    let halt = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let mut placed_of: HashMap<Id, Placed> = HashMap::new();
    for (placed, touched) in todo {
        let ctx = StepContext::new(held.clone(), placed.n, placed.step.name(), halt.clone());
        let attempt = attempt(held.clone(), placed.clone(), ctx.clone(), touched);
        let task = async move { waiting::during(&ctx, attempt).await };
        placed_of.insert(tasks.spawn(task).id(), placed);
    }
    let mut failure = None;
    let mut whole = true;
    let told = async {
        tokio::select! {
            () = tokens.stop.cancelled() => {}
            () = tokens.cancel.cancelled() => {}
        }
    };
    tokio::pin!(told);
    let mut was_told = false;
    let grace = async {
        halt.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::pin!(grace);
    let mut dropped = false;
    loop {
        let joined = tokio::select! {
            joined = tasks.join_next_with_id() => joined,
            () = tokens.lost.cancelled() => return Err(lost(held.job.id)),
            () = &mut told, if !was_told => {
                was_told = true;
                halt.cancel();
                continue;
            }
            () = &mut grace, if !dropped => {
                dropped = true;
                tasks.abort_all();
                continue;
            }
        };
        let Some(joined) = joined else {
            return Ok(Ran { failure, whole });
        };
        let (id, outcome) = match joined {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => (error.id(), Err(gone(&error))),
        };
        let Some(placed) = placed_of.get(&id) else {
            continue;
        };
        whole &= outcome.is_ok();
        if let Some(error) = note_end(held, placed, outcome, was_told, &halt)? {
            halt.cancel();
            failure.get_or_insert(error);
        }
    }
}

/// One step, from asking whether it's done to the end of its run.
async fn attempt(
    held: Arc<Held>,
    placed: Placed,
    ctx: StepContext,
    touched: bool,
) -> Result<WorkState> {
    let step = &placed.step;
    held.registry
        .step_begins(&held.lease, placed.n, WorkState::Running, false)?;
    if !step.each_worker() && step.done(&ctx).await? {
        // what an earlier worker left finished is this job's; what was there before is not
        return Ok(if touched {
            WorkState::Done
        } else {
            WorkState::Skipped
        });
    }
    ctx.check_cancelled()?;
    ctx.log(step.title());
    held.registry
        .step_begins(&held.lease, placed.n, WorkState::Running, true)?;
    crash::point(step.name(), "before");
    step.run(&ctx).await?;
    crash::point(step.name(), "after");
    Ok(WorkState::Done)
}

/// Writes down how a step ended. Gives the error back if it's the step's own.
fn note_end(
    held: &Held,
    placed: &Placed,
    outcome: Result<WorkState>,
    was_told: bool,
    halt: &CancellationToken,
) -> Result<Option<Error>> {
    let name = placed.step.name();
    let write = |state, error: Option<&Error>| {
        held.reports.with_last(placed.n, |report| {
            held.registry
                .step_ends(&held.lease, placed.n, state, report, error)
        })
    };
    match outcome {
        Ok(state) => {
            write(state, None)?;
            let word = if state == WorkState::Skipped {
                "is so already"
            } else {
                "done"
            };
            held.log.line(name, word);
            Ok(None)
        }
        Err(error) => {
            held.log.line(name, &error.chain());
            let stopped = was_told || (halt.is_cancelled() && error.kind == Kind::Cancelled);
            if stopped {
                write(WorkState::Pending, None)?;
                return Ok(None);
            }
            write(WorkState::Failed, Some(&error))?;
            Ok(Some(error))
        }
    }
}

/// What is said of a task that ended without an answer.
pub(super) fn gone(error: &JoinError) -> Error {
    if error.is_cancelled() {
        Error::cancelled()
    } else {
        Error::internal("The step stopped because of a defect of Matriz.")
            .hint("Look at the job's log; resuming it is safe.")
    }
}
