//! A locked shell: what it refuses, what it lets through, and what it leaves behind.

use crate::session::{SHELLS, Session};
use crate::world::{World, mark};

fn sessions(names: &[&str], instance: &str) -> Vec<(&'static str, World, Session)> {
    let mut all = Vec::new();
    for shell in SHELLS.into_iter().chain(["sh"]) {
        let world = World::with(names);
        // zsh asks a new user questions
        std::fs::write(world.home().join(".zshrc"), "").unwrap();
        if let Some(session) = Session::locked(&world, shell, instance) {
            all.push((shell, world, session));
        }
    }
    all
}

#[test]
fn there_is_no_switching_in_it() {
    for (shell, world, mut terminal) in sessions(&["a", "b"], "a") {
        let refused = [
            "matriz use b",
            "matriz use a",
            "matriz use --everywhere b",
            "matriz off",
            "matriz shell",
            "matriz shell a",
            "matriz run -i b -- true",
            "matriz env -i b set KEY value",
            "matriz env -i b unset SHARED",
            "matriz delete b --dry-run",
            "env INSTANCE_NAME=b matriz run -- true",
        ];
        let status = if shell == "fish" { "$status" } else { "$?" };
        for line in refused {
            let said = terminal.run(&format!("{line}; printf 'code=%s.\\n' {status}"));
            assert!(said.contains("locked to a"), "{shell}, {line}:\n{said}");
            assert!(said.contains("code=3."), "{shell}, {line}:\n{said}");
        }
        for line in [
            "matriz list",
            "matriz show b",
            "matriz env -i b list",
            "matriz run -- true",
            "matriz env set KEY value",
        ] {
            let said = terminal.run(&format!("{line}; printf 'code=%s.\\n' {status}"));
            assert!(said.contains("code=0."), "{shell}, {line}:\n{said}");
        }
        // a command in it is as locked as it is
        let said = terminal.run("matriz run -- sh -c 'matriz use b'");
        assert!(said.contains("locked to a"), "{shell}:\n{said}");
        let said = terminal.run("matriz status --json");
        let value: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
        assert_eq!(value["locked"], true, "{shell}");
        assert_eq!(value["origin"], "lock", "{shell}");
        assert!(world.said(&["env", "-i", "b", "list"]).contains("SHARED"));
    }
}

#[test]
fn its_files_are_gone_once_it_runs_and_leaving_it_unloads() {
    for (shell, world, mut terminal) in sessions(&["a", "b"], "a") {
        let seen = terminal.probe();
        assert!(
            seen.contains(&mark("a")) && !seen.contains(&mark("b")),
            "{shell}:\n{seen}"
        );
        let left: Vec<_> = std::fs::read_dir(world.root().join(".matriz/shells"))
            .unwrap()
            .collect();
        assert!(left.is_empty(), "{shell}: {left:?}");
        // how it's left is how the command ends: it took the program's place
        terminal.line("exit 9");
        assert_eq!(terminal.end(), 9, "{shell}");
    }
}

#[test]
fn the_prompt_names_the_instance_with_a_glyph_of_its_own() {
    for (shell, world, mut terminal) in sessions(&["a", "safe"], "a") {
        let glyph = terminal.run("matriz status --short");
        let glyph = glyph
            .trim()
            .strip_prefix("a ")
            .unwrap_or_default()
            .to_owned();
        assert!(!glyph.is_empty(), "{shell}");
        terminal.line("true");
        terminal.wait_for(&format!("{glyph} a"));
        let manifest = world.root().join("instances/safe/instance.toml");
        std::fs::write(manifest, "protected = true\n").unwrap();
        let Some(mut safe) = Session::locked(&world, shell, "safe") else {
            continue;
        };
        safe.wait_for("⊘ safe");
    }
}

#[test]
fn a_changed_file_is_loaded_in_it_too() {
    for (shell, world, mut terminal) in sessions(&["a", "b"], "a") {
        if shell == "sh" {
            continue; // nothing of it runs before a prompt
        }
        terminal.probe();
        world.write("a", "SHARED=changed-value\n");
        terminal.run("true");
        let seen = terminal.probe();
        assert!(seen.contains("SHARED=changed-value"), "{shell}:\n{seen}");
        assert!(!seen.contains(&mark("a")), "{shell}:\n{seen}");
    }
}

#[test]
fn a_pipe_gets_no_shell() {
    let world = World::with(&["a"]);
    let output = world.output(&["shell", "a"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("needs a terminal"));
}
