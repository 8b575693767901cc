//! The engine against a model: random crashes, failures, cancels, stops and take-overs at every
//! step's boundary, over steps that change a world outside. Whatever comes, nothing is done twice,
//! nothing is undone that was there before, and the end is what the state says.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use proptest::prelude::*;
use tokio::sync::Notify;

use crate::domain::job::{JobKind, JobState};
use crate::domain::progress::WorkState;
use crate::error::{Error, Kind, Result};
use crate::registry::Registry;
use crate::registry::jobs::NewJob;
use crate::registry::process::Process;

use super::engine::{CancelRequest, prepare_resume, request_cancel, run_as, submit};
use super::signals::Signals;
use super::step::{Stage, Step, StepContext, plan_of};

/// What happens at the next boundary of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Go,
    Fail,
    Panic,
    Crash,
    Cancel,
    Stop,
    /// Another process decides that this worker is dead, and takes its job.
    TakeOver,
}

/// What the person does with a job that stands still.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Choice {
    Resume,
    Cancel,
}

#[derive(Default)]
struct World {
    exists: BTreeSet<usize>,
    before: BTreeSet<usize>,
    script: VecDeque<Act>,
    undone_in_this_life: Vec<usize>,
    undo_began: bool,
    taken_over_in_this_life: bool,
    wrong: Option<String>,
}

#[derive(Clone)]
struct Outside {
    world: Arc<Mutex<World>>,
    crash: Arc<Notify>,
    signals: Signals,
}

impl Outside {
    fn with<R>(&self, f: impl FnOnce(&mut World) -> R) -> R {
        f(&mut self.world.lock().unwrap_or_else(|e| e.into_inner()))
    }

    async fn boundary(&self, ctx: &StepContext) -> Result<()> {
        match self.with(|w| w.script.pop_front()).unwrap_or(Act::Go) {
            Act::Go => {}
            Act::Fail => return Err(Error::new(Kind::Provider, "The provider said no.")),
            Act::Panic => std::panic::resume_unwind(Box::new("a defect")),
            Act::Crash => {
                self.crash.notify_one();
                std::future::pending::<()>().await;
            }
            Act::Cancel => self.signals.cancel.cancel(),
            Act::Stop => self.signals.stop.cancel(),
            Act::TakeOver => {
                prepare_resume(ctx.registry(), ctx.job())?;
                self.with(|w| w.taken_over_in_this_life = true);
            }
        }
        tokio::task::yield_now().await;
        if ctx.still_owner()? {
            Ok(())
        } else {
            Err(Error::cancelled())
        }
    }
}

struct Make {
    n: usize,
    name: String,
    outside: Outside,
}

#[async_trait]
impl Step for Make {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &str {
        "Make a thing"
    }

    async fn done(&self, _: &StepContext) -> Result<bool> {
        Ok(self.outside.with(|w| w.exists.contains(&self.n)))
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        self.outside.boundary(ctx).await?;
        ctx.check_cancelled()?;
        let seq = ctx.intent("world", "thing", &self.name)?;
        self.outside.with(|w| {
            if !w.exists.insert(self.n) {
                w.wrong = Some(format!("{} was made twice", self.n));
            }
            if w.undo_began {
                w.wrong = Some(format!("{} was made after the clean-up began", self.n));
            }
        });
        ctx.result(seq, &self.name)?;
        self.outside.boundary(ctx).await
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        self.outside.with(|w| w.undo_began = true);
        self.outside.boundary(ctx).await?;
        self.outside.with(|w| {
            if w.before.contains(&self.n) {
                w.wrong = Some(format!("{} was there before, and was undone", self.n));
            }
            w.exists.remove(&self.n);
            w.undone_in_this_life.push(self.n);
        });
        self.outside.boundary(ctx).await
    }
}

fn stages(layout: &[usize], outside: &Outside) -> Vec<Stage> {
    let mut n = 0;
    let mut stages = Vec::new();
    for steps in layout {
        let mut stage: Stage = Vec::new();
        for _ in 0..*steps {
            let name = format!("make.{n}");
            stage.push(Box::new(Make {
                n,
                name,
                outside: outside.clone(),
            }));
            n += 1;
        }
        stages.push(stage);
    }
    stages
}

