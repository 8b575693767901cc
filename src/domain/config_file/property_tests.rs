//! Whatever the file looks like, a change touches the bytes of one value.

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Blanks as people and programs leave them.
fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "\n", "\r\n", "\t", "  \n\n\t ", " \r\n    "])
}

/// A JSON text written with odd blanks, and odd but right ways to write numbers and texts.
fn odd_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        prop::sample::select(vec!["0", "-1.50", "1E+2", "12345678901234567890123"])
            .prop_map(str::to_owned),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        prop::sample::select(vec![r#""\u0041\/""#, r#""]},{[""#, r#""\"\\""#])
            .prop_map(str::to_owned),
    ];
    let inner = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (
                prop::collection::vec((blank(), inner.clone(), blank()), 0..4),
                blank()
            )
                .prop_map(|(list, end)| {
                    let list: Vec<String> = list
                        .iter()
                        .map(|(a, value, b)| format!("{a}{value}{b}"))
                        .collect();
                    format!("[{}{end}]", list.join(","))
                }),
            object(inner),
        ]
    });
    (
        prop::sample::select(vec!["", "\u{FEFF}", "\n "]),
        object(inner),
        blank(),
    )
        .prop_map(|(start, text, end)| format!("{start}{text}{end}"))
}

fn object(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let member = ("[a-c\"\\\\é]{0,2}", blank(), blank(), inner, blank());
    (prop::collection::vec(member, 0..4), blank()).prop_map(|(members, end)| {
        let members: Vec<String> = members
            .iter()
            .map(|(key, a, b, value, c)| {
                format!("{a}{}{b}:{a}{value}{c}", Value::from(key.as_str()))
            })
            .collect();
        format!("{{{}{end}}}", members.join(","))
    })
}

/// A TOML text with odd blanks, comments and line endings.
fn odd_toml() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "1_000",
        "0x1F",
        "-0.0",
        "true",
        "'lit'",
        "\"b\\u0041s\"",
        "'''\na'b'''",
        "\"\"\"x\ny\"\"\"",
        "2026-03-01T12:00:00Z",
        "[1, 2]",
        "[\r\n  'a', # A\n  'b'\n]",
        "{ a = 1, b.c = [ ] }",
        "[ {x=1}, {x=2} ]",
        "{}",
        "[]",
    ]);
    let gap = prop::sample::select(vec!["", " ", "\t", "   "]);
    let end = prop::sample::select(vec!["\n", "\r\n", " # why\n", "\t# é\r\n\n"]);
    let line = (value, gap.clone(), gap, end);
    (
        prop::bool::ANY,
        prop::collection::vec((line, prop::bool::weighted(0.2)), 0..8),
    )
        .prop_map(|(marked, lines)| {
            let mut text = if marked {
                "\u{FEFF}".to_owned()
            } else {
                String::new()
            };
            // keys in falling order, so that the file's order is no alphabet's
            for (n, ((value, a, b, end), head)) in lines.into_iter().enumerate() {
                let key = 99 - n;
                if head {
                    let _ = write!(text, "{a}[t{key}]{end}");
                }
                let _ = write!(text, "{a}k{key}{b}={a}{value}{end}");
            }
            text
        })
}

/// Changes every value in turn: the bytes around it have to stay, and so do all other values.
fn holds(name: &str, text: &str, typed: &str) -> Result<(), TestCaseError> {
    let before = values(name, text).unwrap();
    let spans = match is_toml(name) {
        true => toml_text::spans_of_values(text),
        false => json_text::spans_of_values(text),
    };
    prop_assert_eq!(before.len(), spans.len());
    for (n, (value, span)) in before.iter().zip(spans).enumerate() {
        let Some(span) = span else { continue };
        prop_assert_eq!(&change(name, text, &value.path, &value.text).unwrap(), text);
        let Ok(changed) = change(name, text, &value.path, typed) else {
            continue;
        };
        prop_assert!(
            changed.starts_with(&text[..span.start]),
            "{:?} before",
            changed
        );
        prop_assert!(changed.ends_with(&text[span.end..]), "{:?} after", changed);
        let after = values(name, &changed).unwrap();
        let rest = &before[n + 1..];
        prop_assert_eq!(&after[..n], &before[..n]);
        // what comes after it may stand at another place now, and is the same otherwise
        let bare = |all: &[ConfigValue]| -> Vec<(Vec<String>, String, bool)> {
            let parts = all
                .iter()
                .map(|v| (v.path.clone(), v.text.clone(), v.secret));
            parts.collect()
        };
        prop_assert_eq!(bare(&after[after.len() - rest.len()..]), bare(rest));
        prop_assert!(after.len() > before.len() - 1 && after[n].path.starts_with(&value.path));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_json_text_keeps_all_other_bytes(text in odd_json(), typed in typed()) {
        holds("x.json", &text, &typed)?;
    }

    #[test]
    fn a_toml_text_keeps_all_other_bytes(text in odd_toml(), typed in typed()) {
        holds("x.toml", &text, &typed)?;
    }

    #[test]
    fn no_text_is_too_odd(text in any::<String>(), typed in any::<String>()) {
        for name in ["x.json", "x.toml"] {
            for value in values(name, &text).unwrap_or_default() {
                let _ = change(name, &text, &value.path, &typed);
            }
            let _ = toml_edits::set(name, &text, "a", None);
        }
    }
}

/// What may be typed for one sort of value or another.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "7",
            "false",
            "[1, 3]",
            "[]",
            "[{\"q\": 1}]",
            "{}",
            "1999-01-01"
        ])
        .prop_map(str::to_owned),
    ]
}
