//! How fast keys are answered while a plan looks at a database with a large schema.
//!
//! Needs an engine with pgvector, and makes real databases.

use std::fs;
use std::time::{Duration, Instant};

use matriz::domain::env_file::EnvFile;
use matriz::provider::postgres::connect::Connection;
use matriz::provider::postgres::url::DatabaseUrl;
use tokio::runtime::Runtime;

use super::budget::{KEY, report};
use super::cells::selected_name;
use super::jobs::engine;
use super::terminal::{SOON, Start, Terminal};
use super::world::{World, alone};
use crate::support;

/// Tables with an index, a comment and rights each.
const TABLES: &str = "DO $$ BEGIN FOR n IN 1..4000 LOOP
    EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY, a text, b text, c jsonb)', n);
    EXECUTE format('COMMENT ON TABLE public.t%s IS ''one of many''', n);
    EXECUTE format('REVOKE ALL ON public.t%s FROM anon', n);
  END LOOP; END $$";
/// The look at both databases, by its connections.
const LOOKING: &str = "SELECT count(*) FROM pg_catalog.pg_stat_activity
    WHERE application_name IN ('matriz copy', 'pg_dump')";

/// So many looks are measured.
const LOOKS: usize = 3;
/// One long stretch of work on the screen's thread would hold one key, and not the middle of them. Of
/// the slowest keys of all looks, the quickest is what the program itself does to them.
const SLOWEST: Duration = Duration::from_millis(60);

#[test]
fn keys_are_answered_at_once_while_a_plan_reads_a_large_schema() {
    let _turn = alone();
    if !engine() {
        return;
    }
    let world = World::crowd(9);
    let said = world.verb(&["init", "default", "--yes", "--json"]);
    assert!(said.status.success(), "{said:?}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let session = runtime.block_on(fill(&world));
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("copy-9");
    terminal.keys("g");
    terminal.wait_for("default is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("default")
    });
    let (mut figures, mut slowest) = (Vec::new(), Vec::new());
    for _ in 0..LOOKS {
        let before = figures.len();
        terminal.keys("c");
        terminal.wait_text("Tab next field");
        terminal.keys("\x15zebra\r");
        terminal.wait_gone("Tab next field");
        wait_until(&runtime, &session, true);
        // the look goes on without its popup, and without the form below
        terminal.keys("\x1b");
        terminal.wait_text("Tab next field");
        terminal.keys("\x1b");
        terminal.wait_gone("Tab next field");
        while looking(&runtime, &session) {
            for (key, selected) in [("j", "copy-1"), ("k", "default")] {
                let took = press(&terminal, key, selected);
                if looking(&runtime, &session) {
                    figures.push(took);
                }
            }
        }
        wait_until(&runtime, &session, false);
        slowest.extend(figures.iter().skip(before).max().copied());
    }
    let slowest = slowest.into_iter().min().expect("keys during a look");
    println!(
        "BUDGET the slowest of them: {:.1} ms",
        slowest.as_secs_f64() * 1000.0
    );
    assert!(slowest < SLOWEST, "{slowest:?}");
    report("key to paint while a plan reads 4,000 tables", figures, KEY);
    // and the plan itself comes
    terminal.keys("c");
    terminal.wait_text("Enter show the plan");
    terminal.keys("\x15zebra\r");
    terminal.wait_text("Enter clone");
}

async fn fill(world: &World) -> Connection {
    let text = fs::read_to_string(world.env_file("default")).expect("the environment");
    let env = EnvFile::parse(&text).expect("an environment");
    let url = env.get("DATABASE_URL").expect("the database's address");
    let url = DatabaseUrl::parse(url).expect("an address");
    let session = support::connected(&url).await;
    session.batch_execute(TABLES).await.expect("the tables");
    session
}

fn looking(runtime: &Runtime, session: &Connection) -> bool {
    let row = runtime.block_on(session.query_one(LOOKING, &[]));
    row.expect("the connections").get::<_, i64>(0) > 0
}

fn wait_until(runtime: &Runtime, session: &Connection, so: bool) {
    let end = Instant::now() + SOON;
    while looking(runtime, session) != so {
        assert!(Instant::now() < end, "the look at the databases: not {so}");
        std::thread::sleep(Duration::from_millis(2));
    }
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
