//! What a job is made of.

use async_trait::async_trait;

use crate::error::Result;
use crate::registry::jobs::StepMeta;

pub use super::context::StepContext;

/// Steps that run side by side. Stages run in order.
pub type Stage = Vec<Box<dyn Step>>;

/// One part of a job, which can be done, found to be done, and taken back.
///
/// A worker may be killed at any moment. After that `done` is asked again, so it has to look at
/// the world (or at the journal), not at memory; and `run` may find the half of its work done.
#[async_trait]
pub trait Step: Send + Sync {
    /// Stable and unique in its job (`project.create`): it is written down.
    fn name(&self) -> &str;

    /// What a person reads ("Create the project").
    fn title(&self) -> &str;

    /// Its share of the whole's progress, in any unit that the job's steps have in common.
    fn weight(&self) -> u32 {
        1
    }

    /// Whether the step has to run in every worker, because what it makes lives only as long as
    /// the worker does (an open snapshot). Such a step is run again when a job is resumed.
    fn each_worker(&self) -> bool {
        false
    }

    /// Is it already so? Asked before every run. What was so before the step first ran is
    /// [`Skipped`](crate::domain::progress::WorkState::Skipped), and never undone.
    async fn done(&self, ctx: &StepContext) -> Result<bool>;

    /// Does it. Returns soon after `ctx.cancel` fires, with [`crate::error::Error::cancelled`].
    /// A step that doesn't is dropped at its next `.await`, some seconds later.
    async fn run(&self, ctx: &StepContext) -> Result<()>;

    /// Takes back what `run` did or half did, and nothing else. It may be called again after it
    /// succeeded, and where there is nothing to take back.
    async fn undo(&self, ctx: &StepContext) -> Result<()>;
}

/// The steps as they are written down when a job is submitted.
pub fn plan_of(stages: &[Stage]) -> Vec<StepMeta> {
    let mut plan = Vec::new();
    for (stage, steps) in (0_u32..).zip(stages) {
        for step in steps {
            plan.push(StepMeta {
                stage,
                name: step.name().to_owned(),
                title: step.title().to_owned(),
                weight: step.weight(),
            });
        }
    }
    plan
}
