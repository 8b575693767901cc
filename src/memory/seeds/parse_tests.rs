use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<SeedFile> {
    parse(Path::new("seeds/a.yaml"), text)
}

fn message(text: &str) -> String {
    read(text).unwrap_err().message
}

fn value(text: &str) -> SeedValue {
    let file = read(&format!("t:\n  - a: {text}\n")).unwrap();
    file.tables[0].rows[0].values[0].1.clone()
}

#[test]
fn tables_and_rows_keep_their_order_and_their_lines() {
    let file = read("b:\n  - x: 1\n    y: olá\n  - x: 2\na:\n- {z: true}\nempty:\n").unwrap();
    let names: Vec<&str> = file.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["b", "a", "empty"]);
    let lines: Vec<u64> = file.tables[0].rows.iter().map(|r| r.line).collect();
    assert_eq!(lines, [2, 4]);
    assert_eq!(
        file.tables[0].rows[0].values,
        [
            ("x".to_owned(), SeedValue::Number("1".into())),
            ("y".to_owned(), SeedValue::Text("olá".into())),
        ]
    );
    assert!(file.tables[2].rows.is_empty());
    assert_eq!(read("").unwrap().tables, []);
}

#[test]
fn values_of_every_kind() {
    assert_eq!(value("~"), SeedValue::Null);
    assert_eq!(value("true"), SeedValue::Bool(true));
    assert_eq!(value("no"), SeedValue::Text("no".into()));
    assert_eq!(value("-7"), SeedValue::Number("-7".into()));
    assert_eq!(value("2.5"), SeedValue::Number("2.5".into()));
    assert_eq!(
        value("18446744073709551615"),
        SeedValue::Number("18446744073709551615".into())
    );
    assert_eq!(value("01310"), SeedValue::Text("01310".into()));
    assert_eq!(value("\"7\""), SeedValue::Text("7".into()));
    assert_eq!(
        value("2026-03-01T10:00:00-03:00"),
        SeedValue::Text("2026-03-01T10:00:00-03:00".into())
    );
    assert_eq!(
        value("[a, 1, ~]"),
        SeedValue::List(vec![
            SeedValue::Text("a".into()),
            SeedValue::Number("1".into()),
            SeedValue::Null
        ])
    );
    assert_eq!(
        value("{k: [1]}"),
        SeedValue::Map(vec![(
            "k".into(),
            SeedValue::List(vec![SeedValue::Number("1".into())])
        )])
    );
}

#[test]
fn the_text_of_a_vector_can_be_named() {
    let file = read("_embed:\n  notes.meaning: body\nnotes:\n  - body: x\n").unwrap();
    assert_eq!(file.text_columns[0].table, "notes");
    assert_eq!(file.text_columns[0].vector, "meaning");
    assert_eq!(file.text_columns[0].text, "body");
    assert_eq!(file.tables.len(), 1);
    assert!(message("_embed:\n  notes: body\n").starts_with("seeds/a.yaml:2: _embed must hold"));
}

#[test]
fn errors_name_the_file_and_the_line() {
    insta::assert_snapshot!(
        [
            "t:\n  - a: [1, 2\n",
            "t:\n  - a: \"x\n",
            "t:\n  - a: 1\n    a: 2\n",
            "t:\n  - a: 1\nt:\n  - a: 2\n",
            "t: 5\n",
            "t:\n  - plain\n",
            "t:\n  - {}\n",
            "- a\n- b\n",
            "t:\n\t- a: 1\n",
            "t:\n  - a: *nobody\n",
            "t: []\n---\nu: []\n",
        ]
        .map(message)
        .join("\n"),
        @r#"
    seeds/a.yaml:2:8: unclosed bracket '['.
    seeds/a.yaml:2:8: unclosed quote.
    seeds/a.yaml:3:5: duplicate mapping key `a` is not allowed here.
    seeds/a.yaml:3:1: duplicate mapping key `t` is not allowed here.
    seeds/a.yaml:1: the table t must have a list of rows under it.
    seeds/a.yaml:2: a row of t must be a list of "column: value".
    seeds/a.yaml:2: this row of t has no values.
    seeds/a.yaml:1:1: a key for each table was expected.
    seeds/a.yaml:2:2: tabs disallowed within this context (block indentation).
    seeds/a.yaml:2:8: a reference (*name) to a value that isn't there.
    seeds/a.yaml:2:1: the file holds more than one document, or is too large or nested too deeply.
    "#
    );
}

#[test]
fn an_alias_bomb_is_refused_quickly() {
    let mut text = String::from("t:\n  - a: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let refs = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("    b{n}: &a{n} [{refs}]\n"));
    }
    let started = std::time::Instant::now();
    let error = read(&text).unwrap_err();
    assert_eq!(error.kind, Kind::Parse);
    assert!(started.elapsed().as_secs() < 5);
    let deep = format!("t:\n  - a: {}{}\n", "[".repeat(500), "]".repeat(500));
    assert_eq!(read(&deep).unwrap_err().kind, Kind::Parse);
}

#[test]
fn a_folder_is_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["20_b.yml", "10_a.yaml", ".x.yaml", "README.md"] {
        fs::write(folder.path().join(name), "t:\n  - a: 1\n").unwrap();
    }
    let set = read_dir(folder.path()).unwrap();
    let names = set.files.iter().map(|f| f.path.file_name().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["10_a.yaml", "20_b.yml"]);
    assert_eq!(set.rows(), 2);
    assert!(
        read_dir(&folder.path().join("none"))
            .unwrap()
            .files
            .is_empty()
    );
    fs::write(folder.path().join("30_c.yaml"), b"t:\n  - a: \xff\n").unwrap();
    let error = read_dir(folder.path()).unwrap_err();
    assert!(
        error
            .message
            .ends_with("30_c.yaml:2: the file is not UTF-8 text."),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_text_survives_as_a_quoted_value(text in "\\PC{0,40}") {
        let quoted = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(value(&quoted), SeedValue::Text(text));
    }

    #[test]
    fn no_input_panics(text in "[-a:\\[\\]{}&*!|>'\" \n0-9~]{0,80}") {
        let _ = read(&text);
    }
}
