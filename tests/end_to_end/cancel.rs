//! Cancelling: the step stops within a second, and nothing of the job is left.

use std::time::{Duration, Instant};

use matriz::domain::job::JobState;
use matriz::domain::progress::WorkState;
use nix::sys::signal::Signal;

use crate::outside::wait_until;
use crate::place::Place;
use crate::support::gate::Held;

/// Enough rows that stopping is some work.
const ROWS: &str = "
    CREATE TABLE public.ballast AS
    SELECT n, repeat(md5(n::text), 8) AS text FROM generate_series(1, 120000) n;
    ALTER TABLE public.ballast ADD PRIMARY KEY (n)";

/// Where a job stands when it's cancelled.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hold {
    /// Wherever it has come to.
    Nowhere,
    /// Before the copy, which waits for a table.
    Lock,
    /// In the middle of the rows.
    Gate,
}

fn nothing_left(place: &Place, before: (i64, i64)) {
    assert!(!place.has("clone-1"), "the folder is left");
    assert_eq!(place.projects(), ["default"]);
    assert_eq!(place.server_objects(), before, "databases and roles");
    let trash = place.path(".matriz/trash");
    assert!(!trash.exists() || trash.read_dir().unwrap().next().is_none());
}

#[test]
fn a_cancel_stops_within_a_second_and_takes_everything_back() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place.sql("default", ROWS);
    // no job gets past the rows: each cancel meets one that runs
    let gate = place.gate();
    let before = place.server_objects();
    for (step, held) in [
        ("folder.create", Hold::Nowhere),
        ("project.create", Hold::Nowhere),
        ("project.ready", Hold::Nowhere),
        ("database.copy", Hold::Lock),
        ("database.copy", Hold::Gate),
    ] {
        let lock =
            (held == Hold::Lock).then(|| Held::take(&place.database("default"), "public.ballast"));
        let arguments = ["clone", "default", "clone-1", "--yes", "--detach", "--json"];
        let id = place.matriz(&arguments).ok().last()["job"]
            .as_i64()
            .unwrap();
        wait_until(step, || {
            let job = place.job(id);
            let at = job.steps.iter().find(|s| s.name == step).unwrap();
            assert!(job.state.is_active(), "{step}: {job:?}");
            at.state != WorkState::Pending
        });
        match &lock {
            Some(lock) => lock.wanted(),
            None if held == Hold::Gate => gate.reached(),
            None => {}
        }
        let asked = Instant::now();
        matriz::job::engine::request_cancel(&place.registry(), id).unwrap();
        wait_until("no step runs", || {
            let job = place.job(id);
            job.steps.iter().all(|s| s.state != WorkState::Running)
        });
        let took = asked.elapsed();
        println!("MEASURED cancel at {step}, held {held:?}: stopped after {took:?}");
        assert!(took < Duration::from_secs(1), "{step}: {took:?}");
        wait_until("the job is over", || !place.job(id).state.is_active());
        let job = place.job(id);
        assert_eq!(job.state, JobState::Cancelled, "{step}: {job:?}");
        nothing_left(&place, before);
    }
    gate.open();
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    place.equal("default", "clone-1");
}

#[test]
fn ctrl_c_cancels_an_attached_clone() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place.sql("default", ROWS);
    let gate = place.gate();
    let before = place.server_objects();
    for step in ["", "database.copy"] {
        let mut running = place.start(&["clone", "default", "clone-1", "--yes", "--json"]);
        assert!(running.until(|line| step.is_empty() || line["step"] == step));
        if !step.is_empty() {
            gate.reached();
        }
        running.signal(Signal::SIGINT);
        let said = running.end();
        assert_eq!(said.code, Some(130), "{said:?}");
        assert_eq!(said.last()["state"], "cancelled", "{said:?}");
        nothing_left(&place, before);
    }
    // in words, for a person
    let mut running = place.start(&["clone", "default", "clone-1", "--yes"]);
    running.until_text("Copy the database");
    running.signal(Signal::SIGINT);
    running.end().refused(130, &["Cancelled", "gone"]);
    nothing_left(&place, before);
}

#[test]
fn an_interrupted_job_can_be_cancelled() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    let before = place.server_objects();
    for point in [
        "folder.create:before",
        "project.create:after",
        "database.copy:after",
        "figures:after",
    ] {
        let arguments = ["clone", "default", "clone-1", "--yes", "--json"];
        let said = place.with(&arguments, &[("MATRIZ_CRASH_AT", point)]);
        assert_eq!(said.last()["state"], "interrupted", "{said:?}");
        let id = place.newest_job().to_string();
        let said = place.matriz(&["jobs", "cancel", &id, "--json"]).ok();
        assert_eq!(said.last()["state"], "cancelled");
        nothing_left(&place, before);
    }
}

#[test]
fn cancelling_a_clone_that_set_its_source_up_takes_that_back_too() {
    let Some(place) = Place::small() else { return };
    let before = place.server_objects();
    for point in [
        "source.project.create:after",
        "source.seeds:after",
        "database.copy:after",
    ] {
        let arguments = ["clone", "default", "clone-1", "--yes", "--json"];
        let said = place.with(&arguments, &[("MATRIZ_CRASH_AT", point)]);
        assert_eq!(said.last()["state"], "interrupted", "{point}: {said:?}");
        let id = place.newest_job().to_string();
        place.matriz(&["jobs", "cancel", &id]).ok();
        assert!(!place.has("clone-1"));
        assert_eq!(place.projects(), Vec::<String>::new(), "{point}");
        assert_eq!(place.server_objects(), before, "{point}");
        let shown = place.json(&["show", "default"]);
        assert_eq!(shown["state"], "new", "{shown}");
        assert!(
            shown["project_ref"].is_null() && shown["database_bytes"].is_null(),
            "{shown}"
        );
        assert_eq!(place.value("default", "SUPABASE_PROJECT_REF"), "");
        assert_eq!(place.value("default", "DATABASE_URL"), "");
        let mcp =
            std::fs::read_to_string(place.path("instances/default/mcp.json")).unwrap_or_default();
        assert!(!mcp.contains("project-ref"), "{point}: {mcp}");
    }
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    place.equal("default", "clone-1");
}

/// Its files are its own: only what the job put into it goes.
#[test]
fn a_clone_into_a_folder_that_was_there_keeps_it() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place.matriz(&["create", "mine", "--purpose", "Mine"]).ok();
    place
        .matriz(&["env", "set", "EXAMPLE_OWN", "kept", "-i", "mine"])
        .ok();
    let clone = ["clone", "default", "mine", "--yes", "--json"];
    let dies = |point: &str| {
        let said = place.with(&clone, &[("MATRIZ_CRASH_AT", point)]);
        assert_eq!(said.last()["state"], "interrupted", "{said:?}");
        place.newest_job().to_string()
    };
    let id = dies("database.copy:after");
    place.matriz(&["jobs", "cancel", &id]).ok();
    assert_eq!(place.value("mine", "EXAMPLE_OWN"), "kept");
    assert_eq!(place.value("mine", "DATABASE_URL"), "");
    assert_eq!(place.projects(), ["default"]);

    dies("folder.create:after");
    place.matriz(&["jobs", "resume"]).ok();
    assert_eq!(place.value("mine", "EXAMPLE_OWN"), "kept");
    assert_eq!(place.json(&["show", "mine"])["purpose"], "Mine");
    place.equal("default", "mine");
}
