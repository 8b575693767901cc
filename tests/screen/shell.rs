//! A locked shell from the screen, and the screen in a locked shell.

use std::fs;

use super::cells::rows;
use super::terminal::{SOON, Start};
use super::world::{World, shared};

#[test]
fn a_shell_gets_the_terminal_and_leaving_it_comes_back() {
    let _turn = shared();
    let world = World::with(&["default", "other"]);
    fs::write(world.env_file("default"), "MARK=in-default\n").expect("the file");
    let terminal = Start::in_folder(world.root())
        .env("SHELL", "/bin/sh")
        .env("HOME", &world.root().display().to_string())
        .open();
    terminal.wait_text("default");
    terminal.keys("!");
    terminal.wait_text("default $");
    assert!(!terminal.seen().screen().alternate_screen());
    terminal.keys("echo \"[$MARK][$INSTANCE_NAME]\"\r");
    terminal.wait_text("[in-default][default]");
    terminal.keys("exit 3\r");
    terminal.wait_for("the screen is back", SOON, |seen| {
        let whole = rows(seen).iter().any(|row| row.contains("Instances"));
        seen.screen().alternate_screen() && whole
    });
    terminal.keys("q");
}

#[test]
fn in_a_locked_shell_there_is_no_switching_on_the_screen() {
    let _turn = shared();
    let world = World::with(&["default", "other"]);
    let lock = format!("other:{}", world.root().display());
    let terminal = Start::in_folder(world.root())
        .env("MATRIZ_LOCK", &lock)
        .env("INSTANCE_NAME", "other")
        .open();
    terminal.wait_text("▶ other locked");
    terminal.keys("k\r");
    terminal.wait_text("This shell is locked to other");
    terminal.keys("!");
    terminal.wait_text("leave it with exit first");
}
