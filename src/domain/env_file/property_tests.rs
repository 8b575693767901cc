//! Laws that hold for every text and every value.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use regex::Regex;

use super::text::{is_portable_key, is_space};
use super::{EnvFile, LintCode};
use crate::error::Kind;

/// How npm dotenv behaves, as one regular expression built from its rules: an oracle that shares
/// nothing with the reader. JavaScript's white space is spelled out.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let space = r"[\t\n\x0B\f\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}]";
    let key = format!(r"{space}*(?:export{space}+)?([0-9A-Za-z_.-]+)");
    let assign = format!(r"(?:{space}*={space}*?|:{space}+?)");
    // a backslash before a quote keeps it from closing, unless nothing else can close
    let quoted = ["'", "\"", "`"].map(|q| format!(r"{space}*{q}(?:\\{q}|[^{q}])*{q}"));
    let plain = r"[^#\r\n]+";
    let value = format!("({}|{plain})?", quoted.join("|"));
    let comment = format!(r"{space}*(?:#.*)?");
    Regex::new(&format!("(?m)^{key}{assign}{value}{comment}$")).unwrap()
});

fn oracle(text: &str) -> BTreeMap<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = BTreeMap::new();
    for found in LINE.captures_iter(&text) {
        let raw = found.get(2).map_or("", |m| m.as_str());
        let raw = raw.trim_matches(is_space);
        let first = raw.chars().next();
        let mut value = raw;
        if let Some(mark @ ('\'' | '"' | '`')) = first
            && raw.len() >= 2
            && raw.ends_with(mark)
        {
            value = &raw[1..raw.len() - 1];
        }
        let mut value = value.to_owned();
        if first == Some('"') {
            value = value.replace("\\n", "\n").replace("\\r", "\r");
        }
        out.insert(found[1].to_owned(), value);
    }
    out
}

/// Text that looks enough like a file to reach every branch.
fn file_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec![
            "A=", "B=", "export ", "A.b-c = ", "'", "\"", "`", "\\", "\\n", "\\\"", "\\'", "#", " #", "\n", "\n",
            "\r\n", "\r", " ", "\t", "=", ":", ": ", "$", "${A}", "$(x)", "x", "yz", "1", "\u{FEFF}", "\u{A0}",
            "\u{85}", "\u{2028}", "\0", "ç", "-----BEGIN", "\u{B}",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => file_like(), 1 => any::<String>()]
}

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![2 => any::<String>(), 2 => file_like(), 1 => "[ -~]{0,40}"]
}

