//! Workers as real processes: killed, raced, stopped, cancelled.
//!
//! A worker here is this test program again, told by the environment to run a job whose steps
//! make files.

#[path = "engine/workshop.rs"]
mod workshop;

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use matriz::domain::job::JobState;
use matriz::domain::progress::WorkState;
use matriz::error::Kind;
use matriz::job::engine::{self, CancelRequest};
use matriz::job::log::JobLog;
use matriz::job::worker;
use matriz::registry::watch::Watch;
use nix::sys::signal::Signal;
use workshop::{Workshop, until};

#[test]
#[ignore = "not a test: what a worker process does"]
fn worker_process() {
    workshop::work_if_told();
}

#[test]
fn a_killed_worker_is_noticed_at_once_and_its_job_goes_on() {
    let shop = Workshop::new(&["a", "wait", "c"]);
    let mut worker = shop.start(&[]);
    shop.until_waiting();
    worker.kill().unwrap();
    worker.wait().unwrap();
    let view = shop.view();
    assert_eq!(view.state, JobState::Interrupted);
    assert!(view.state.can_resume());
    assert_eq!(shop.made(), ["a", "wait"]);

    engine::prepare_resume(&shop.registry, shop.id).unwrap();
    let mut worker = shop.start(&[]);
    shop.until_waiting();
    shop.let_go();
    assert!(worker.wait().unwrap().success());
    let view = shop.view();
    assert_eq!(view.state, JobState::Done);
    assert_eq!(shop.made(), ["a", "c", "wait"]);
    assert_eq!(shop.times("a"), 1, "what was done was not done again");
}

#[test]
fn a_crash_at_any_boundary_loses_nothing_and_does_nothing_twice() {
    for step in ["a", "b", "c"] {
        for point in ["before", "after"] {
            let shop = Workshop::new(&["a", "b", "c"]);
            shop.crash_at(&format!("{step}:{point}"));
            assert_eq!(shop.view().state, JobState::Interrupted, "{step}:{point}");
            engine::prepare_resume(&shop.registry, shop.id).unwrap();
            assert!(shop.start(&[]).wait().unwrap().success());
            assert_eq!(shop.view().state, JobState::Done, "{step}:{point}");
            for made in ["a", "b", "c"] {
                assert_eq!(shop.times(made), 1, "{made}, crash at {step}:{point}");
            }
        }
    }
}

#[test]
fn a_crash_in_the_clean_up_leaves_a_clean_up_to_finish() {
    for (step, point) in [
        ("c", "undo-before"),
        ("b", "undo-after"),
        ("a", "undo-after"),
    ] {
        let shop = Workshop::new(&["a", "b", "c", "fail"]);
        assert!(shop.start(&[]).wait().unwrap().success());
        assert_eq!(shop.view().state, JobState::Failed);
        let request = engine::request_cancel(&shop.registry, shop.id).unwrap();
        assert_eq!(request, CancelRequest::NeedsWorker);
        shop.crash_at(&format!("{step}:{point}"));
        assert_eq!(shop.view().state, JobState::Interrupted);
        engine::prepare_resume(&shop.registry, shop.id).unwrap();
        assert!(shop.start(&[]).wait().unwrap().success());
        assert_eq!(shop.view().state, JobState::Cancelled);
        assert_eq!(shop.made(), [""; 0]);
        assert_eq!(shop.times("a"), 1, "a resumed clean-up runs nothing");
    }
}

#[test]
fn of_two_workers_one_gets_the_job() {
    let shop = Workshop::new(&["a", "wait"]);
    let mut workers = [shop.start(&[]), shop.start(&[]), shop.start(&[])];
    shop.until_waiting();
    until("two workers give up", || {
        workers
            .iter_mut()
            .map(|w| w.try_wait().unwrap())
            .filter(Option::is_some)
            .count()
            == 2
    });
    shop.let_go();
    let won = workers
        .iter_mut()
        .map(|w| w.wait().unwrap())
        .filter(|status| status.success())
        .count();
    assert_eq!(won, 1);
    assert_eq!((shop.times("a"), shop.times("wait")), (1, 1));
    assert_eq!(shop.view().state, JobState::Done);
}

#[test]
fn a_cancel_ends_a_running_job_within_a_second() {
    let shop = Workshop::new(&["a", "wait"]);
    let mut worker = shop.start(&[]);
    shop.until_waiting();
    let asked = Instant::now();
    engine::request_cancel(&shop.registry, shop.id).unwrap();
    until("the job is cancelled", || {
        shop.view().state == JobState::Cancelled
    });
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(worker.wait().unwrap().success());
    assert_eq!(shop.made(), [""; 0]);
    assert!(
        shop.view()
            .steps
            .iter()
            .all(|s| s.state == WorkState::Undone)
    );
}

