//! What a hook does besides: reloading, restoring, staying out of the way.

use std::fs;

use crate::session::{SHELLS, Session, find};
use crate::world::{World, mark, program};

#[test]
fn a_changed_file_is_loaded_at_the_next_prompt() {
    for shell in SHELLS {
        let world = World::with(&["a", "b"]);
        let Some(mut terminal) = Session::hooked(&world, shell) else {
            continue;
        };
        terminal.run("matriz use a");
        world.write("a", "SHARED=changed-value\n");
        terminal.run("true");
        let seen = terminal.probe();
        assert!(seen.contains("SHARED=changed-value"), "{shell}:\n{seen}");
        assert!(!seen.contains(&mark("a")), "{shell}:\n{seen}");
        // a key that another instance names from now on is its own
        terminal.run("export NEWCOMER=mine");
        world.write("b", "NEWCOMER=theirs\n");
        terminal.run("true");
        let seen = terminal.probe();
        assert!(!seen.contains("NEWCOMER"), "{shell}:\n{seen}");
        // what can't be read isn't half there
        world.write("a", "SHARED='never ends\n");
        terminal.line("true");
        terminal.wait_for("Nothing of a is loaded");
        let seen = terminal.probe();
        assert!(!seen.contains("SHARED="), "{shell}:\n{seen}");
    }
}

