//! Who may see a secret: a person at a terminal, and it is written down.

use crate::desk::Desk;

const SECRET: &str = "example-hidden-value";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.env(&["set", "SOME_TOKEN", SECRET]).ok();
    desk
}

const VERBS: [&[&str]; 3] = [&["list"], &["get", "SOME_TOKEN"], &["export"]];

#[test]
fn masked_unless_asked_for_and_never_into_a_pipe() {
    let desk = desk();
    for verb in VERBS {
        for json in [false, true] {
            let more: &[&str] = if json { &["--json"] } else { &[] };
            let said = desk.env(&[verb, more].concat()).ok();
            assert!(!said.out.contains(SECRET), "{said:?}");
        }
        let said = desk.env(&[verb, &["--reveal"]].concat());
        assert!(!said.out.contains(SECRET), "{said:?}");
        said.refused(3, &["terminal", "matriz run -- COMMAND"]);
        let call = [&["env", "-i", "mine"], verb].concat();
        let (said, code) = desk.on_terminal(&call, &[]);
        assert!(code == 0 && !said.contains(SECRET), "{said}");
    }
    let reveals = desk.registry().audit_entries(50).unwrap();
    assert!(reveals.iter().all(|entry| entry.action != "reveal"));
}

#[test]
fn a_person_at_a_terminal_sees_it_and_the_audit_knows() {
    let desk = desk();
    for verb in VERBS {
        let call = [&["env", "-i", "mine"], verb, &["--reveal"]].concat();
        let (said, code) = desk.on_terminal(&call, &[]);
        assert!(code == 0 && said.contains(SECRET), "{said}");
    }
    let entries = desk.registry().audit_entries(50).unwrap();
    let details: Vec<&str> = entries
        .iter()
        .filter(|e| e.action == "reveal" && e.subject == "mine")
        .map(|e| e.detail.as_str())
        .collect();
    assert_eq!(details, ["export of all keys", "SOME_TOKEN", "all keys"]);
    assert!(entries.iter().all(|e| !e.detail.contains(SECRET)));
}

#[test]
fn where_an_agents_runtime_shows_it_is_refused() {
    let desk = desk();
    for variable in [
        "CLAUDECODE",
        "CURSOR_AGENT",
        "CODEX_SANDBOX",
        "GEMINI_CLI",
        "AIDER_MODEL",
    ] {
        for verb in VERBS {
            let call = [&["env", "-i", "mine"], verb, &["--reveal"]].concat();
            let (said, code) = desk.on_terminal(&call, &[(variable, "1")]);
            assert_eq!(code, 3, "{said}");
            assert!(
                said.contains(variable) && said.contains("matriz run"),
                "{said}"
            );
            assert!(!said.contains(SECRET), "{said}");
        }
        let target = desk.beside().join("out.env");
        let call = [
            "env",
            "-i",
            "mine",
            "export",
            "--to",
            target.to_str().unwrap(),
        ];
        desk.with(&call, &[(variable, "1")], "")
            .refused(3, &[variable]);
        assert!(!target.exists());
        // masked, everything works
        desk.with(&["env", "-i", "mine", "list"], &[(variable, "1")], "")
            .ok();
    }
}
