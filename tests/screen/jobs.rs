//! A clone from the screen: begun, watched, survived, cancelled, and the clone deleted again.
//!
//! A gate among the rows holds each copy until what is to happen while it runs has happened: the
//! program may be faster than keys.
//!
//! Needs an engine with pgvector, and makes real databases.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::cells::{between_frames, find, rows, selected_name};
use super::terminal::{SOON, Seen, Start, Terminal};
use super::world::{World, shared};
use crate::support;
use crate::support::gate::{Gate, Held};

/// A sandbox that starts from nothing, a project, its seeds with embeddings, and a copy of it all,
/// by a program that wasn't optimised.
const LONG: Duration = Duration::from_secs(300);

pub fn engine() -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(support::vector_engine()).is_some()
}

/// The line of a job: the one with its title that says how it stands.
pub fn job_says(seen: &Seen, title: &str, what: &str) -> bool {
    rows(seen)
        .iter()
        .any(|row| row.contains(title) && row.contains(what))
}

/// The line of an instance in the list.
fn instance_says(seen: &Seen, name: &str, what: &str) -> bool {
    let mine = |row: &&String| {
        let list: String = row.chars().take(48).collect();
        list.starts_with('│')
            && list
                .trim_matches(['│', '▌', '▶', ' '])
                .split_whitespace()
                .next()
                == Some(name)
            && list.contains(what)
    };
    rows(seen).iter().find(mine).is_some()
}

/// `c`, the form, the plan, and yes.
pub fn begin_clone(terminal: &Terminal, from: &str, to: &str) {
    terminal.keys("1");
    terminal.wait_for("the source can be selected", SOON, |seen| {
        instance_says(seen, from, "")
    });
    terminal.keys("g");
    terminal.wait_for("the source is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some(from)
    });
    terminal.keys("c");
    terminal.wait_text("Enter show the plan");
    terminal.keys(&format!("\x15{to}\r"));
    terminal.wait_text("Enter clone");
    assert!(terminal.text().contains(&format!("Clone {from} into {to}")));
    terminal.keys("\r");
    terminal.wait_for("it runs", LONG, |seen| {
        job_says(seen, &format!("clone {from} → {to}"), " %")
    });
}

#[test]
fn a_clone_is_begun_watched_survived_and_deleted() {
    let _turn = shared();
    if !engine() {
        return;
    }
    let world = World::sample().gated();
    let gate = survives_the_screen(&world);
    gate.shut();
    let mut terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("clone-1");
    is_cancelled(&world, &terminal, &gate);
    is_deleted(&world, &terminal);
    let seen = terminal.seen();
    let first = find(&seen.bytes, b"\x1b[?2026h").expect("a frame");
    let outside = between_frames(&seen.bytes[first..]);
    assert!(
        outside.is_empty(),
        "between frames: {:?}",
        String::from_utf8_lossy(&outside)
    );
    drop(seen);
    terminal.keys("q");
    assert!(terminal.wait_end(SOON).success());
}

/// The screen is killed in the middle; another one shows the job still running, and its end.
fn survives_the_screen(world: &World) -> Held<Gate> {
    let mut terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("not set up");
    begin_clone(&terminal, "default", "clone-1");
    let gate = Held::in_sandbox(world.root());
    gate.reached();
    terminal.signal(Signal::SIGKILL);
    terminal.wait_end(SOON);
    let terminal = Start::in_folder(world.root()).open();
    let title = "clone default → clone-1";
    terminal.wait_for("it still runs", SOON, |seen| job_says(seen, title, " %"));
    terminal.wait_text("1 running");
    gate.open();
    terminal.wait_for("it is done", LONG, |seen| job_says(seen, title, "done"));
    terminal.wait_for("both are ready", SOON, |seen| {
        instance_says(seen, "default", "● ready") && instance_says(seen, "clone-1", "● ready")
    });
    assert!(terminal.text().contains("equal"), "{}", terminal.text());
    gate
}

/// A second clone is cancelled, and nothing of it stays.
fn is_cancelled(world: &World, terminal: &Terminal, gate: &Held<Gate>) {
    begin_clone(terminal, "default", "clone-2");
    gate.reached();
    terminal.keys("3g");
    terminal.keys("x");
    terminal.wait_text("Cancel");
    terminal.keys("\r");
    let title = "clone default → clone-2";
    terminal.wait_for("it is cancelled", LONG, |seen| {
        job_says(seen, title, "cancelled")
    });
    terminal.wait_for("it leaves the list", SOON, |seen| {
        !instance_says(seen, "clone-2", "")
    });
    assert!(!world.instance("clone-2").exists());
}

/// Only the whole name deletes.
fn is_deleted(world: &World, terminal: &Terminal) {
    terminal.keys("1G");
    terminal.wait_for("clone-1 is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("clone-1")
    });
    terminal.keys("D");
    terminal.wait_text("Type clone-1");
    let typed = |seen: &Seen, text: &str| {
        rows(seen).iter().any(|row| {
            let said = row.split('│').find(|part| part.contains("Type clone-1"));
            said.is_some_and(|said| said.trim_end().ends_with(&format!(" {text}")))
        })
    };
    terminal.keys("clone-\r");
    terminal.wait_for("half a name is refused", SOON, |seen| typed(seen, "clone-"));
    assert!(!terminal.text().contains("Starting"), "{}", terminal.text());
    terminal.keys("1");
    terminal.wait_for("the whole name is typed", SOON, |seen| {
        typed(seen, "clone-1")
    });
    assert!(world.instance("clone-1").exists());
    terminal.keys("\r");
    terminal.wait_for("it is deleted", LONG, |seen| {
        job_says(seen, "delete clone-1", "done")
    });
    terminal.wait_for("it leaves the list", SOON, |seen| {
        !instance_says(seen, "clone-1", "")
    });
    assert!(!world.instance("clone-1").exists());
    terminal.wait_for("default is still ready", SOON, |seen| {
        instance_says(seen, "default", "● ready")
    });
}