#[test]
fn signals_stop_cancel_or_pass() {
    let shop = Workshop::new(&["a", "wait"]);
    let mut worker = shop.start(&[]);
    shop.until_waiting();
    shop.signal(&worker, Signal::SIGHUP);
    shop.signal(&worker, Signal::SIGTERM);
    assert_eq!(
        worker.wait().unwrap().code(),
        Some(0),
        "a closed terminal alone stops nothing"
    );
    assert_eq!(shop.view().state, JobState::Interrupted);
    assert_eq!(shop.made(), ["a", "wait"]);

    engine::prepare_resume(&shop.registry, shop.id).unwrap();
    let mut worker = shop.start(&[]);
    shop.until_waiting();
    shop.signal(&worker, Signal::SIGINT);
    worker.wait().unwrap();
    assert_eq!(shop.view().state, JobState::Cancelled);
    assert_eq!(shop.made(), [""; 0]);
}

#[tokio::test]
async fn a_spawned_worker_is_on_its_own() {
    let shop = Workshop::new(&["a", "wait"]);
    worker::spawn_as(&shop.registry, shop.root(), shop.id, shop.command(&[]))
        .await
        .unwrap();
    shop.until_waiting();
    let pid = shop.registry.job(shop.id).unwrap().worker.unwrap().pid;
    let pid = nix::unistd::Pid::from_raw(pid as i32);
    assert_eq!(
        nix::unistd::getsid(Some(pid)).unwrap(),
        pid,
        "a session of its own"
    );
    // its log can be read while it runs
    let first = JobLog::read(shop.registry.state_dir(), shop.id, 0).unwrap();
    assert!(
        first.lines.iter().any(|line| line.ends_with(" a: done")),
        "{first:?}"
    );
    shop.let_go();
    until("the job is done", || shop.view().state == JobState::Done);
    until("the process is gone", || {
        nix::sys::signal::kill(pid, None).is_err()
    });
    let rest = JobLog::read(shop.registry.state_dir(), shop.id, first.next).unwrap();
    assert!(rest.lines.last().unwrap().ends_with("is done."), "{rest:?}");
}

#[tokio::test]
async fn a_worker_that_cannot_begin_says_why() {
    let shop = Workshop::new(&["a"]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "echo the sandbox is not there >&2; exit 7"]);
    let error = worker::spawn_as(&shop.registry, shop.root(), shop.id, command)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Internal);
    assert!(
        error.message.contains("the sandbox is not there"),
        "{error}"
    );
    assert!(error.message.contains('7'), "{error}");
}

#[test]
fn a_job_in_the_way_is_named() {
    let shop = Workshop::new(&["a", "wait"]);
    let mut worker = shop.start(&[]);
    shop.until_waiting();
    let error = shop.submit_again().unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert!(
        error.message.contains(&format!("Job {}", shop.id)),
        "{error}"
    );
    worker.kill().unwrap();
    worker.wait().unwrap();
    let error = shop.submit_again().unwrap_err();
    assert!(error.message.contains("interrupted"), "{error}");
    assert!(error.hint.unwrap().contains("jobs resume"));
    engine::request_cancel(&shop.registry, shop.id).unwrap();
    assert!(shop.start(&[]).wait().unwrap().success());
    shop.submit_again().unwrap();
}

#[tokio::test]
async fn a_watch_hears_of_other_processes_and_of_a_worker_that_was_killed() {
    let shop = Workshop::new(&["a", "wait"]);
    let mut watch = Watch::new(&shop.registry).unwrap();
    let mut worker = shop.start(&[]);
    let wait = Duration::from_secs(10);
    while shop.view().state != JobState::Running {
        tokio::time::timeout(wait, watch.next())
            .await
            .expect("it hears")
            .unwrap();
    }
    shop.until_waiting();
    while watch.changed().unwrap() {}
    worker.kill().unwrap();
    assert_eq!(worker.wait().unwrap().signal(), Some(9));
    while shop.view().state != JobState::Interrupted {
        tokio::time::timeout(wait, watch.next())
            .await
            .expect("it notices")
            .unwrap();
    }
    // with no job active nothing wakes it up
    while watch.changed().unwrap() {}
    let idle = tokio::time::timeout(Duration::from_millis(1_500), watch.next()).await;
    assert!(idle.is_err(), "nothing changed, yet it woke up");
    // dropping the wait above lost nothing
    shop.registry.set_setting("a", "b").unwrap();
    tokio::time::timeout(wait, watch.next())
        .await
        .expect("it hears")
        .unwrap();
}
