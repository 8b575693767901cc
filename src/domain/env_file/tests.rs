//! What the dialect says, against what npm dotenv answers.

use std::collections::BTreeMap;

use super::{EnvFile, LintCode, ProblemCode, Quote};
use crate::error::Kind;

/// The cases, each with dotenv's answer.
fn cases() -> Vec<(String, String, BTreeMap<String, String>)> {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/data/dotenv-cases.json")).unwrap();
    let texts: Vec<(String, String)> = serde_json::from_value(all["cases"].clone()).unwrap();
    texts
        .into_iter()
        .map(|(name, text)| {
            let answer = all["results"][&name]["dotenv"].clone();
            (name, text, serde_json::from_value(answer).unwrap())
        })
        .collect()
}

fn reading(text: &str) -> Result<BTreeMap<String, String>, ProblemCode> {
    let file = EnvFile::parse_lenient(text);
    match file.problems().first() {
        Some(problem) => Err(problem.code),
        None => Ok(file
            .pairs()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect()),
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    let file = EnvFile::parse_lenient(text);
    file.lints().iter().map(|l| l.code.code()).collect()
}

/// Where this reading isn't dotenv's, a code says why. Nothing else may differ.
#[test]
fn every_case_reads_as_dotenv_reads_it_or_a_code_says_why_not() {
    let differing = [
        ("unterminated_dq", "E101"),
        ("unterminated_sq", "E101"),
        ("lone_dq", "E101"),
        ("triple_dq", "E102"),
        ("quoted_key", "E103"),
        ("no_key", "E104"),
        ("nul", "E106"),
        ("colon_yaml", "W211"),
    ];
    let cases = cases();
    assert_eq!(cases.len(), 102);
    let mut seen = Vec::new();
    for (name, text, dotenv) in &cases {
        match reading(text) {
            Ok(ours) if ours == *dotenv => continue,
            Err(problem) => seen.push((name.as_str(), problem.code())),
            Ok(ours) => {
                let code = codes(text).into_iter().find(|c| *c == "W211");
                let code = code.unwrap_or_else(|| panic!("{name}: {ours:?}, dotenv: {dotenv:?}"));
                seen.push((name.as_str(), code));
            }
        }
    }
    seen.sort();
    let mut differing = differing.to_vec();
    differing.sort();
    assert_eq!(seen, differing);
}

/// Where other readers answer something else than dotenv, a remark (or a problem) says so.
#[test]
fn what_other_readers_read_otherwise_carries_a_code() {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/data/dotenv-cases.json")).unwrap();
    for (name, text, _) in cases() {
        let answers = &all["results"][&name];
        let odd: Vec<&str> = ["dotenvx", "node", "bash"]
            .into_iter()
            .filter(|reader| answers[reader] != answers["dotenv"])
            .collect();
        let silent = reading(&text).is_ok() && codes(&text).is_empty();
        // a lone carriage return isn't a line ending for a shell, nor is CRLF; nothing to say per line
        let known = ["crlf", "cr_only", "multiline_crlf"].contains(&name.as_str());
        assert!(odd.is_empty() || !silent || known, "{name}: {odd:?}");
    }
}

#[test]
fn lints_name_their_line() {
    for (text, line, code) in [
        ("A=b#c\n", 1, LintCode::HashAmbiguous),
        ("\nA=https://x.test/#/p\n", 2, LintCode::HashAmbiguous),
        ("A= #b\n", 1, LintCode::HashAmbiguous),
        ("A=pa$word\n", 1, LintCode::DollarAmbiguous),
        ("A=\"$(x)\"\n", 1, LintCode::CommandSubstitution),
        ("A=\"C:\\new\"\n", 1, LintCode::EscapeAmbiguous),
        ("A = b\n", 1, LintCode::NotSourceable),
        ("A=b c\n", 1, LintCode::NotSourceable),
        ("A-B=c\n", 1, LintCode::NotSourceable),
        ("A=1\nA=2\n", 1, LintCode::Duplicate),
        ("\u{FEFF}A=1\n", 1, LintCode::ByteOrderMark),
        ("A=\"b\"c\n", 1, LintCode::TextAfterQuote),
        ("A\n", 1, LintCode::NoValue),
        ("A=1\r\n!!\r\n", 2, LintCode::UnreadableLine),
        ("A: b\n", 1, LintCode::Colon),
        ("A=`b`\n", 1, LintCode::Backtick),
        ("A='b\nC=d\ne'\n", 1, LintCode::SwallowedLine),
    ] {
        let file = EnvFile::parse(text).unwrap();
        assert!(
            file.lints()
                .iter()
                .any(|l| (l.line, l.code) == (line, code)),
            "{text:?}: {:?}",
            file.lints()
        );
    }
    let codes: std::collections::BTreeSet<_> = LintCode::ALL.map(LintCode::code).into();
    assert_eq!(codes.len(), LintCode::ALL.len());
}

#[test]
fn a_broken_file_gives_one_error_with_its_place_and_no_value() {
    for (text, start) in [
        (
            "A=1\nTOKEN=\"example\nB=2\n",
            ".env:2:7: E101 the value of TOKEN ",
        ),
        ("A='''example'''\n", ".env:1:3: E102 "),
        ("A=1\n  'example'=2\n", ".env:2:3: E103 "),
        ("A=1\r\n=example\r\n", ".env:2:1: E104 "),
        ("A=exa\u{2028}mple\n", ".env:1:6: E105 "),
        ("A=1\nB=exa\0mple\n", ".env:2:6: E106 "),
    ] {
        let error = EnvFile::parse(text).unwrap_err();
        assert_eq!(error.kind, Kind::Parse);
        assert!(error.message.starts_with(start), "{}", error.message);
        assert!(!error.chain().contains("example"), "{}", error.chain());
        assert!(error.hint.is_some());
    }
}

#[test]
fn an_edit_changes_one_span() {
    for (text, key, value, expected) in [
        (
            "# c\nA=1 # why\nB='x'\n",
            "A",
            "2",
            "# c\nA=2 # why\nB='x'\n",
        ),
        ("A=\"1\"\n", "A", "2", "A=\"2\"\n"),
        ("A = 1\n", "A", "2", "A = 2\n"),
        ("export A=1\n", "A", "b c", "export A='b c'\n"),
        ("A=1\nA=2\n", "A", "3", "A=1\nA=3\n"),
        ("A=\n", "A", "pa$$", "A='pa$$'\n"),
        ("A=1", "B", "2", "A=1\nB=2\n"),
        ("A=1\r\n", "B", "x\ny", "A=1\r\nB='x\r\ny'\r\n"),
        ("", "A", "it's", "A=\"it's\"\n"),
        ("A='x'\n", "A", "C:\\new", "A='C:\\new'\n"),
        // the piece after a glued # may be the rest of a secret
        ("A=old#rest\n", "A", "new", "A=new\n"),
        ("A=old #rest\n", "A", "new", "A=new #rest\n"),
    ] {
        let mut file = EnvFile::parse(text).unwrap();
        file.set(key, value).unwrap();
        assert_eq!(file.text(), expected, "{text:?}");
        assert_eq!(file.get(key), Some(value));
    }
}

#[test]
fn what_cannot_be_held_is_refused_and_nothing_changes() {
    let text = "A=1\nB=2\n";
    let mut file = EnvFile::parse(text).unwrap();
    for (key, value, kind) in [
        ("A", "x\0example", Kind::Refused),
        ("A", "'\"`\nexample", Kind::Refused),
        ("NEW-KEY", "example", Kind::Usage),
        ("1A", "example", Kind::Usage),
        ("", "example", Kind::Usage),
    ] {
        let error = file.set(key, value).unwrap_err();
        assert_eq!(error.kind, kind, "{key}");
        assert!(!error.chain().contains("example"));
        assert_eq!(file.text(), text);
    }
    let mut broken = EnvFile::parse_lenient("A='x\nB=1\n");
    assert_eq!(broken.get("B"), Some("1"));
    assert!(broken.set("B", "2").is_err());
    assert!(broken.unset("B").is_err());
}

#[test]
fn unset_removes_every_line_of_a_key_and_no_other() {
    let mut file = EnvFile::parse("# c\nA=1\nB='x\ny' # z\nA=2").unwrap();
    assert!(file.unset("A").unwrap());
    assert_eq!(file.text(), "# c\nB='x\ny' # z\n");
    assert!(file.unset("B").unwrap());
    assert_eq!(file.text(), "# c\n");
    assert!(!file.unset("B").unwrap());
}

#[test]
fn entries_tell_quote_line_and_which_one_counts() {
    let file = EnvFile::parse("A='1'\n\nA=\"2\"\nB=`3`\n").unwrap();
    let all: Vec<_> = file
        .entries()
        .map(|e| (e.key, e.value, e.line, e.quote, e.effective))
        .collect();
    assert_eq!(
        all,
        [
            ("A", "1", 1, Quote::Single, false),
            ("A", "2", 3, Quote::Double, true),
            ("B", "3", 4, Quote::Backtick, true),
        ]
    );
    assert_eq!(file.pairs().collect::<Vec<_>>(), [("A", "2"), ("B", "3")]);
}

#[test]
fn debug_names_keys_and_never_values() {
    let file = EnvFile::parse("TOKEN=example-secret\n").unwrap();
    let text = format!("{file:?} {:?}", file.entries().collect::<Vec<_>>());
    assert!(text.contains("TOKEN") && !text.contains("example-secret"));
}