/// One worker's life, which may end in the middle of anything.
fn live(
    registry: &Registry,
    id: i64,
    layout: &[usize],
    world: &Arc<Mutex<World>>,
) -> Option<Result<JobState>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outside = Outside {
        world: world.clone(),
        crash: Arc::new(Notify::new()),
        signals: Signals::by_hand(),
    };
    outside.with(|w| {
        w.undone_in_this_life.clear();
        w.taken_over_in_this_life = false;
    });
    // a process that is dead for everyone who looks, so that dropping the runtime is its death
    let process = Process {
        start: "never".into(),
        ..Process::current()
    };
    let build = |_: &_| Ok(stages(layout, &outside));
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = run_as(registry, id, build, outside.signals.clone(), &process) => Some(ended),
            () = outside.crash.notified() => None,
        }
    });
    drop(runtime);
    outside.with(|w| {
        if !w.undone_in_this_life.is_sorted_by(|a, b| a > b) {
            w.wrong = Some(format!("undone in the order {:?}", w.undone_in_this_life));
        }
    });
    ended
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Go),
        2 => Just(Act::Fail),
        3 => Just(Act::Crash),
        1 => Just(Act::Panic),
        1 => Just(Act::Cancel),
        1 => Just(Act::Stop),
        1 => Just(Act::TakeOver),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_world_agrees_with_the_registry(
        layout in prop::collection::vec(1_usize..3, 1..4),
        before in prop::collection::btree_set(0_usize..6, 0..2),
        script in prop::collection::vec(act(), 0..16),
        choices in prop::collection::vec(
            prop_oneof![4 => Just(Choice::Resume), 1 => Just(Choice::Cancel)], 24),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let count: usize = layout.iter().sum();
        let before: BTreeSet<usize> = before.into_iter().filter(|n| *n < count).collect();
        let world = Arc::new(Mutex::new(World {
            exists: before.clone(),
            before: before.clone(),
            script: script.into(),
            ..World::default()
        }));
        let outside = Outside {
            world: world.clone(),
            crash: Arc::new(Notify::new()),
            signals: Signals::by_hand(),
        };
        let id = submit(&registry, &NewJob {
            kind: JobKind::Init,
            instance: "a".into(),
            source: None,
            also_writes: Vec::new(),
            args: serde_json::json!({}),
            plan: plan_of(&stages(&layout, &outside)),
        }).unwrap();

        let mut choices = choices.into_iter();
        for _life in 0..64 {
            if registry.job(id).unwrap().state == JobState::Planned {
                let ended = live(&registry, id, &layout, &world);
                let state = registry.job(id).unwrap().state;
                match ended {
                    // died, and everybody sees it; or a sibling's take-over came first
                    None => prop_assert!(matches!(state, JobState::Interrupted | JobState::Planned)),
                    Some(Ok(said)) => {
                        prop_assert_eq!(state, said);
                        prop_assert!(!outside.with(|w| w.taken_over_in_this_life), "it wrote after a take-over");
                    }
                    Some(Err(error)) => {
                        prop_assert_eq!(error.kind, Kind::Conflict, "{}", error.chain());
                        prop_assert_eq!(state, JobState::Planned);
                    }
                }
                prop_assert_eq!(outside.with(|w| w.wrong.take()), None);
                continue;
            }
            let state = registry.job(id).unwrap().state;
            if state.is_final() {
                break;
            }
            match choices.next().unwrap_or(Choice::Resume) {
                Choice::Resume => {
                    prepare_resume(&registry, id).unwrap();
                }
                Choice::Cancel => {
                    let request = request_cancel(&registry, id).unwrap();
                    prop_assert_ne!(request, CancelRequest::Asked(None));
                }
            }
        }

        let view = registry.job_view(id).unwrap();
        let all: BTreeSet<usize> = (0..count).collect();
        let exists = outside.with(|w| w.exists.clone());
        match view.state {
            JobState::Done => {
                prop_assert_eq!(exists, all);
                prop_assert_eq!(view.per_mille, 1000);
                for step in &view.steps {
                    // what was there before is never taken for the job's own
                    let there = before.contains(&(step.n as usize));
                    let state = if there { WorkState::Skipped } else { WorkState::Done };
                    prop_assert_eq!(step.state, state, "{}", &step.name);
                }
            }
            JobState::Cancelled => prop_assert_eq!(exists, before),
            state => prop_assert!(false, "the job ended {:?}", state),
        }
    }
}
