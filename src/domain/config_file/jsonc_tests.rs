use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn comments_and_loose_commas_are_no_values() {
    let text =
        "{ // one, \"two\"\n  \"a\": \"// no /* comment\", /* \u{e9} */\n  \"b\": [1, 2,],\n}\n";
    assert_eq!(plain(text).len(), text.len());
    let value: Value = read("f", text).unwrap();
    assert_eq!(value, json!({"a": "// no /* comment", "b": [1, 2]}));
    for (broken, place) in [
        ("{\n  // x\n  \"a\": ,\n}", "f:3:"),
        ("{\n  /* x\n}", "f:2:"),
        ("{,}", "f:1:"),
        ("{\"a\": [1,,]}", "f:1:"),
    ] {
        let error = read::<Value>("f", broken).unwrap_err();
        assert!(error.message.starts_with(place), "{}", error.message);
    }
}

#[test]
fn a_member_comes_behind_the_comment_of_the_one_before() {
    let text = "{\n  // mine\n  \"a\": 1 // first\n}\n";
    assert_eq!(
        set("f", text, &["b"], &json!(2)).unwrap(),
        "{\n  // mine\n  \"a\": 1, // first\n  \"b\": 2\n}\n"
    );
    let text = "{\n\t\"a\": 1, // first\n}\n";
    assert_eq!(
        set("f", text, &["b"], &json!({"c": 2})).unwrap(),
        "{\n\t\"a\": 1, // first\n\t\"b\": {\n\t\t\"c\": 2\n\t}\n}\n"
    );
    let text = "{ /* none yet */ }";
    assert_eq!(
        set("f", text, &["servers", "x"], &json!({})).unwrap(),
        "{ /* none yet */\n  \"servers\": {\n    \"x\": {}\n  }\n}"
    );
    assert_eq!(
        set("f", "{\"a\": 1}", &["b"], &json!(2)).unwrap(),
        "{\"a\": 1, \"b\": 2}"
    );
    let error = set("f", "{\n  \"a\": 1 }", &["a", "b"], &json!(2)).unwrap_err();
    assert!(error.message.starts_with("f:2:8: "), "{}", error.message);
}

#[test]
fn lists_grow_at_their_end() {
    let text = "{\n  \"inputs\": [\n    {\"id\": \"a\"}, // one\n  ]\n}\n";
    assert_eq!(
        append("f", text, "inputs", &json!("b")).unwrap(),
        "{\n  \"inputs\": [\n    {\"id\": \"a\"}, // one\n    \"b\"\n  ]\n}\n"
    );
    assert_eq!(
        append("f", "{}\n", "inputs", &json!("b")).unwrap(),
        "{\n  \"inputs\": [\n    \"b\"\n  ]\n}\n"
    );
    assert!(append("f", "{\"inputs\": 1}", "inputs", &json!("b")).is_err());
}

#[test]
fn what_is_removed_takes_its_comma_and_leaves_the_comments() {
    let text = "{\n  \"s\": {\n    // one\n    \"a\": 1, // a\n    // two\n    \"b\": 2\n  }\n}\n";
    assert_eq!(
        remove(text, &["s"], "b"),
        "{\n  \"s\": {\n    // one\n    \"a\": 1 // a\n    // two\n  }\n}\n"
    );
    assert_eq!(
        remove(text, &["s"], "a"),
        "{\n  \"s\": {\n    // one\n    // a\n    // two\n    \"b\": 2\n  }\n}\n"
    );
    assert_eq!(remove("{\"a\": 1, \"b\": 2,}", &[], "a"), "{\"b\": 2,}");
    assert_eq!(remove("{\"a\": 1}", &["x"], "a"), "{\"a\": 1}");
}

/// Small documents with remarks everywhere.
fn document() -> impl Strategy<Value = String> {
    let blank = prop::sample::select(vec!["", " ", "\n", "\n  ", "// x, \"}\n", "/* ] */"]);
    let value = prop::sample::select(vec!["1", "\"a // b\"", "null", "[1, 2]", "{\"in\": [1,],}"]);
    let key = prop::sample::select(vec!["a", "b", "servers", "inputs"]);
    let member = (key, value, blank.clone(), blank.clone());
    (prop::collection::vec(member, 0..4), any::<bool>(), blank).prop_map(|(members, loose, end)| {
        let mut seen = Vec::new();
        let mut text = "{".to_owned();
        for (key, value, before, after) in members {
            if seen.contains(&key) {
                continue;
            }
            if !seen.is_empty() {
                text.push(',');
            }
            seen.push(key);
            text.push_str(&format!("{before}\"{key}\":{before}{value}{after}"));
        }
        if loose && !seen.is_empty() {
            text.push(',');
        }
        format!("{text}{end}}}")
    })
}

/// Every byte of the old text is in the new one, in order.
fn contains_in_order(new: &str, old: &str) -> bool {
    let mut rest = new.bytes();
    old.bytes().all(|byte| rest.any(|there| there == byte))
}

proptest! {
    #[test]
    fn what_is_set_is_there_and_every_remark_stays(text in document(), key in "[a-d]") {
        let before: Value = read("f", &text).unwrap();
        let value = json!({"x": ["y"]});
        let new = set("f", &text, &[&key], &value).unwrap();
        let mut expected = before.clone();
        expected[&key] = value;
        prop_assert_eq!(read::<Value>("f", &new).unwrap(), expected);
        if before.get(&key).is_none() {
            prop_assert!(contains_in_order(&new, &text), "{} from {}", new, text);
            let gone = remove(&new, &[], &key);
            prop_assert_eq!(read::<Value>("f", &gone).unwrap(), before);
        }
        for remark in ["// x, \"}", "/* ] */"] {
            prop_assert!(new.matches(remark).count() >= text.matches(remark).count());
        }
    }

    #[test]
    fn no_text_is_too_odd(text in any::<String>()) {
        prop_assert_eq!(plain(&text).len(), text.len());
        let _ = set("f", &text, &["a", "b"], &Value::Null);
        let _ = append("f", &text, "a", &Value::Null);
        let _ = remove(&text, &["a"], "b");
    }
}
