//! Values go through each shell's own reading and come out as they were.

use std::io::Write;
use std::process::{Command, Stdio};

use matriz::domain::terminal::{Shell, quote};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::session::find;
use crate::world::{World, program};

/// What has a meaning in some shell, and what has none anywhere.
fn values(how_many: usize) -> Vec<String> {
    let odd = r"['\x22\\$`!#~*?{}()<>|&;%^=@ \t\n\ra-cé日😀-]{0,14}|[^\x00]{0,12}|(\$\(touch x\)|\$\{HOME\}|!!|'#|'##|\\'|''|\\\\n){0,4}";
    let strategy = odd.prop_filter("no program can be given a NUL", |v| !v.contains('\0'));
    let mut runner = TestRunner::deterministic();
    (0..how_many)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// Lets a shell read all of these, and asks a program what it was given.
fn through(shell: &str, kind: Shell, values: &[String]) -> Option<Vec<String>> {
    let path = find(shell)?;
    let mut script = String::new();
    for value in values {
        script.push_str(&format!("printf '%s\\0' {}\n", quote(kind, value)));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script");
    std::fs::write(&file, script).unwrap();
    let output = Command::new(path)
        .arg(&file)
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{shell}: {output:?}");
    assert!(!folder.path().join("x").exists(), "{shell} ran a value");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut read: Vec<String> = text.split('\0').map(str::to_owned).collect();
    read.pop();
    Some(read)
}

#[test]
fn each_shell_reads_back_what_was_quoted_for_it() {
    let values = values(3000);
    for (shell, kind) in [
        ("bash", Shell::Bash),
        ("sh", Shell::Sh),
        ("zsh", Shell::Zsh),
        ("fish", Shell::Fish),
    ] {
        if let Some(read) = through(shell, kind, &values) {
            assert_eq!(read.len(), values.len(), "{shell}");
            for (read, value) in read.iter().zip(&values) {
                assert_eq!(read, value, "{shell}");
            }
        }
    }
}

/// The whole way: a file, the hook's code, the shell, a program that the shell starts.
#[test]
fn a_file_comes_through_the_hook_as_it_is() {
    let world = World::with(&["a"]);
    let mut file = matriz::domain::env_file::EnvFile::default();
    let mut expected = Vec::new();
    for (n, value) in values(400).into_iter().enumerate() {
        let key = format!("V{n}");
        if file.set(&key, &value).is_ok() {
            expected.push((key, value));
        }
    }
    assert!(expected.len() > 200, "{} of 400", expected.len());
    world.write("a", file.text());
    for shell in ["bash", "zsh", "fish"] {
        let Some(path) = find(shell) else { continue };
        let program = program();
        let hook = match shell {
            "fish" => format!("'{program}' hook fish | source"),
            _ => format!("eval \"$('{program}' hook {shell})\""),
        };
        let script = format!("{hook}\nmatriz use a >/dev/null\nenv -0\n");
        let mut child = Command::new(path)
            .current_dir(world.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", world.home())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let all: std::collections::HashMap<&str, &str> =
            said.split('\0').filter_map(|l| l.split_once('=')).collect();
        for (key, value) in &expected {
            assert_eq!(
                all.get(key.as_str()),
                Some(&value.as_str()),
                "{shell}, {key}"
            );
        }
    }
}

/// nu can't run text: it gets data, which is read as data.
#[test]
fn nu_gets_json() {
    let world = World::with(&["a", "b"]);
    let odd = "it's '#{$x} \"q\" \\ é";
    world.write("a", &format!("ODD=`{odd}`\n"));
    let id = "none.1.1.1";
    let follow = |variables: &[(&str, &str)]| {
        let mut command = world.matriz(&["follow", "nu", ""]);
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let first: serde_json::Value = serde_json::from_str(&follow(&[])).unwrap();
    assert!(first["export"]["MATRIZ_TERMINAL"].is_string());
    let lock = format!("a:{}", world.root().display());
    let locked = follow(&[("MATRIZ_LOCK", &lock), ("MATRIZ_TERMINAL", id)]);
    let value: serde_json::Value = serde_json::from_str(&locked).unwrap();
    assert_eq!(value["put"]["ODD"], odd);
    let drop = value["drop"].as_array().unwrap();
    assert!(drop.iter().any(|key| key == "ONLY_B"), "{value}");
    assert_eq!(value["export"]["INSTANCE_NAME"], "a");
}
