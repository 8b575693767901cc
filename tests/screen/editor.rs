//! The person's own editor: it gets the terminal whole, with its keys and its signals.

use std::fs;

use super::cells::rows;
use super::terminal::{SOON, Seen, Start, Terminal, program};
use super::world::{World, shared};

/// An editor that shows itself, takes one line, and adds it to the file.
const SCRIPT: &str = "echo IN THE EDITOR\nread line\nprintf 'TYPED=%s\\n' \"$line\" >> \"$1\"\n";

/// Opens the editor on the environment of `default`.
fn edit(world: &World, start: Start) -> Terminal {
    fs::write(world.env_file("default"), "PLAIN=old\n").expect("the file");
    let script = world.root().join("edit.sh");
    fs::write(&script, SCRIPT).expect("the script");
    let editor = format!("sh {}", script.display());
    let terminal = start.env("EDITOR", &editor).open();
    terminal.wait_text("default");
    terminal.keys("e");
    terminal.wait_text("PLAIN");
    terminal.keys("E");
    terminal.wait_text("IN THE EDITOR");
    assert!(!terminal.seen().screen().alternate_screen());
    assert!(terminal.cooked());
    terminal
}

/// The whole screen is there, with this on it.
fn back_with(seen: &Seen, text: &str) -> bool {
    let whole = rows(seen).iter().any(|row| row.contains("Instances"));
    seen.screen().alternate_screen() && whole && seen.text().contains(text)
}

#[test]
fn it_gets_every_key_and_what_it_wrote_is_shown() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = edit(&world, Start::in_folder(world.root()));
    terminal.keys("jkqD?\r");
    terminal.wait_for("its line is there", SOON, |seen| back_with(seen, "jkqD?"));
}

#[test]
fn ctrl_c_ends_it_and_not_the_screen() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = edit(&world, Start::in_folder(world.root()));
    terminal.keys("\x03");
    terminal.wait_for("it says how it ended", SOON, |seen| {
        back_with(seen, "The editor sh ended")
    });
    terminal.keys("?");
    terminal.wait_text("Change the value of the selected key.");
}

#[test]
fn ctrl_z_stops_both_and_fg_brings_both_back() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let start = Start::under_shell(world.root(), "echo STOPPED; read x; fg; echo ENDED");
    let mut terminal = edit(&world, start);
    terminal.keys("\x1a");
    terminal.wait_text("STOPPED");
    terminal.keys("\r");
    // the shell names the job that it brings back
    let program = program();
    let tail: String = program.chars().rev().take(12).collect();
    let tail: String = tail.chars().rev().collect();
    terminal.wait_text(&tail);
    terminal.keys("after\r");
    terminal.wait_for("its line is there", SOON, |seen| back_with(seen, "after"));
    terminal.keys("q");
    terminal.wait_text("ENDED");
    terminal.wait_end(SOON);
}
