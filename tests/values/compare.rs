//! `diff`, `export`, `set` and `unset` as a shell sees them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::desk::Desk;

#[test]
fn values_are_kept_exactly_and_nothing_is_expanded() {
    let desk = Desk::new();
    for value in [
        "pa$$word",
        "$(touch made) `touch made` ${HOME}",
        "-starts-with-a-dash",
        "a # b",
        " edges ",
        "it's \"quoted\"",
        "",
    ] {
        desk.env(&["set", "PLAIN", value]).ok();
        assert_eq!(desk.json(&["get", "PLAIN"])["value"], value);
    }
    assert!(!desk.root.join("made").exists());
    let lines = "one\ntwo $A\n\nfour";
    desk.with(
        &["env", "-i", "mine", "set", "PLAIN", "-"],
        &[],
        &format!("{lines}\n"),
    )
    .ok();
    assert_eq!(desk.json(&["get", "PLAIN"])["value"], lines);
    assert_eq!(desk.env(&["get", "PLAIN"]).ok().out, format!("{lines}\n"));
    desk.with(&["env", "-i", "mine", "set", "PLAIN", "-"], &[], "end\n\n")
        .ok();
    assert_eq!(desk.env(&["get", "PLAIN"]).ok().out, "end\n\n");
    // what no file can hold is refused, and nothing is written
    let before = desk.text("mine");
    desk.env(&["set", "PLAIN", "'\"`\n"])
        .refused(3, &["PLAIN", "quotes", "base64"]);
    desk.env(&["set", "not a key", "x"])
        .refused(2, &["can't be a key"]);
    desk.env(&["unset", "NOWHERE"])
        .refused(1, &["has no NOWHERE"]);
    assert_eq!(desk.text("mine"), before);
}

#[test]
fn a_secret_typed_on_a_terminal_gets_a_word_about_it_and_a_wrong_type_too() {
    let desk = Desk::new();
    let (said, code) = desk.on_terminal(
        &[
            "env",
            "-i",
            "mine",
            "set",
            "OPENAI_API_KEY",
            "example-typed",
        ],
        &[],
    );
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("matriz env set OPENAI_API_KEY -"), "{said}");
    assert!(!said.contains("example-typed"), "{said}");
    let said = desk.env(&["set", "JIRA_PROJECT_KEY", "example-odd"]).ok();
    assert!(said.err.contains("2 to 10 capital letters"), "{said:?}");
    assert!(!said.err.contains("example-odd"), "{said:?}");
    let said = desk.env(&["set", "OPENAI_API_KEY", "a"]).ok();
    assert_eq!(said.err, "", "a script has no history");
}

#[test]
fn a_diff_names_keys_and_fingerprints_and_no_value() {
    let desk = Desk::new();
    desk.matriz(&["create", "other"]).ok();
    desk.env(&["set", "OPENAI_API_KEY", "example-one"]).ok();
    desk.env(&["set", "ONLY_MINE", "x"]).ok();
    desk.env(&["set", "SHARED_TOKEN", "example-same"]).ok();
    for (key, value) in [
        ("OPENAI_API_KEY", "example-two"),
        ("SHARED_TOKEN", "example-same"),
    ] {
        desk.matriz(&["env", "-i", "other", "set", key, value]).ok();
    }
    let state = |diff: &Value, key: &str| {
        let keys = diff["keys"].as_array().unwrap();
        keys.iter().find(|k| k["key"] == key).cloned().unwrap()
    };
    let diff = desk.json(&["diff", "other"]);
    assert_eq!(state(&diff, "OPENAI_API_KEY")["state"], "differs");
    assert_eq!(state(&diff, "OPENAI_API_KEY")["type"], "text");
    assert_eq!(state(&diff, "ONLY_MINE")["state"], "missing-there");
    let same = state(&diff, "SHARED_TOKEN");
    assert_eq!(
        (&same["state"], &same["here"]),
        (&"equal".into(), &same["there"])
    );
    assert!(!diff.to_string().contains("example-"), "{diff}");
    let text = desk.env(&["diff", "other"]).ok().out;
    assert!(
        text.contains("missing in other") && !text.contains("example-"),
        "{text}"
    );
    // without another: the template's keys
    desk.env(&["unset", "EMBEDDING_DIM"]).ok();
    let diff = desk.json(&["diff"]);
    assert_eq!(state(&diff, "EMBEDDING_DIM")["state"], "missing-here");
    assert_eq!(state(&diff, "SUPABASE_URL")["state"], "equal");
    assert_eq!(diff["other"], "the template");
}

#[test]
fn an_export_hides_secrets_and_a_file_gets_them_for_its_owner_alone() {
    let desk = Desk::new();
    let odd = "it's a \\ $HOME \"day\"";
    desk.env(&["set", "PLAIN", odd]).ok();
    desk.env(&["set", "SOME_TOKEN", "example-secret"]).ok();
    for format in ["dotenv", "sh", "fish", "json", "docker"] {
        let said = desk.env(&["export", "--format", format]).ok();
        assert!(!said.out.contains("example-secret"), "{said:?}");
    }
    desk.env(&["export", "--reveal"])
        .refused(3, &["terminal", "matriz run"]);
    let target = desk.beside().join("all.sh");
    let to = target.to_str().unwrap();
    desk.env(&["export", "--format", "sh", "--to", to]).ok();
    assert_eq!(
        fs::metadata(&target).unwrap().permissions().mode() & 0o777,
        0o600
    );
    for shell in ["sh", "bash", "zsh"] {
        let script = ". \"$1\"; printf '%s|%s' \"$PLAIN\" \"$SOME_TOKEN\"";
        let Ok(said) = Command::new(shell).args(["-c", script, shell, to]).output() else {
            continue;
        };
        assert_eq!(
            String::from_utf8(said.stdout).unwrap(),
            format!("{odd}|example-secret")
        );
    }
    let fish = desk.beside().join("all.fish");
    desk.env(&["export", "--format", "fish", "--to", fish.to_str().unwrap()])
        .ok();
    if let Ok(said) = Command::new("fish")
        .args([
            "-N",
            "-c",
            "source $argv[1]; printf '%s|%s' $PLAIN $SOME_TOKEN",
            "--",
        ])
        .arg(&fish)
        .output()
    {
        assert_eq!(
            String::from_utf8(said.stdout).unwrap(),
            format!("{odd}|example-secret")
        );
    }
    // a file that is there stays
    desk.env(&["export", "--to", to])
        .refused(1, &["is there already"]);
    let audit = desk.registry().audit_entries(20).unwrap();
    assert!(
        audit
            .iter()
            .any(|e| e.action == "reveal" && e.detail.contains("all.sh"))
    );
}

#[test]
fn an_export_into_a_repository_has_to_be_ignored_by_it() {
    let desk = Desk::new();
    let made = Command::new("git")
        .args(["init", "-q"])
        .arg(desk.beside())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return crate::support::skip("git isn't there");
    }
    let target = desk.beside().join("all.env");
    let to = target.to_str().unwrap();
    desk.env(&["export", "--to", to])
        .refused(3, &["git repository", "committed"]);
    assert!(!target.exists());
    fs::write(desk.beside().join(".gitignore"), "all.env\n").unwrap();
    desk.env(&["export", "--to", to]).ok();
}
