//! `run --mask`: no secret comes out, and the command notices nothing.

use std::io::{Read, Write};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::CommandBuilder;

use crate::session::Session;
use crate::world::{World, program};

const MASK: &str = "••••••••••";

fn world() -> World {
    let world = World::with(&["a"]);
    world.write(
        "a",
        "API_TOKEN=example-token-0123456789\nPLAIN=visible\nPRIVATE_KEY=\"-----BEGIN KEY-----\nexample-key-line\n-----END KEY-----\"\n",
    );
    world
}

/// A command in a terminal of its own, without a shell around it.
fn started(world: &World, script: &str) -> Session {
    let mut command = CommandBuilder::new(program());
    command.args(["run", "-i", "a", "--mask", "--", "sh", "-c", script]);
    Session::start(world, "sh", command, &[])
}

#[test]
fn both_streams_are_masked_across_their_pieces() {
    let world = world();
    let script = r#"printf 'one example-to'; printf 'x' >&2; printf 'ken-01234'; printf '56789 two\n'; printf '%s' "$API_TOKEN" >&2; printf '%s\n' "$PRIVATE_KEY" "$PLAIN"; printf '%s' "$API_TOKEN" | base64"#;
    let output = world.output(&["run", "-i", "a", "--mask", "--", "sh", "-c", script]);
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        out.starts_with(&format!("one {MASK} two\n{MASK}\nvisible\n{MASK}")),
        "{out}"
    );
    assert_eq!(err, format!("x{MASK}"));
    for secret in ["example-token", "example-key-line", "BEGIN KEY"] {
        assert!(!out.contains(secret), "{out}");
    }
}

#[test]
fn much_output_comes_whole() {
    let world = world();
    let script = "i=0; while [ $i -lt 3000 ]; do echo \"line $i $API_TOKEN end\"; i=$((i+1)); done";
    let output = world.output(&["run", "-i", "a", "--mask", "--", "sh", "-c", script]);
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(out.lines().count(), 3000);
    for (n, line) in out.lines().enumerate() {
        assert_eq!(line, format!("line {n} {MASK} end"));
    }
}

/// A prompt without a line end is there before the answer is given, and input comes through.
#[test]
fn nothing_waits_and_input_is_the_commands() {
    let world = world();
    let script = "printf 'name? '; read x; printf 'got %s %s\\n' \"$x\" \"$API_TOKEN\"";
    let mut child = world
        .matriz(&["run", "-i", "a", "--mask", "--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut prompt = [0; 6];
    let out = child.stdout.as_mut().unwrap();
    out.read_exact(&mut prompt).unwrap();
    assert_eq!(&prompt, b"name? ");
    child.stdin.as_mut().unwrap().write_all(b"me\n").unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, format!("got me {MASK}\n"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn in_a_terminal_the_command_has_one_and_even_that_is_masked() {
    let world = world();
    let script = "test -t 0 && test -t 1 && test -t 2 && echo ALL-THREE; stty size; printf '%s\\n' \"$API_TOKEN\" \"$PRIVATE_KEY\" > /dev/tty; exit 6";
    let mut session = started(&world, script);
    let seen = session.wait_for(&format!("{MASK}\r\n{MASK}\r\n"));
    assert!(
        seen.contains("ALL-THREE") && seen.contains("50 300"),
        "{seen}"
    );
    assert_eq!(session.end(), 6);
    assert!(session.cooked());
}

#[test]
fn keys_and_sizes_and_signals_reach_the_command() {
    let world = world();
    let wait = "echo READY; while :; do read x || :; done";
    // a key that the terminal makes a signal of
    let mut session = started(&world, &format!("trap 'echo HEARD; exit 7' INT; {wait}"));
    session.wait_for("READY\r\n");
    assert!(!session.cooked(), "keys go on as they are");
    session.keys("\x03");
    session.wait_for("HEARD");
    assert_eq!(session.end(), 7);
    assert!(session.cooked());
    // another size
    let mut session = started(&world, &format!("trap 'stty size; exit 8' WINCH; {wait}"));
    session.wait_for("READY\r\n");
    session.resize(123, 45);
    session.wait_for("45 123");
    assert_eq!(session.end(), 8);
    // signals that somebody sends
    for (signal, name) in [
        (Signal::SIGTERM, "TERM"),
        (Signal::SIGHUP, "HUP"),
        (Signal::SIGQUIT, "QUIT"),
        (Signal::SIGINT, "INT"),
        (Signal::SIGUSR1, "USR1"),
    ] {
        let mut session = started(&world, &format!("trap 'echo HEARD; exit 9' {name}; {wait}"));
        session.wait_for("READY\r\n");
        kill(session.pid(), signal).unwrap();
        session.wait_for("HEARD");
        assert_eq!(session.end(), 9, "{name}");
        assert!(session.cooked(), "{name}");
    }
}

#[test]
fn a_signal_is_passed_on_without_a_terminal_too() {
    let world = world();
    let script = "trap 'echo HEARD; exit 9' TERM INT; echo READY; while :; do sleep 0.02; done";
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut child = world
            .matriz(&["run", "-i", "a", "--mask", "--", "sh", "-c", script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        let out = child.stdout.as_mut().unwrap();
        let mut ready = [0; 6];
        out.read_exact(&mut ready).unwrap();
        kill(pid, signal).unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "HEARD\n");
        assert_eq!(child.wait().unwrap().code(), Some(9));
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command() {
    let world = world();
    let script = format!(
        "'{}' run -i a --mask -- yes example | head -n 1; echo done",
        program()
    );
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", &script])
        .current_dir(world.root())
        .env_clear()
        .env("PATH", path);
    let output = shell.output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "example\ndone\n");
}
