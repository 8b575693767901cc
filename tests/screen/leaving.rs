//! The terminal is given back as it was, however the program leaves it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cells::last;
use super::terminal::{SOON, Seen, Start, Terminal};
use super::world::{World, shared};

/// Every mode that was switched on is off again, and later than it was on.
#[track_caller]
fn assert_given_back(terminal: &Terminal) {
    let seen = terminal.seen();
    let pairs: [(&[u8], &[u8], &str); 5] = [
        (b"\x1b[?1049h", b"\x1b[?1049l", "the alternate screen"),
        (b"\x1b[?25l", b"\x1b[?25h", "the hidden cursor"),
        (b"\x1b[?2004h", b"\x1b[?2004l", "bracketed paste"),
        (b"\x1b[?1004h", b"\x1b[?1004l", "the focus's reports"),
        (b"\x1b[?2026h", b"\x1b[?2026l", "the synchronised update"),
    ];
    for (on, off, what) in pairs {
        let (on, off) = (last(&seen.bytes, on), last(&seen.bytes, off));
        assert!(
            on.is_some() && off > on,
            "{what}: on at {on:?}, off at {off:?}"
        );
    }
    assert!(!seen.screen().alternate_screen());
    assert!(!seen.screen().hide_cursor());
    drop(seen);
    assert!(terminal.cooked(), "the keyboard is still raw");
}

/// Where the panes' corners are, which no answer that comes late moves.
fn corners(seen: &Seen) -> Vec<(usize, usize, char)> {
    let rows = super::cells::rows(seen);
    let rows = rows.iter().enumerate();
    let cells = rows.flat_map(|(y, row)| row.chars().enumerate().map(move |(x, c)| (y, x, c)));
    cells.filter(|(_, _, c)| "╭╮╰╯".contains(*c)).collect()
}

/// Everything that this workspace's screen has to show.
fn is_whole(seen: &Seen) -> bool {
    let text = seen.text();
    let all = ["Instances", "default", "second", "No jobs yet", "commands"];
    all.iter().all(|word| text.contains(word))
}

fn open(world: &World) -> Terminal {
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    assert!(!terminal.cooked());
    terminal
}

#[test]
fn q_leaves_a_clean_terminal() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let mut terminal = open(&world);
    terminal.keys("q");
    assert!(terminal.wait_end(SOON).success());
    assert_given_back(&terminal);
}

#[test]
fn what_was_wished_for_just_before_is_still_done() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let mut terminal = open(&world);
    terminal.keys("n");
    terminal.wait_text("New instance");
    terminal.keys("\x15trial\r\x03");
    assert!(terminal.wait_end(SOON).success());
    assert!(world.env_file("trial").is_file());
}

#[test]
fn signals_that_end_it_leave_a_clean_terminal() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let signals = [
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
    ];
    for signal in signals {
        let mut terminal = open(&world);
        terminal.signal(signal);
        terminal.wait_end(SOON);
        assert_given_back(&terminal);
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_redraws_all() {
    let _turn = shared();
    let world = World::with(&["default", "second"]);
    let mut terminal =
        Start::under_shell(world.root(), "echo STOPPED; read x; fg; echo ENDED").open();
    terminal.wait_for("all of it is there", SOON, is_whole);
    let panes = corners(&terminal.seen());
    assert!(!panes.is_empty());
    terminal.keys("\x1a");
    terminal.wait_text("STOPPED");
    assert_given_back(&terminal);
    assert!(!terminal.text().contains("second"), "{}", terminal.text());
    terminal.keys("\r");
    terminal.wait_for("all of it is there again", SOON, |seen: &Seen| {
        seen.screen().alternate_screen() && is_whole(seen) && corners(seen) == panes
    });
    terminal.keys("j");
    terminal.wait_for("keys are heard", SOON, |seen| {
        super::cells::selected_name(seen).as_deref() == Some("second")
    });
    terminal.keys("q");
    terminal.wait_text("ENDED");
    terminal.wait_end(SOON);
    assert_given_back(&terminal);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_from_outside_is_heard_without_a_key() {
    let _turn = shared();
    let world = World::with(&["default", "second"]);
    let terminal = Start::under_shell(
        world.root(),
        "echo STOPPED; read x; fg; echo AGAIN; read x; fg",
    )
    .open();
    terminal.wait_text("second");
    let shell = terminal.pid();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
    let child = children.expect("the shell's children").trim().parse();
    let child = Pid::from_raw(child.expect("one child"));
    kill(child, Signal::SIGTSTP).expect("a signal");
    terminal.wait_text("STOPPED");
    assert_given_back(&terminal);
    terminal.keys("\r");
    terminal.wait_text("second");
    // and one that can't be heard
    kill(child, Signal::SIGSTOP).expect("a signal");
    terminal.wait_text("AGAIN");
    let before = terminal.seen().bytes.len();
    // the shell reads it from a terminal that is still raw
    terminal.keys("\n");
    terminal.wait_for("all is drawn again", SOON, |seen| {
        super::cells::find(&seen.bytes[before..], "Instances".as_bytes()).is_some()
    });
}

#[test]
fn ctrl_l_draws_every_cell_again() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = open(&world);
    let before = terminal.seen().bytes.len();
    terminal.keys("\x0c");
    terminal.wait_for("the frame is written again", SOON, |seen| {
        super::cells::find(&seen.bytes[before..], "Instances".as_bytes()).is_some()
    });
}

#[test]
fn without_a_terminal_it_says_what_to_use_instead() {
    let world = World::with(&["default"]);
    let said = world.verb(&[]);
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    let text = String::from_utf8_lossy(&said.stderr);
    assert!(
        text.contains("needs a terminal") && text.contains("matriz list"),
        "{text}"
    );
}
