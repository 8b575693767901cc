//! What a person meets: values in the file's order, one changed and nothing else.

use super::*;
use crate::error::Kind;

fn path(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

fn shown(name: &str, text: &str) -> Vec<String> {
    let values = values(name, text).unwrap();
    let line = |v: ConfigValue| format!("{} {}", v.name(), v.text);
    values.into_iter().map(line).collect()
}

fn changed(name: &str, text: &str, at: &str, typed: &str) -> String {
    change(name, text, &path(at), typed).unwrap()
}

#[test]
fn toml_is_shown_in_the_files_order() {
    let text = "zeta = 1_000\nowner = 'ana'\nat = 2026-03-01\nlist = [\n  \"b\", # B\n  \"a\",\n]\n\n[team]\nz = 0x1F\na.c = 1.10\na.b = {y = true, x = {}}\n[[more]]\nn = 2\n[[more]]\nn = 1\n[empty]\n[also]\nq = \"\"\"\none\ntwo\"\"\"\n";
    assert_eq!(
        shown("x.toml", text),
        [
            "zeta 1_000",
            "owner ana",
            "at 2026-03-01",
            "list [\"b\", \"a\"]",
            "team.z 0x1F",
            "team.a.c 1.10",
            "team.a.b.y true",
            "team.a.b.x {}",
            "more.0.n 2",
            "more.1.n 1",
            "empty {}",
            "also.q one\ntwo",
        ]
    );
    assert!(shown("x.toml", "# nothing\n").is_empty());
}

#[test]
fn json_is_shown_in_the_files_order() {
    let text = "\u{FEFF}{ \"z\":1.10,\n\t\"a\" : {\"q\":[ 1,2 ],\"b\":[{},[\"x\"]], \"z\": 1}, \"n\":null, \"z\":\"last\",\"s\":[\n1,\n2] }\n";
    assert_eq!(
        shown("x.json", text),
        [
            "a.q [ 1,2 ]",
            "a.b.0 {}",
            "a.b.1 [\"x\"]",
            "a.z 1",
            "n null",
            "z last",
            "s [1, 2]"
        ]
    );
    assert_eq!(shown("x.json", " [1,2]\n"), [" [1,2]"]);
}

#[test]
fn a_value_in_toml_changes_and_nothing_else() {
    let text = "# who\r\nowner   =   \"ana\"\t# keep\r\nprotected=false\r\nlabels = [ \"a\" ]\r\n\r\n[x]\r\nn = 1_0\r\nd = 2026-03-01\r\n";
    let file = "instance.toml";
    assert_eq!(
        changed(file, text, "owner", "rui"),
        text.replace("ana", "rui")
    );
    assert_eq!(
        changed(file, text, "protected", "true"),
        text.replace("false", "true")
    );
    assert_eq!(
        changed(file, text, "labels", "[\"a\", \"b\"]"),
        text.replace("\"a\"", "\"a\", \"b\"")
    );
    assert_eq!(
        changed(file, text, "x.n", " 2.50 "),
        text.replace("1_0", "2.50")
    );
    assert_eq!(
        changed(file, text, "x.d", "2026-03-02"),
        text.replace("03-01", "03-02")
    );
    for (at, typed) in [
        ("protected", "maybe"),
        ("labels", "a"),
        ("x.n", "1 # y"),
        ("x.n", "x"),
        ("x.d", "1"),
    ] {
        let error = change(file, text, &path(at), typed).unwrap_err();
        assert_eq!(error.kind, Kind::Usage, "{at} {typed}");
    }
    // a list's own lines and comments stay where its elements do
    let text = "labels = [\n  'a', # first\n  'b', # second\n]\n";
    assert_eq!(
        changed(file, text, "labels", "['a', 'b', 'c']"),
        "labels = [\n  'a', # first\n  'b',\n  'c', # second\n]\n"
    );
    let error = change("x.toml", "[a]\n", &path("a"), "{}").unwrap_err();
    assert!(error.message.contains("nothing in it"), "{}", error.message);
}

#[test]
fn a_value_in_json_changes_and_nothing_else() {
    let file = "supabase.config.json";
    let text = "\u{FEFF}{ \"zeta\":1.10 ,\r\n\t\t\"kind\" : \"sandbox\",\"more\":{\"a\":null,\"l\":[ 1,\"],\" ]}\r\n,\"mine\":[{\"x\":{ }},{\"x\":12345678901234567890123}]\r\n\r\n}";
    for (at, typed, old, new) in [
        ("zeta", "1e-7", "1.10", "1e-7"),
        ("kind", "cloud", "\"sandbox\"", "\"cloud\""),
        ("more.a", "\"x\"", "null", "\"x\""),
        ("more.a", "ção \" x", "null", "\"ção \\\" x\""),
        ("more.l", "[1, \"],\", 2.0]", "\"],\" ", "\"],\",2.0 "),
        ("mine.0.x", "{\"a\": 1}", "{ }", "{\"a\": 1}"),
        ("mine.1.x", "7", "12345678901234567890123", "7"),
    ] {
        assert_eq!(
            changed(file, text, at, typed),
            text.replacen(old, new, 1),
            "{at}"
        );
    }
    for value in values(file, text).unwrap() {
        let same = change(file, text, &value.path, &value.text).unwrap();
        assert_eq!(same, text, "{}", value.name());
    }
    let error = change(file, text, &path("kind"), "moon").unwrap_err();
    assert!(
        error.message.contains(file) && !error.message.contains("line"),
        "{}",
        error.message
    );
    let error = change(file, text, &path("gone"), "x").unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    for (at, typed) in [("zeta", "NaN"), ("more.l", "1"), ("mine.0.x", "[]")] {
        let error = change(file, text, &path(at), typed).unwrap_err();
        assert_eq!(error.kind, Kind::Usage, "{at}");
    }
    // of a key that stands there twice the last counts
    assert_eq!(
        changed("x.json", "{\"a\":1,\"a\":2}", "a", "3"),
        "{\"a\":1,\"a\":3}"
    );
}

#[test]
fn a_broken_file_is_told_with_its_place() {
    for (name, text) in [
        ("mcp.json", "{\n  \"a\": \n}"),
        ("instance.toml", "a = 1\nb = \n"),
    ] {
        let error = values(name, text).unwrap_err().chain();
        assert!(error.contains(name) && error.contains("line"), "{error}");
    }
}

#[test]
fn secrets_in_configs_are_known() {
    let text = r#"{"accessTokenKey":"SUPABASE_ACCESS_TOKEN","env":{"ACCESS_TOKEN":"example-secret"},"args":["-y","postgres://u:example-pass@h/d"],"PIN_SECRET":12,"n":12,"l":["a"]}"#;
    let hidden = |name: &str, text: &str| {
        let values = values(name, text).unwrap();
        values.iter().map(|v| v.secret).collect::<Vec<_>>()
    };
    assert_eq!(
        hidden("mcp.json", text),
        [false, true, true, true, false, false]
    );
    let text = "tokenKey = 'A_TOKEN'\nTOKEN = 'example-secret'\nurls = ['postgres://u:example-pass@h/d']\nn = 1\n";
    assert_eq!(hidden("x.toml", text), [false, true, true, false]);
}
