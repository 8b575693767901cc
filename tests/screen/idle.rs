//! An idle screen does nothing at all.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use super::processes::{resident, switches};
use super::terminal::{Start, Terminal};
use super::world::{World, alone};

/// What is looked at: a window of time is the thing measured here, so waiting it out is no guess.
const WINDOW: Duration = Duration::from_secs(4);
/// Threads that read files for the first frames go after ten idle seconds, which wakes them once.
const SETTLED: Duration = Duration::from_secs(40);

/// Bytes written and times woken up in one window.
fn window(terminal: &Terminal) -> (usize, u64) {
    let bytes = terminal.seen().bytes.len();
    let (woken, _) = switches(terminal.pid());
    let end = Instant::now() + WINDOW;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
    let (after, _) = switches(terminal.pid());
    (
        terminal.seen().bytes.len() - bytes,
        after.saturating_sub(woken),
    )
}

#[test]
fn idle_it_writes_nothing_and_never_wakes_up() {
    let _turn = alone();
    let world = World::crowd(20);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("copy-20");
    let deadline = Instant::now() + SETTLED;
    let mut windows = Vec::new();
    loop {
        let seen = window(&terminal);
        windows.push(seen);
        let quiet = windows
            .iter()
            .rev()
            .take(2)
            .filter(|w| **w == (0, 0))
            .count();
        if quiet == 2 {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "bytes and wake-ups every {WINDOW:?}: {windows:?}"
        );
    }
    let (_, threads) = switches(terminal.pid());
    let memory = resident(terminal.pid());
    println!(
        "IDLE bytes and wake-ups per {WINDOW:?}: {windows:?}; {threads} threads, {} MiB",
        memory / 1024
    );
    // the target is 25 MiB; three times that is far from it
    assert!(memory < 75 * 1024, "{memory} KiB");
}