#[test]
fn off_gives_back_what_the_terminal_had() {
    for shell in SHELLS {
        let world = World::with(&["a", "b"]);
        let Some(mut terminal) = Session::hooked(&world, shell) else {
            continue;
        };
        let odd = "it's \\$HOME \"x\" !1 ação";
        let hidden = match shell {
            "fish" => {
                terminal.run(r#"set -gx SHARED 'it\'s \\$HOME "x" !1 ação'"#);
                "set -g ONLY_B not-exported"
            }
            _ => {
                terminal.run(r#"export SHARED='it'\''s \$HOME "x" !1 ação'"#);
                "ONLY_B=not-exported"
            }
        };
        terminal.run(hidden);
        let seen = terminal.run("matriz use a && env");
        assert!(
            seen.contains(&mark("a")) && !seen.contains(odd),
            "{shell}:\n{seen}"
        );
        let seen = terminal.run("matriz use b && env");
        assert!(
            seen.contains(&mark("b")) && !seen.contains(odd),
            "{shell}:\n{seen}"
        );
        assert!(!seen.contains("not-exported"), "{shell}:\n{seen}");
        let seen = terminal.run("matriz off && env");
        assert!(
            seen.contains(&format!("SHARED={odd}\n")),
            "{shell}:\n{seen}"
        );
        assert!(
            !seen.contains("ONLY_B"),
            "it wasn't exported: {shell}:\n{seen}"
        );
        assert!(!seen.contains("INSTANCE_NAME"), "{shell}:\n{seen}");
        assert!(!seen.contains("SECRET_TOKEN"), "{shell}:\n{seen}");
        assert_eq!(
            terminal.run("echo $ONLY_B").trim(),
            "not-exported",
            "{shell}"
        );
    }
}

#[test]
fn the_status_of_the_last_command_is_kept() {
    for shell in SHELLS {
        let world = World::with(&["a"]);
        let Some(mut terminal) = Session::hooked(&world, shell) else {
            continue;
        };
        let status = if shell == "fish" { "$status" } else { "$?" };
        terminal.line("sh -c 'exit 7'");
        assert_eq!(terminal.run("true").trim(), "");
        terminal.keys("sh -c 'exit 7'\r");
        terminal.keys(&format!("printf 'was=%s.\\n' {status}\r"));
        terminal.wait_for("was=7.");
        terminal.keys("matriz use nobody\r");
        terminal.keys(&format!("printf 'was=%s.\\n' {status}\r"));
        terminal.wait_for("was=1.");
    }
}

/// A shell within the shell knows what is loaded and doesn't take it for the terminal's own.
#[test]
fn a_shell_in_the_shell_unloads_as_well() {
    for shell in SHELLS {
        let world = World::with(&["a", "b"]);
        let Some(mut terminal) = Session::hooked(&world, shell) else {
            continue;
        };
        terminal.run("matriz use a");
        terminal.line(match shell {
            "bash" => "bash --norc --noediting -i",
            "zsh" => "zsh -f -i +o zle",
            _ => "fish --no-config -i",
        });
        let seen = terminal.probe();
        assert!(seen.contains(&mark("a")), "{shell}:\n{seen}");
        let program = program();
        terminal.line(&match shell {
            "fish" => format!("'{program}' hook fish | source"),
            _ => format!("eval \"$('{program}' hook {shell})\""),
        });
        let seen = terminal.run("matriz use b && env");
        assert!(
            seen.contains(&mark("b")) && !seen.contains(&mark("a")),
            "{shell}:\n{seen}"
        );
        let seen = terminal.run("matriz off && env");
        assert!(!seen.contains("SHARED="), "{shell}:\n{seen}");
    }
}

#[test]
fn what_runs_a_shell_is_never_loaded_into_it() {
    for shell in SHELLS {
        let world = World::with(&["a"]);
        world.write("a", "PROMPT_COMMAND='touch ran-1'\nPS1='$(touch ran-2)'\nUID=77\nPATH=/nowhere\nLD_PRELOAD=/nowhere.so\nDOTTED.KEY=x\nfish_prompt=x\nCODE='$(touch ran-3) `touch ran-4`'\nGOOD=yes\n");
        let Some(mut terminal) = Session::hooked(&world, shell) else {
            continue;
        };
        let seen = terminal.run("matriz use a && env");
        assert!(seen.contains("Not loaded into a shell"), "{shell}:\n{seen}");
        assert!(seen.contains("GOOD=yes"), "{shell}:\n{seen}");
        assert!(
            seen.contains("CODE=$(touch ran-3) `touch ran-4`"),
            "{shell}:\n{seen}"
        );
        for never in ["UID=77", "/nowhere", "DOTTED.KEY="] {
            assert!(!seen.contains(never), "{shell}: {never}\n{seen}");
        }
        terminal.run("true");
        let ran: Vec<_> = fs::read_dir(world.root())
            .unwrap()
            .filter(|e| {
                e.as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .starts_with("ran")
            })
            .collect();
        assert!(ran.is_empty(), "{shell}: {ran:?}");
        // a command gets them as they are
        let said = world.said(&["run", "-i", "a", "--", "/usr/bin/env"]);
        assert!(
            said.contains("UID=77\n") && said.contains("DOTTED.KEY=x\n"),
            "{said}"
        );
    }
}

/// Panes of a multiplexer inherit the name of the terminal that it was started in.
#[test]
fn another_terminal_with_an_inherited_name_is_another() {
    let world = World::with(&["a", "b"]);
    let Some(mut first) = Session::hooked(&world, "bash") else {
        return;
    };
    first.run("matriz use a");
    let name = first.run("printf %s \"$MATRIZ_TERMINAL\"");
    let loaded = first.run("printf %s \"$MATRIZ_LOADED\"");
    let Some(bash) = find("bash") else { return };
    let mut command = portable_pty::CommandBuilder::new(bash);
    command.args(["--norc", "--noprofile", "--noediting", "-i"]);
    let inherited = [
        ("MATRIZ_TERMINAL", name.trim()),
        ("MATRIZ_LOADED", loaded.trim()),
        ("INSTANCE_NAME", "a"),
        ("SHARED", "shared-of-a-only"),
    ];
    let mut pane = Session::start(&world, "bash", command, &inherited);
    pane.line(&format!("eval \"$('{}' hook bash)\"", program()));
    let seen = pane.probe();
    assert!(
        !seen.contains(&mark("a")),
        "nothing is selected in it:\n{seen}"
    );
    let seen = pane.run("matriz use b && env");
    assert!(seen.contains(&mark("b")), "{seen}");
    first.run("true");
    let seen = first.probe();
    assert!(
        seen.contains(&mark("a")) && !seen.contains(&mark("b")),
        "{seen}"
    );
}

#[test]
fn without_a_hook_use_is_for_the_workspace_and_says_how_to_get_one() {
    let world = World::with(&["a", "b"]);
    let said = world
        .matriz(&["use", "b"])
        .env("SHELL", "/bin/zsh")
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("b is now the workspace's default"), "{said}");
    assert!(
        said.contains("matriz hook zsh") && said.lines().count() == 1,
        "{said}"
    );
    assert!(world.said(&["status", "--short"]).starts_with("b "));
    let Some(mut terminal) = Session::hooked(&world, "bash") else {
        return;
    };
    let said = terminal.run("matriz use a; matriz use --everywhere a");
    assert!(said.contains("a is this terminal's instance."), "{said}");
    assert!(said.contains("a is now the workspace's default."), "{said}");
    let said = terminal.run("matriz status --json");
    let value: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(value["instance"], "a");
    assert_eq!(value["origin"], "terminal");
    assert_eq!(value["hook"], true);
    assert_eq!(value["locked"], false);
}

#[test]
fn destructive_verbs_never_take_the_workspaces_default() {
    let world = World::with(&["a", "b"]);
    world.said(&["use", "b"]);
    for verb in ["delete", "refresh"] {
        let sentence =
            format!("{verb} needs the instance's name: b is only the workspace's default");
        world.refused(&[verb, "--yes", "--confirm", "b"], &[&sentence]);
    }
    let asked = |command: &mut std::process::Command| {
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{output:?}");
        assert!(said.contains("Delete a"), "{said}");
    };
    asked(&mut world.matriz(&["delete", "a", "--dry-run"]));
    asked(&mut world.matriz(&["delete", "-i", "a", "--dry-run"]));
    asked(
        world
            .matriz(&["delete", "--dry-run"])
            .env("INSTANCE_NAME", "a"),
    );
    let Some(mut terminal) = Session::hooked(&world, "bash") else {
        return;
    };
    let said = terminal.run("matriz use a >/dev/null && matriz delete --dry-run");
    assert!(said.contains("Delete a"), "{said}");
    let said = terminal.run("matriz off >/dev/null && matriz delete --dry-run");
    assert!(said.contains("only the workspace's default"), "{said}");
}

/// What is selected on the screen is this terminal's, and loaded once the screen is left.
#[test]
fn the_screen_selects_for_its_terminal() {
    let world = World::with(&["a", "b"]);
    let Some(mut terminal) = Session::hooked(&world, "bash") else {
        return;
    };
    terminal.run("matriz use a");
    terminal.line("matriz");
    terminal.wait_for("Instances");
    terminal.wait_for("▶");
    terminal.keys("j\r");
    // "b is the current instance now.", of which blanks may be there already
    terminal.wait_for("now.");
    terminal.keys("q");
    terminal.wait_for("\x1b[?1049l");
    terminal.line("true");
    let seen = terminal.probe();
    assert!(
        seen.contains(&mark("b")) && !seen.contains(&mark("a")),
        "{seen}"
    );
    let others = world.said(&["status", "--short"]);
    assert!(!others.starts_with("b "), "only this terminal's: {others}");
}
