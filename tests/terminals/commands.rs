//! `run`: the command is as if it had been started by itself, in another environment.

use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::Signal;

use crate::session::{Session, find};
use crate::world::World;

fn code(world: &World, mask: bool, script: &str) -> (Option<i32>, Option<i32>) {
    let mut words = vec!["run", "-i", "a"];
    words.extend(mask.then_some("--mask"));
    words.extend(["--", "sh", "-c", script]);
    let status = world.matriz(&words).status().expect("the program");
    (status.code(), status.signal())
}

#[test]
fn every_exit_code_is_kept() {
    let world = World::with(&["a"]);
    for mask in [false, true] {
        for n in 0..=255 {
            let ended = code(&world, mask, &format!("exit {n}"));
            assert_eq!(ended, (Some(n), None), "mask: {mask}");
        }
    }
}

#[test]
fn a_signal_ends_it_as_it_ends_the_command() {
    let world = World::with(&["a"]);
    let signals = [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGKILL,
        Signal::SIGUSR1,
        Signal::SIGPIPE,
        Signal::SIGTERM,
    ];
    for signal in signals {
        let number = signal as i32;
        let script = format!("ulimit -c 0; kill -{number} $$");
        // a shell makes 128 + n of it
        assert_eq!(code(&world, false, &script), (None, Some(number)));
        assert_eq!(code(&world, true, &script), (Some(128 + number), None));
    }
}

#[test]
fn what_cannot_be_run_is_126_or_127() {
    let world = World::with(&["a"]);
    let plain = world.root().join("plain.txt");
    std::fs::write(&plain, "text").unwrap();
    let plain = plain.display().to_string();
    for mask in [&["--mask"][..], &[]] {
        for (program, expected) in [
            ("no-such-program", 127),
            ("./nowhere/program", 127),
            (plain.as_str(), 126),
            ("/", 126),
        ] {
            let words = [&["run", "-i", "a"][..], mask, &["--", program]].concat();
            let output = world.output(&words);
            assert_eq!(output.status.code(), Some(expected), "{program}");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.starts_with("Can't run"), "{said}");
        }
    }
}

#[test]
fn there_is_nothing_between_the_caller_and_the_command() {
    let world = World::with(&["a"]);
    let mut child = world
        .matriz(&["run", "-i", "a", "--", "sh", "-c", "echo $$"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let mut said = String::new();
    std::io::Read::read_to_string(child.stdout.as_mut().unwrap(), &mut said).unwrap();
    child.wait().unwrap();
    assert_eq!(said.trim(), pid.to_string());
    // words stay words: no shell reads them again
    let said = world.said(&[
        "run", "-i", "a", "--", "printf", "%s|", "a b", "$HOME", "*", "",
    ]);
    assert_eq!(said, "a b|$HOME|*||");
}

#[test]
fn values_come_exactly_as_they_are_written() {
    let world = World::with(&["a", "b"]);
    let odd = "it`s $HOME \\n \"q\" #x !! é\n  second line ";
    world.write("a", &format!("ODD='{odd}'\nEMPTY=\nDOTTED.KEY=d\n"));
    let said = world.said(&["run", "-i", "a", "--", "printenv", "ODD"]);
    assert_eq!(said, format!("{odd}\n"));
    let said = world.said(&["run", "-i", "a", "--", "/usr/bin/env", "-0"]);
    let all: Vec<&str> = said.split('\0').collect();
    assert!(all.contains(&"EMPTY=") && all.contains(&"DOTTED.KEY=d"));
    assert!(all.contains(&"INSTANCE_NAME=a"));
    assert!(!said.contains("-of-b-only") && !said.contains("ONLY_B"));
    world.write("a", "BAD=x\0y\n");
    let output = world.output(&["run", "-i", "a", "--", "true"]);
    assert_ne!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("NUL") && !text.contains("panicked"), "{text}");
}

#[test]
fn the_callers_own_secrets_stay_outside() {
    let world = World::with(&["a", "b"]);
    let said = world
        .matriz(&["run", "-i", "a", "--", "env"])
        .env("AWS_SECRET_ACCESS_KEY", "example-aws")
        .env("ONLY_B", "example-b")
        .env("npm_config__auth", "example-npm")
        .env("MISE_GITHUB_TOKEN", "example-mise")
        .env("TMUX", "/kept")
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    for outside in ["example-aws", "example-b", "example-npm", "example-mise"] {
        assert!(!said.contains(outside), "{said}");
    }
    assert!(said.contains("TMUX=/kept\n"), "{said}");
}

/// The scripts that a workspace has read `instances/$INSTANCE_NAME/.env` themselves.
#[test]
fn npm_run_seed_works_as_it_is() {
    if find("npm").is_none() || find("node").is_none() {
        return;
    }
    let world = World::with(&["a", "b"]);
    std::fs::write(
        world.root().join("package.json"),
        r#"{"name": "work", "private": true, "scripts": {"seed": "node seed.js"}}"#,
    )
    .unwrap();
    std::fs::write(
        world.root().join("seed.js"),
        "const fs = require('fs');\nconst name = process.env.INSTANCE_NAME;\nconst text = fs.readFileSync(`instances/${name}/.env`, 'utf8');\nconsole.log(`seeding ${name} ${process.env.SHARED} ${text.includes(process.env.SHARED)}`);\n",
    )
    .unwrap();
    let said = world.said(&["run", "-i", "b", "--", "npm", "run", "--silent", "seed"]);
    assert_eq!(said.trim(), "seeding b shared-of-b-only true");
}

/// Ctrl-C and Ctrl-Z are the command's own business.
#[test]
fn job_control_is_the_commands_own() {
    for mask in ["", "--mask "] {
        let world = World::with(&["a"]);
        let Some(mut terminal) = Session::plain(&world, "bash") else {
            return;
        };
        terminal.run("PS1='ready> '");
        let program = crate::world::program();
        let script = world.root().join("wait.sh");
        std::fs::write(
            &script,
            "echo READY\nread line\necho \"GOT $line\"\nexit 5\n",
        )
        .unwrap();
        let run = format!("'{program}' run -i a {mask}-- sh '{}'", script.display());
        terminal.line(&run);
        terminal.wait_for("READY\r\n");
        terminal.keys("\x1a");
        terminal.wait_for("Stopped");
        // the shell has its terminal again
        assert_eq!(terminal.run("echo $((20 + 3))").trim(), "23");
        assert!(terminal.cooked());
        terminal.line("fg");
        terminal.wait_for("sh '");
        terminal.line("typed");
        terminal.wait_for("GOT typed\r\n");
        terminal.wait_for("ready> ");
        terminal.line("printf 'code=%s.\\n' $?");
        terminal.wait_for("code=5.");
        terminal.line(&run);
        terminal.wait_for("READY\r\n");
        terminal.keys("\x03");
        // the terminal throws away what was typed before it
        terminal.wait_for("ready> ");
        terminal.line("printf 'code=%s.\\n' $?");
        terminal.wait_for("code=130.");
        assert!(terminal.cooked(), "mask: {mask}");
    }
}

#[test]
fn the_first_word_that_is_no_flag_begins_the_command() {
    let world = World::with(&["a"]);
    let said = world.said(&["run", "-i", "a", "--", "echo", "--mask", "-i", "b"]);
    assert_eq!(said, "--mask -i b\n");
}