fn pairs(file: &EnvFile) -> Vec<(String, String)> {
    file.entries()
        .map(|e| (e.key.to_owned(), e.value.to_owned()))
        .collect()
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn every_accepted_text_reads_as_dotenv_reads_it() {
    let accepted = std::cell::Cell::new(0u32);
    runner(4000)
        .run(&any_text(), |text| {
            let file = EnvFile::parse_lenient(&text);
            // a line KEY: value is the one thing that dotenv takes and this dialect ignores, saying so
            let colon = file.lints().iter().any(|l| l.code == LintCode::Colon);
            if !file.problems().is_empty() || colon {
                return Ok(());
            }
            accepted.set(accepted.get() + 1);
            let ours: BTreeMap<String, String> = pairs(&file).into_iter().collect();
            prop_assert_eq!(ours, oracle(&text));
            Ok(())
        })
        .unwrap();
    let accepted = accepted.get();
    println!("{accepted} of 4000 texts were accepted and compared");
    assert!(
        accepted > 400,
        "too few texts reach the comparison: {accepted}"
    );
}

#[test]
fn what_is_read_is_written_back_byte_for_byte() {
    runner(2000)
        .run(&any_text(), |text| {
            let file = EnvFile::parse_lenient(&text);
            let body = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            prop_assert_eq!(file.text(), body);
            let joined: String = file.nodes.iter().map(|n| &body[n.span.clone()]).collect();
            prop_assert_eq!(joined, body);
            for problem in file.problems() {
                let lines = body.replace("\r\n", "\n").replace('\r', "\n");
                prop_assert!(problem.line >= 1 && problem.line <= lines.split('\n').count());
            }
            prop_assert_eq!(EnvFile::parse(&text).is_ok(), file.problems().is_empty());
            Ok(())
        })
        .unwrap();
}

/// A set value reads back as itself, or is refused with a reason and the file as it was; all bytes
/// outside of one span stay, and all other assignments too.
#[test]
fn set_then_get_is_the_value_or_a_refusal() {
    let refused = std::cell::Cell::new(0u32);
    let nul = std::cell::Cell::new(0u32);
    let tried = std::cell::Cell::new(0u32);
    let key = prop_oneof![
        Just("A".to_owned()),
        Just("B".to_owned()),
        Just("NEW".to_owned()),
        any::<String>()
    ];
    runner(6000)
        .run(&(any_text(), key, any_value()), |(text, key, value)| {
            let Ok(mut file) = EnvFile::parse(&text) else {
                return Ok(());
            };
            tried.set(tried.get() + 1);
            let before = file.clone();
            if let Err(error) = file.set(&key, &value) {
                prop_assert!(file == before);
                prop_assert!(matches!(error.kind, Kind::Refused | Kind::Usage));
                if error.kind == Kind::Usage {
                    prop_assert!(!is_portable_key(&key) && !before.contains(&key));
                } else {
                    refused.set(refused.get() + 1);
                    nul.set(nul.get() + u32::from(value.contains('\0')));
                }
                return Ok(());
            }
            prop_assert_eq!(file.get(&key), Some(value.as_str()));
            let again = EnvFile::parse(file.text()).unwrap();
            prop_assert_eq!(again.get(&key), Some(value.as_str()));
            let old = before.text();
            let new = file.text();
            match before.effective(&key) {
                Some(there) => {
                    let tail = &old[there.value_span.end..];
                    prop_assert!(new.starts_with(&old[..there.value_span.start]));
                    prop_assert!(new.ends_with(tail));
                }
                None => prop_assert!(new.starts_with(old)),
            }
            let mut expected = pairs(&before);
            match expected.iter_mut().rev().find(|(k, _)| *k == key) {
                Some(pair) => pair.1 = value,
                None => expected.push((key, value)),
            }
            prop_assert_eq!(pairs(&file), expected);
            Ok(())
        })
        .unwrap();
    println!(
        "{} of {} values were refused, {} of them for a NUL byte",
        refused.get(),
        tried.get(),
        nul.get()
    );
    assert!(tried.get() > 600, "too few files could be edited");
}

#[test]
fn any_value_of_a_new_file_is_held_or_refused() {
    let refused = std::cell::Cell::new(0u32);
    let nul = std::cell::Cell::new(0u32);
    runner(4000)
        .run(&any_value(), |value| {
            let mut file = EnvFile::default();
            match file.set("K", &value) {
                Ok(()) => {
                    let read = oracle(file.text());
                    prop_assert_eq!(read.get("K"), Some(&value));
                }
                Err(error) => {
                    refused.set(refused.get() + 1);
                    nul.set(nul.get() + u32::from(value.contains('\0')));
                    prop_assert_eq!(error.kind, Kind::Refused);
                    prop_assert_eq!(file.text(), "");
                    // one kind of quote is always free otherwise
                    let marks = ['\'', '"', '`'].iter().all(|m| value.contains(*m));
                    prop_assert!(value.contains(['\0', '\r', '\\']) || marks, "{:?}", value);
                }
            }
            Ok(())
        })
        .unwrap();
    println!(
        "{} of 4000 values were refused, {} of them for a NUL byte",
        refused.get(),
        nul.get()
    );
}

#[test]
fn unset_removes_the_key_and_nothing_else() {
    runner(2000)
        .run(&any_text(), |text| {
            let Ok(before) = EnvFile::parse(&text) else {
                return Ok(());
            };
            for key in ["A", "B"] {
                let mut file = before.clone();
                match file.unset(key) {
                    Ok(there) => {
                        prop_assert_eq!(there, before.contains(key));
                        let mut expected = pairs(&before);
                        expected.retain(|(k, _)| k != key);
                        prop_assert_eq!(pairs(&file), expected);
                    }
                    Err(_) => prop_assert!(file == before),
                }
            }
            Ok(())
        })
        .unwrap();
}
