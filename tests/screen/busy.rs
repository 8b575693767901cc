//! How fast keys are answered while a real clone of some tens of MB runs beside the screen.
//!
//! Needs an engine with pgvector, and makes real databases.

use std::fs;
use std::time::{Duration, Instant};

use matriz::domain::env_file::EnvFile;
use matriz::domain::job::{JobState, JobView};
use matriz::domain::progress::WorkState;
use matriz::provider::postgres::url::DatabaseUrl;
use matriz::registry::Registry;
use matriz::registry::views::JobFilter;

use super::budget::{KEY, report};
use super::cells::selected_name;
use super::jobs::{begin_clone, engine, job_says};
use super::terminal::{SOON, Start, Terminal};
use super::world::{World, alone};
use crate::support::{self, gate};

/// Instances beside `default`.
const OTHERS: usize = 99;

/// About 50 MB in two tables with their indexes, and a gate: the clone can't be over before enough
/// keys were pressed, however fast it is.
const ROWS: &str = "
    CREATE TABLE public.one AS
    SELECT n, md5(n::text) AS word, repeat(md5(n::text), 6) AS text FROM generate_series(1, 70000) n;
    ALTER TABLE public.one ADD PRIMARY KEY (n);
    CREATE INDEX ON public.one (word);
    CREATE TABLE public.two AS SELECT * FROM public.one;
    ALTER TABLE public.two ADD PRIMARY KEY (n);";
const BYTES: i64 = 40_000_000;

/// So many bytes of rows have to come over between the first key and the last.
const MOVED: u64 = 20_000_000;

/// So many keys are measured at least while the database is copied.
const KEYS: usize = 60;

#[test]
fn keys_are_answered_at_once_while_a_real_clone_runs() {
    let _turn = alone();
    if !engine() {
        return;
    }
    let world = World::crowd(OTHERS);
    let said = world.verb(&["init", "default", "--yes", "--json"]);
    assert!(said.status.success(), "{said:?}");
    let megabytes = fill(&world);
    let gate = gate::Held::in_sandbox(world.root());
    let registry = Registry::open(&world.root().join(".matriz")).expect("the registry");

    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("copy-9");
    begin_clone(&terminal, "default", "zebra");
    // the new instance takes the selection once, when it appears
    terminal.wait_for("zebra is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("zebra")
    });
    press(&terminal, "g", "default");
    let mut copying = Vec::new();
    let mut moved = Vec::new();
    let mut open = false;
    loop {
        let before = newest(&registry);
        if !before.state.is_active() {
            assert_eq!(before.state, JobState::Done, "{before:?}");
            break;
        }
        let took = [
            press(&terminal, "j", "copy-1"),
            press(&terminal, "k", "default"),
        ];
        // only what began and ended while the copy ran
        if let (Some(from), Some(to)) = (copied(&before), copied(&newest(&registry))) {
            copying.extend(took);
            moved.extend([from, to]);
        }
        if copying.len() >= KEYS && !open {
            gate.open();
            open = true;
        }
    }
    let what = format!("key to paint while a real clone of {megabytes} MB runs");
    report(&what, copying, KEY);
    let moved = moved.iter().max().zip(moved.first());
    let moved = moved.map_or(0, |(last, first)| last - first);
    println!(
        "BUDGET meanwhile {} MB of rows came over",
        moved / 1_000_000
    );
    assert!(moved > MOVED, "only {moved} bytes");
    terminal.wait_for("it is done", SOON, |seen| {
        job_says(seen, "clone default → zebra", "done")
    });
}

/// Fills `default`; how large it then is.
fn fill(world: &World) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let bytes: i64 = runtime.block_on(async {
        let text = fs::read_to_string(world.env_file("default")).expect("the environment");
        let env = EnvFile::parse(&text).expect("an environment");
        let url = env.get("DATABASE_URL").expect("the database's address");
        let url = DatabaseUrl::parse(url).expect("an address");
        let session = support::connected(&url).await;
        let rows = format!("{ROWS}{}", gate::among_the_rows());
        session.batch_execute(&rows).await.expect("the rows");
        let size = "SELECT pg_catalog.pg_database_size(current_database())";
        session.query_one(size, &[]).await.expect("its size").get(0)
    });
    assert!(bytes > BYTES, "only {bytes} bytes");
    bytes / 1_000_000
}

fn newest(registry: &Registry) -> JobView {
    let filter = JobFilter {
        limit: 1,
        ..JobFilter::default()
    };
    let jobs = registry.job_views(&filter).expect("the jobs");
    jobs.into_iter().next().expect("a job")
}

/// The bytes of rows that are over, while the copy runs.
fn copied(job: &JobView) -> Option<u64> {
    let copy = job.steps.iter().find(|step| step.name == "database.copy")?;
    let data = copy.report.phases.iter().find(|phase| phase.name == "Data");
    (copy.state == WorkState::Running).then(|| data.map_or(0, |data| data.amount.done))
}

/// From a key to the frame that shows what it did.
fn press(terminal: &Terminal, key: &str, selected: &str) -> Duration {
    let asked = Instant::now();
    terminal.keys(key);
    let seen = terminal.wait_for("the selection moves", SOON, |seen| {
        selected_name(seen).as_deref() == Some(selected)
    });
    seen - asked
}
