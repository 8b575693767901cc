//! Runs jobs: takes one, keeps hold of it, goes forward through its steps or back, and writes down
//! how it ended.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::domain::job::{JobId, JobState};
use crate::error::{Error, Kind, Result};
use crate::registry::Registry;
use crate::registry::events::NewEvent;
use crate::registry::jobs::{JobRow, Work};
use crate::registry::process::Process;

use super::context::Held;
use super::log::JobLog;
use super::progress::{Reports, sample};
use super::shared::Shared;
use super::signals::Signals;
use super::step::{Stage, Step, plan_of};
use super::{keeper, run, undo};

pub use crate::registry::jobs::NewJob;
pub use crate::registry::submit::{CancelRequest, plan_hash};

/// Writes a job down. It runs when a worker takes it (see [`super::worker::spawn`]).
///
/// Errors: `Conflict`, naming the job that is in the way.
pub fn submit(registry: &Registry, job: &NewJob) -> Result<JobId> {
    registry.submit(job)
}

/// Asks for a job to be cancelled, and wakes its worker up. Where no worker has it,
/// [`CancelRequest::NeedsWorker`]: see [`super::worker::cancel`], which starts one.
pub fn request_cancel(registry: &Registry, id: JobId) -> Result<CancelRequest> {
    let request = registry.request_cancel(id)?;
    if let CancelRequest::Asked(Some(worker)) = &request
        && worker.pid != std::process::id()
    {
        // only to be quick: the worker looks at the registry as well
        worker.signal(nix::sys::signal::Signal::SIGINT);
    }
    Ok(request)
}

/// Makes a failed or interrupted job ready for another worker. One whose cancel had begun goes on
/// with cleaning up.
pub fn prepare_resume(registry: &Registry, id: JobId) -> Result<Work> {
    registry.prepare_resume(id)
}

/// How a worker's time with a job ended.
pub(super) enum End {
    Done,
    Failed(Error),
    /// Told to stop: it can be resumed.
    Stopped,
    Cancelled,
}

/// What ends a worker's work early.
#[derive(Clone)]
pub(super) struct Tokens {
    pub stop: CancellationToken,
    pub cancel: CancellationToken,
    pub lost: CancellationToken,
}

/// A step at its place in the plan.
#[derive(Clone)]
pub(super) struct Placed {
    pub n: u32,
    pub stage: u32,
    pub step: Arc<dyn Step>,
}

/// Takes a planned job and runs it to its end, in this process. `build` makes the job's steps
/// again from its kind and arguments; they have to be those that were submitted.
///
/// Gives the state that the job is left in; a job that fails is `Ok(Failed)`, with its error in
/// the registry. Errors: the job couldn't be taken (`Conflict`, `Refused`), was taken over by
/// another worker (`Conflict`), or the registry can't be written.
pub async fn run(
    registry: &Registry,
    id: JobId,
    build: impl Fn(&JobRow) -> Result<Vec<Stage>>,
    signals: Signals,
) -> Result<JobState> {
    run_as(registry, id, build, signals, &Process::current()).await
}

/// [`run`], under the name of another process.
pub(super) async fn run_as(
    registry: &Registry,
    id: JobId,
    build: impl Fn(&JobRow) -> Result<Vec<Stage>>,
    signals: Signals,
    process: &Process,
) -> Result<JobState> {
    // before the lease: a signal may come as soon as others can see the worker
    let _listening = signals.listen()?;
    let log = JobLog::open(registry.state_dir(), id)?;
    let (lease, job) = registry.acquire(id, process, signals.os)?;
    log.line(
        "engine",
        &format!("Worker {} takes job {id} ({}).", process.pid, job.title()),
    );
    let held = Arc::new(Held {
        registry: registry.clone(),
        lease,
        job,
        log,
        reports: Reports::default(),
        shared: Shared::default(),
    });
    let tokens = Tokens {
        stop: signals.stop,
        cancel: signals.cancel,
        lost: CancellationToken::new(),
    };
    let keep = keeper::keep(held.clone(), tokens.cancel.clone(), tokens.lost.clone());
    let _keeper = AbortOnDropHandle::new(tokio::spawn(keep));
    let _sampler = AbortOnDropHandle::new(tokio::spawn(sample(held.clone())));

    match work(&held, build, &tokens).await {
        Ok(state) => Ok(state),
        Err(error) => {
            held.log.line("engine", &error.chain());
            if matches!(registry.holds(&lease), Ok(false)) {
                return Err(taken_over(id));
            }
            // if the registry can be written again; if not, the worker's end says the same
            let _ = finish(&held, End::Failed(Error::new(error.kind, error.chain())));
            Err(error)
        }
    }
}

