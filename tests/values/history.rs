//! Who changed what, and taking it back.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;

fn changes(desk: &Desk) -> Vec<Value> {
    desk.json(&["history"])["changes"]
        .as_array()
        .unwrap()
        .clone()
}

fn get(desk: &Desk, key: &str) -> String {
    desk.json(&["get", key])["value"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn every_change_is_there_with_who_and_how_and_never_a_value() {
    let desk = Desk::new();
    desk.env(&["set", "PLAIN", "example-first"]).ok();
    desk.env(&["set", "PLAIN", "example-second"]).ok();
    desk.env(&["set", "PLAIN", "example-second"]).ok();
    desk.env(&["unset", "PLAIN"]).ok();
    let all = changes(&desk);
    let kinds: Vec<_> = all.iter().map(|c| c["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["unset", "set", "set"],
        "a change that changes nothing is none"
    );
    assert_eq!(all[0]["by"], "env unset");
    assert!(!all[0]["who"].as_str().unwrap().is_empty());
    assert_eq!(all[0]["before"], all[1]["after"]);
    assert_eq!(
        (&all[2]["before"], &all[0]["after"]),
        (&Value::Null, &Value::Null)
    );
    assert_ne!(all[1]["before"], all[1]["after"]);
    let said = desk.env(&["history"]).ok().out;
    assert!(
        said.contains("env unset") && !said.contains("example-"),
        "{said}"
    );
    desk.env(&["set", "OTHER", "x"]).ok();
    assert_eq!(
        desk.json(&["history", "PLAIN"])["changes"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    // the registry holds no value in clear, in none of its files
    for entry in fs::read_dir(desk.root.join(".matriz")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap_or_default();
        let found = bytes.windows(13).any(|w| w == b"example-first");
        assert!(!found, "{}", path.display());
    }
}

#[test]
fn any_change_can_be_taken_back_and_that_too() {
    let desk = Desk::new();
    let before = desk.text("mine");
    desk.env(&["set", "A", "one $1 # x"]).ok();
    desk.env(&["set", "B", "two"]).ok();
    desk.env(&["set", "A", "three"]).ok();
    let number = |n: usize| changes(&desk)[n]["number"].to_string();
    let (third, second, first) = (number(0), number(1), number(2));
    // without a name: the last, then the one before it
    desk.env(&["undo"]).ok();
    assert_eq!(get(&desk, "A"), "one $1 # x");
    desk.env(&["undo"]).ok();
    desk.env(&["get", "B"]).refused(1, &["has no B"]);
    assert_eq!(changes(&desk)[0]["undoes"].to_string(), second);
    // the undo of the third is taken back
    let undo_of_third = number(1);
    desk.env(&["undo", &third])
        .refused(3, &["taken back already", &undo_of_third]);
    desk.env(&["undo", &undo_of_third]).ok();
    assert_eq!(get(&desk, "A"), "three");
    // the first one lies under the third
    let last = number(0);
    desk.env(&["undo", &first])
        .refused(3, &["changed since", &format!("--force {last}")]);
    desk.env(&["undo", &first, "--force", &third])
        .refused(3, &["changed since"]);
    let dry = desk
        .env(&["undo", &first, "--force", &last, "--dry-run"])
        .ok();
    assert!(dry.out.contains("would be gone"), "{dry:?}");
    assert_eq!(get(&desk, "A"), "three");
    desk.env(&["undo", &first, "--force", &last]).ok();
    assert_eq!(desk.text("mine"), before);
    desk.env(&["undo", "NOTHING"]).refused(1, &["no change"]);
    desk.env(&["undo", "99999"])
        .refused(1, &["no change 99999"]);
}

#[test]
fn what_an_editor_changed_is_found_and_can_be_taken_back() {
    let desk = Desk::new();
    desk.env(&["set", "A", "one"]).ok();
    let text = desk.text("mine");
    desk.write(
        "mine",
        &text
            .replace("A=one", "A=theirs\nNEW=x")
            .replace("EMBEDDING_DIM=384\n", ""),
    );
    // a writer finds it before it writes
    desk.env(&["set", "B", "two"]).ok();
    let all = changes(&desk);
    let seen: Vec<_> = all
        .iter()
        .map(|c| {
            (
                c["key"].as_str().unwrap(),
                c["by"].as_str().unwrap(),
                c["kind"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("B", "env set", "set"),
            ("NEW", "outside", "set"),
            ("EMBEDDING_DIM", "outside", "unset"),
            ("A", "outside", "set"),
            ("A", "env set", "set"),
        ]
    );
    desk.env(&["undo", "A"]).ok();
    desk.env(&["undo", "EMBEDDING_DIM"]).ok();
    desk.env(&["undo", "NEW"]).ok();
    assert_eq!(
        (get(&desk, "A"), get(&desk, "EMBEDDING_DIM")),
        ("one".into(), "384".into())
    );
    // comments and order are nobody's change; a broken file is read when it is mended
    let count = changes(&desk).len();
    desk.write("mine", &format!("# a comment\n{}", desk.text("mine")));
    assert_eq!(changes(&desk).len(), count);
    let good = desk.text("mine");
    desk.write("mine", &format!("{good}BROKEN='open\n"));
    assert_eq!(changes(&desk).len(), count);
    desk.write("mine", &good);
    assert_eq!(changes(&desk).len(), count);
    // a deleted file says nothing about its keys, and they can be had back
    fs::remove_file(desk.env_path("mine")).unwrap();
    assert_eq!(changes(&desk).len(), count);
}

#[test]
fn killed_before_or_after_the_file_is_written_neither_side_is_lost() {
    let desk = Desk::new();
    desk.env(&["set", "A", "one"]).ok();
    let count = changes(&desk).len();
    let killed = |at: &str, value: &str| {
        let said = desk.with(
            &["env", "-i", "mine", "set", "A", value],
            &[("MATRIZ_CRASH_AT", at)],
            "",
        );
        assert_eq!(said.signal, Some(9), "{said:?}");
    };
    killed("history:intended", "two");
    assert_eq!(get(&desk, "A"), "one");
    assert_eq!(
        changes(&desk).len(),
        count,
        "what wasn't written didn't happen"
    );
    killed("history:written", "three");
    let all = changes(&desk);
    assert_eq!(all.len(), count + 1);
    assert_eq!(
        (&all[0]["by"], &all[0]["key"]),
        (&"env set".into(), &"A".into())
    );
    assert_eq!(get(&desk, "A"), "three");
    desk.env(&["undo"]).ok();
    assert_eq!(get(&desk, "A"), "one");
    // killed, and then an editor was there first
    killed("history:written", "four");
    desk.write("mine", &desk.text("mine").replace("A=four", "A=five"));
    let all = changes(&desk);
    assert_eq!(all[0]["by"], "outside");
    desk.env(&["undo"]).ok();
    assert_eq!(get(&desk, "A"), "one");
}

#[test]
fn without_its_key_an_old_value_stays_closed() {
    let desk = Desk::new();
    desk.env(&["set", "A", "one"]).ok();
    desk.env(&["set", "A", "two"]).ok();
    let key = desk.root.join(".matriz/keys/history");
    let old = fs::read_to_string(&key).unwrap();
    fs::write(&key, format!("{}\n", "0".repeat(64))).unwrap();
    desk.env(&["undo"])
        .refused(3, &["can't be opened", ".matriz/keys/history"]);
    fs::write(&key, old).unwrap();
    desk.env(&["undo"]).ok();
    assert_eq!(get(&desk, "A"), "one");
}
