//! The engine within one process: progress, checkpoints, failing siblings, what a cancel leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::domain::job::{JobId, JobKind, JobState};
use crate::domain::progress::{Amount, Report, Unit, WorkState};
use crate::error::{Error, Kind, Result};
use crate::registry::Registry;
use crate::registry::jobs::NewJob;

use super::engine::{prepare_resume, request_cancel, run, submit};
use super::log::JobLog;
use super::signals::Signals;
use super::step::{Stage, Step, StepContext, plan_of};

/// What a step does, told by its name.
struct Told(&'static str, Arc<AtomicU32>);

#[async_trait]
impl Step for Told {
    fn name(&self) -> &str {
        self.0
    }

    fn title(&self) -> &str {
        self.0
    }

    fn each_worker(&self) -> bool {
        self.0 == "open"
    }

    async fn done(&self, _: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let times = self.1.fetch_add(1, Ordering::SeqCst);
        match self.0 {
            "count" => {
                let end = Instant::now() + Duration::from_secs(1);
                let mut done = 0;
                while Instant::now() < end {
                    done += 1;
                    ctx.report(amount(done, 0));
                    tokio::task::yield_now().await;
                }
                ctx.report(amount(done, done));
                ctx.summary(&format!("{done} rows"))
            }
            "wait" => {
                ctx.report(amount(1, 2));
                ctx.cancel.cancelled().await;
                Err(Error::cancelled())
            }
            "deaf" => {
                ctx.report(amount(1, 2));
                std::future::pending().await
            }
            "open" => {
                ctx.shared().put(times);
                Ok(())
            }
            "use" => {
                if ctx.shared().get::<u32>().is_none() {
                    return Err(Error::internal("Nothing is open."));
                }
                ctx.save_checkpoint(&serde_json::json!({ "times": times }))?;
                if times == 0 {
                    Err(Error::new(Kind::Network, "The connection broke.")
                        .hint("Look at the cable."))
                } else {
                    Ok(())
                }
            }
            _ => Err(Error::new(Kind::Provider, "The provider said no.").hint("Ask again.")),
        }
    }

    async fn undo(&self, _: &StepContext) -> Result<()> {
        if self.0 == "stuck" {
            Err(Error::new(Kind::Provider, "It stays."))
        } else {
            Ok(())
        }
    }
}

fn amount(done: u64, total: u64) -> Report {
    Report {
        amount: Amount::new(done, total, Unit::Rows),
        ..Report::default()
    }
}

struct Bench {
    _dir: tempfile::TempDir,
    registry: Registry,
    layout: Vec<Vec<&'static str>>,
    times: Arc<AtomicU32>,
    id: JobId,
}

impl Bench {
    fn new(layout: &[&[&'static str]]) -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let mut bench = Bench {
            _dir: dir,
            registry,
            layout: layout.iter().map(|s| s.to_vec()).collect(),
            times: Arc::default(),
            id: 0,
        };
        bench.id = submit(&bench.registry, &bench.job()).unwrap();
        bench
    }

    fn job(&self) -> NewJob {
        NewJob {
            kind: JobKind::Seed,
            instance: "a".into(),
            source: None,
            also_writes: Vec::new(),
            args: serde_json::json!({}),
            plan: plan_of(&self.stages()),
        }
    }

    fn stages(&self) -> Vec<Stage> {
        let step = |name: &&'static str| Box::new(Told(name, self.times.clone())) as Box<dyn Step>;
        self.layout
            .iter()
            .map(|stage| stage.iter().map(step).collect())
            .collect()
    }

    async fn run(&self) -> JobState {
        run(
            &self.registry,
            self.id,
            |_| Ok(self.stages()),
            Signals::by_hand(),
        )
        .await
        .unwrap()
    }

    fn state_of(&self, name: &str) -> WorkState {
        let view = self.registry.job_view(self.id).unwrap();
        view.steps.iter().find(|s| s.name == name).unwrap().state
    }

    async fn until(&self, what: impl Fn(&Bench) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !what(self) {
            assert!(Instant::now() < deadline, "waited too long");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn half(&self) -> bool {
        self.registry
            .job_view(self.id)
            .unwrap()
            .steps
            .iter()
            .any(|s| s.report.amount.done > 0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_is_written_ten_times_a_second_and_the_last_word_always() {
    let bench = Bench::new(&[&["count"]]);
    let counter = rusqlite::Connection::open(bench.registry.path()).unwrap();
    counter
        .execute_batch(
            "CREATE TABLE written(n INTEGER); INSERT INTO written VALUES (0);
             CREATE TRIGGER count_reports AFTER UPDATE OF report ON step
             BEGIN UPDATE written SET n = n + 1; END;",
        )
        .unwrap();
    assert_eq!(bench.run().await, JobState::Done);
    let written: u32 = counter
        .query_row("SELECT n FROM written", [], |row| row.get(0))
        .unwrap();
    // ten in its second, one at once, one at its end
    assert!((2..=12).contains(&written), "{written} writes");
    let view = bench.registry.job_view(bench.id).unwrap();
    let amount = view.steps[0].report.amount;
    assert!(amount.done == amount.total && amount.done > 0, "{amount:?}");
    assert_eq!(view.summary, Some(format!("{} rows", amount.done)));
}

#[tokio::test]
async fn a_failing_step_stops_its_siblings_and_names_what_to_do() {
    let bench = Bench::new(&[&["wait", "fail"], &["never"]]);
    assert_eq!(bench.run().await, JobState::Failed);
    let view = bench.registry.job_view(bench.id).unwrap();
    assert_eq!(view.error.as_deref(), Some("The provider said no."));
    assert_eq!(view.hint.as_deref(), Some("Ask again."));
    assert_eq!(bench.state_of("fail"), WorkState::Failed);
    assert_eq!(bench.state_of("wait"), WorkState::Pending);
    assert_eq!(bench.state_of("never"), WorkState::Pending);
    let log = JobLog::read(bench.registry.state_dir(), bench.id, 0).unwrap();
    assert!(
        log.lines
            .iter()
            .any(|l| l.ends_with("fail: The provider said no.")),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_resumed_job_opens_again_what_lived_in_the_last_worker() {
    let bench = Bench::new(&[&["open"], &["use"]]);
    // the steps share one counter: open 0, use 1 would be done; begin so that use fails first
    bench.times.store(u32::MAX, Ordering::SeqCst);
    assert_eq!(bench.run().await, JobState::Failed);
    let checkpoint = bench.registry.checkpoint(bench.id, 1).unwrap();
    assert_eq!(checkpoint, Some(serde_json::json!({ "times": 0 })));
    prepare_resume(&bench.registry, bench.id).unwrap();
    assert_eq!(bench.run().await, JobState::Done);
}

#[tokio::test]
async fn a_cancel_through_the_registry_is_quick() {
    let bench = Bench::new(&[&["wait"]]);
    let asked = async {
        bench.until(Bench::half).await;
        request_cancel(&bench.registry, bench.id).unwrap();
        Instant::now()
    };
    let (state, asked) = tokio::join!(bench.run(), asked);
    assert_eq!(state, JobState::Cancelled);
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(bench.state_of("wait"), WorkState::Undone);
}

#[tokio::test]
async fn a_step_that_does_not_listen_is_dropped() {
    let bench = Bench::new(&[&["deaf"]]);
    let signals = Signals::by_hand();
    signals.cancel.cancel();
    let state = run(&bench.registry, bench.id, |_| Ok(bench.stages()), signals)
        .await
        .unwrap();
    assert_eq!(state, JobState::Cancelled);
}

#[tokio::test]
async fn what_can_not_be_undone_is_named_and_can_be_tried_again() {
    let bench = Bench::new(&[&["stuck"], &["never"]]);
    assert_eq!(bench.run().await, JobState::Failed);
    request_cancel(&bench.registry, bench.id).unwrap();
    assert_eq!(bench.run().await, JobState::Failed);
    let view = bench.registry.job_view(bench.id).unwrap();
    assert!(view.error.unwrap().contains("stuck (It stays.)"));
    assert!(view.hint.unwrap().contains("jobs resume"));
    // going on means cleaning up again, never running
    prepare_resume(&bench.registry, bench.id).unwrap();
    assert_eq!(bench.run().await, JobState::Failed);
    assert_eq!(bench.times.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_plan_that_changed_is_refused() {
    let bench = Bench::new(&[&["wait"]]);
    let other = Bench::new(&[&["other"]]);
    let build = |_: &_| Ok(other.stages());
    let state = run(&bench.registry, bench.id, build, Signals::by_hand())
        .await
        .unwrap();
    assert_eq!(state, JobState::Failed);
    let view = bench.registry.job_view(bench.id).unwrap();
    assert!(view.error.unwrap().contains("another version"));
}