/// Forward, or back, or both; then the job's end is written down.
async fn work(
    held: &Arc<Held>,
    build: impl Fn(&JobRow) -> Result<Vec<Stage>>,
    tokens: &Tokens,
) -> Result<JobState> {
    let steps = match build(&held.job).and_then(|stages| place(&held.job, stages)) {
        Ok(steps) => steps,
        // with no steps to go by there is nothing to undo either, cancel or not
        Err(error) => return end_without_steps(held, error),
    };
    if held.job.work == Work::Run {
        let end = run::forward(held, &steps, tokens).await?;
        if !matches!(end, End::Cancelled)
            && let Some(state) = finish(held, end)?
        {
            return Ok(state);
        }
        held.log.line("engine", "Cancelled: cleaning up.");
        held.registry.begin_undo(&held.lease)?;
    }
    let end = undo::backward(held, &steps, tokens).await?;
    finish(held, end)?.ok_or_else(|| Error::internal("A clean-up was not written down."))
}

fn end_without_steps(held: &Held, error: Error) -> Result<JobState> {
    if held.registry.cancel_requested(&held.lease)? {
        held.registry.begin_undo(&held.lease)?;
    }
    Ok(finish(held, End::Failed(error))?.unwrap_or(JobState::Failed))
}

fn place(job: &JobRow, stages: Vec<Stage>) -> Result<Vec<Placed>> {
    if plan_hash(&plan_of(&stages)) != job.plan_hash {
        return Err(Error::refused(format!(
            "Job {} was planned by another version of Matriz: its steps aren't the same any more.",
            job.id
        ))
        .hint("Finish or cancel it with the version that planned it."));
    }
    let mut placed = Vec::new();
    for (stage, steps) in (0_u32..).zip(stages) {
        for step in steps {
            let n = u32::try_from(placed.len()).unwrap_or(u32::MAX);
            placed.push(Placed {
                n,
                stage,
                step: Arc::from(step),
            });
        }
    }
    Ok(placed)
}

/// `None` where a cancel came first: see [`Registry::release`].
fn finish(held: &Held, end: End) -> Result<Option<JobState>> {
    let (state, error) = match end {
        End::Done => (JobState::Done, None),
        End::Stopped => (JobState::Interrupted, None),
        End::Cancelled => (JobState::Cancelled, None),
        End::Failed(error) => (JobState::Failed, Some(error)),
    };
    if !held.registry.release(&held.lease, state, error.as_ref())? {
        return Ok(None);
    }
    let mut text = format!(
        "Job {} ({}) is {}.",
        held.job.id,
        held.job.title(),
        state.word()
    );
    if let Some(error) = &error {
        text = format!("{text} {}", error.chain());
    }
    held.log.line("engine", &text);
    // the job's row says it all; the list of events only repeats it
    let _ = held.registry.record_event(&NewEvent {
        kind: format!("job.{}", state.word()),
        instance: Some(held.job.instance.clone()),
        job: Some(held.job.id),
        text,
        data: None,
    });
    Ok(Some(state))
}

fn taken_over(id: JobId) -> Error {
    Error::new(
        Kind::Conflict,
        format!("Another worker took job {id} over; this one stopped."),
    )
}

/// Said when the keeper gave up. Whether the job was taken over or the registry failed is looked
/// at where the worker ends.
pub(super) fn lost(id: JobId) -> Error {
    Error::new(
        Kind::Io,
        format!("Job {id} stopped: its worker could not renew its hold on it."),
    )
    .hint(format!("See the job's log, then: matriz jobs resume {id}"))
}
