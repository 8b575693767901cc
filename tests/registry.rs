//! The registry's file against processes that are killed while they write.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use matriz::domain::job::{JobKind, JobState};
use matriz::domain::progress::{Amount, Report, Unit, WorkState};
use matriz::error::Result;
use matriz::registry::Registry;
use matriz::registry::events::NewEvent;
use matriz::registry::jobs::{NewJob, StepMeta};
use matriz::registry::process::Process;
use matriz::registry::views::JobFilter;

const DIR: &str = "MATRIZ_TEST_STATE";
const STEPS: u32 = 3;

#[test]
#[ignore = "not a test: what the process that is killed does"]
fn writer_process() {
    let Ok(dir) = std::env::var(DIR) else {
        return;
    };
    let registry = Registry::open(Path::new(&dir)).unwrap();
    loop {
        write_one_of_each(&registry).unwrap();
    }
}

fn write_one_of_each(registry: &Registry) -> Result<()> {
    let step = |n| StepMeta {
        stage: n,
        name: format!("step.{n}"),
        title: "A step".into(),
        weight: 1,
    };
    // every life of the writer has an instance of its own, for an interrupted job keeps its own
    let id = registry.submit(&NewJob {
        kind: JobKind::Seed,
        instance: format!("i-{}", std::process::id()),
        source: None,
        also_writes: vec!["other".to_owned() + &std::process::id().to_string()],
        args: serde_json::json!({ "n": 1 }),
        plan: (0..STEPS).map(step).collect(),
    })?;
    let (lease, _) = registry.acquire(id, &Process::current(), false)?;
    for n in 0..STEPS {
        registry.step_begins(&lease, n, WorkState::Running, true)?;
        let report = Report {
            amount: Amount::new(1, 2, Unit::Rows),
            ..Report::default()
        };
        registry.save_reports(&lease, &[(n, report.clone())])?;
        let seq = registry.journal_intent(&lease, "p", "k", &n.to_string())?;
        registry.journal_result(&lease, seq, "t")?;
        registry.save_checkpoint(&lease, n, &serde_json::json!(n))?;
        registry.step_ends(&lease, n, WorkState::Done, Some(&report), None)?;
    }
    registry.release(&lease, JobState::Done, None)?;
    registry.audit("a", "b", "c", "d")?;
    registry.record_event(&NewEvent {
        kind: "k".into(),
        text: "t".into(),
        ..NewEvent::default()
    })?;
    Ok(())
}

#[test]
fn killed_at_any_moment_it_stays_whole() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(dir.path()).unwrap();
    for round in 0..25_u64 {
        let before = registry
            .events(None, 1)
            .unwrap()
            .first()
            .map_or(0, |e| e.id);
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["writer_process", "--exact", "--ignored", "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // from its first whole turn on, at another moment each time
        let deadline = Instant::now() + Duration::from_secs(20);
        while registry
            .events(None, 1)
            .unwrap()
            .first()
            .map_or(0, |e| e.id)
            == before
        {
            assert!(Instant::now() < deadline, "the writer writes nothing");
            std::thread::yield_now();
        }
        let pause = Instant::now() + Duration::from_micros(round * 397);
        while Instant::now() < pause {
            std::hint::spin_loop();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        check(&registry);
    }
    // a process that never saw it before reads it too
    let again = Registry::open(dir.path()).unwrap();
    check(&again);
    let unfinished = JobFilter {
        unfinished: true,
        ..JobFilter::default()
    };
    for view in again.job_views(&unfinished).unwrap() {
        // killed between planning a job and taking it, or later
        let seen = matches!(view.state, JobState::Planned | JobState::Interrupted);
        assert!(seen, "{:?}, but its writer is dead", view.state);
    }
}

fn check(registry: &Registry) {
    let c = rusqlite::Connection::open(registry.path()).unwrap();
    let answer: String = c
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(answer, "ok");
    let half: i64 = c
        .query_row(
            "SELECT count(*) FROM job WHERE
             (SELECT count(*) FROM step WHERE job = job.id) <> ?1
             OR (SELECT count(*) FROM claim WHERE job = job.id) <> 2
             OR (state = 'done' AND EXISTS
                 (SELECT 1 FROM step WHERE job = job.id AND state <> 'done'))",
            [STEPS],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(half, 0, "half a job");
    assert_eq!(registry.verify_audit().unwrap().broken_at, None);
    assert!(
        !registry
            .job_views(&JobFilter::default())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_file_damaged_in_its_middle_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(dir.path()).unwrap();
    write_one_of_each(&registry).unwrap();
    let path = registry.path().to_owned();
    drop(registry);
    // after the first page, which holds the header and the list of tables
    let mut bytes = std::fs::read(&path).unwrap();
    let page = 4096;
    assert!(bytes.len() > 4 * page);
    for byte in bytes.iter_mut().skip(page) {
        *byte = 0xA5;
    }
    std::fs::write(&path, &bytes).unwrap();
    let error = Registry::open(dir.path())
        .and_then(|r| r.job_views(&JobFilter::default()))
        .unwrap_err();
    assert!(error.message.contains("damaged"), "{error}");
    assert!(error.message.contains("registry.db"), "{error}");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        bytes,
        "it was left as it was"
    );
}
