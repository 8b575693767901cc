//! Node's, npm dotenv's, Python's and bash's own readers on what our writer writes: they read what we
//! read, wherever no remark on the line names what they don't.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use matriz::domain::env_file::{EnvFile, LintCode};

use crate::strategies::{many, value};
use crate::support::skip;

const VALUES: usize = 4_000;

/// A file of our writing for each value: all of them in one would let a wrong line hide the next.
struct Written {
    value: String,
    text: String,
    lints: Vec<LintCode>,
}

fn written() -> Vec<Written> {
    let mut all = Vec::new();
    for value in many(&value(), VALUES) {
        let mut file = EnvFile::parse("# ours\nBEFORE=1\n").unwrap();
        if file.set("KEY", &value).is_err() {
            continue;
        }
        file.set("AFTER", "1").unwrap();
        all.push(Written {
            value,
            text: file.text().to_owned(),
            lints: file.lints().iter().map(|l| l.code).collect(),
        });
    }
    all
}

/// Gives the texts to a program as a JSON array in a file, and reads the values that it finds for
/// `KEY`: `null` where it finds none.
fn ask(program: &mut Command, folder: &Path, texts: &[Written]) -> Vec<Option<String>> {
    let path = folder.join("texts.json");
    let all: Vec<&str> = texts.iter().map(|w| w.text.as_str()).collect();
    fs::write(&path, serde_json::to_string(&all).unwrap()).unwrap();
    let said = program.arg(&path).output().expect("the reader runs");
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    serde_json::from_slice(&said.stdout).expect("its answer")
}

/// Holds the answers against ours; `names` are the remarks that say this reader may differ.
fn agree(reader: &str, texts: &[Written], answers: &[Option<String>], names: &[LintCode]) {
    assert_eq!(texts.len(), answers.len());
    let (mut same, mut marked) = (0, BTreeMap::<&str, u32>::new());
    let mut unmarked = Vec::new();
    for (one, answer) in texts.iter().zip(answers) {
        if answer.as_deref() == Some(&*one.value) {
            same += 1;
            continue;
        }
        match one.lints.iter().find(|lint| names.contains(lint)) {
            Some(reason) => *marked.entry(reason.code()).or_default() += 1,
            None => unmarked.push(format!("{answer:?} in {:?}, {:?}", one.text, one.lints)),
        }
    }
    println!(
        "{reader}: {same} of {} the same; marked: {marked:?}",
        texts.len()
    );
    unmarked.sort_by_key(String::len);
    unmarked.truncate(12);
    assert!(unmarked.is_empty(), "{reader}:\n{}", unmarked.join("\n"));
    assert!(same > texts.len() / 2, "{reader} agrees with too few");
}

const NODE: &str = r#"
const fs = require("fs");
const { parse } = READER;
const all = JSON.parse(fs.readFileSync(process.argv[2] ?? process.argv[1], "utf8"));
const read = (text) => { try { return parse(text).KEY ?? null } catch { return null } };
process.stdout.write(JSON.stringify(all.map(read)));
"#;

#[test]
fn node_reads_what_we_write() {
    let has = Command::new("node")
        .args(["-e", "require('util').parseEnv('A=b')"])
        .output();
    if !has.is_ok_and(|said| said.status.success()) {
        return skip("node isn't there, or has no util.parseEnv");
    }
    let folder = tempfile::tempdir().unwrap();
    let texts = written();
    let script = NODE.replace("READER", "{ parse: require('util').parseEnv }");
    let answers = ask(
        Command::new("node").args(["-e", &script, "--"]),
        folder.path(),
        &texts,
    );
    agree(
        "node",
        &texts,
        &answers,
        &[
            LintCode::EscapeAmbiguous,
            LintCode::TextAfterQuote,
            LintCode::Backtick,
        ],
    );
}

#[test]
fn npm_dotenv_reads_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let installed = Command::new("npm")
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--silent",
            "dotenv@18.0.10",
        ])
        .current_dir(folder.path())
        .output();
    if !installed.is_ok_and(|said| said.status.success()) {
        return skip("npm can't install dotenv 18.0.10 here");
    }
    let texts = written();
    let script = NODE.replace("READER", "require('dotenv')");
    let answers = ask(
        Command::new("node")
            .args(["-e", &script, "--"])
            .current_dir(folder.path()),
        folder.path(),
        &texts,
    );
    // it is the dialect itself
    agree("dotenv", &texts, &answers, &[]);
}

#[test]
fn python_reads_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let Some(python) = python_with_dotenv(folder.path()) else {
        return skip("python3 has no python-dotenv, and pip can't get it here");
    };
    let texts = written();
    let script = r#"
import io, json, logging, sys
logging.disable(logging.CRITICAL)
from dotenv import dotenv_values
def read(text):
    return dotenv_values(stream=io.StringIO(text, newline=""), interpolate=False).get("KEY")
print(json.dumps([read(text) for text in json.load(open(sys.argv[1], newline=""))]))
"#;
    let answers = ask(
        Command::new(python).args(["-c", script]),
        folder.path(),
        &texts,
    );
    agree(
        "python-dotenv",
        &texts,
        &answers,
        &[
            LintCode::EscapeAmbiguous,
            LintCode::TextAfterQuote,
            LintCode::Backtick,
            LintCode::HashAmbiguous,
        ],
    );
}

#[test]
fn bash_reads_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let texts = written();
    // one process for all: each file is read in a shell of its own, which has nothing but a path
    for (number, one) in texts.iter().enumerate() {
        fs::write(folder.path().join(format!("{number}.env")), &one.text).unwrap();
    }
    // a value that runs something must find nothing to run
    let script = r#"
for ((n = 0; n < $2; n++)); do
  ( unset KEY; PATH=/nowhere
    # also where the file ends the shell
    trap 'printf "%s=%s\0" "$n" "${KEY-<none>}"' EXIT
    set -a; . "$1/$n.env" >/dev/null 2>&1 )
done
"#;
    let count = texts.len().to_string();
    let said = Command::new("bash")
        .args(["--norc", "--noprofile", "-c", script, "bash"])
        .arg(folder.path())
        .arg(&count)
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("bash");
    let mut answers = vec![None; texts.len()];
    for bytes in said.stdout.split(|byte| *byte == 0) {
        let answer = String::from_utf8_lossy(bytes);
        // a shell that a file killed has no answer
        let Some((number, value)) = answer.split_once('=') else {
            continue;
        };
        if let Some(slot) = number.parse().ok().and_then(|n: usize| answers.get_mut(n)) {
            *slot = (value != "<none>").then(|| value.to_owned());
        }
    }
    agree(
        "bash",
        &texts,
        &answers,
        &[
            LintCode::NotSourceable,
            LintCode::DollarAmbiguous,
            LintCode::CommandSubstitution,
            LintCode::EscapeAmbiguous,
            LintCode::TextAfterQuote,
            LintCode::Backtick,
            LintCode::HashAmbiguous,
        ],
    );
}

fn python_with_dotenv(folder: &Path) -> Option<std::path::PathBuf> {
    let place = folder.join("venv");
    let ran = |command: &mut Command| command.output().is_ok_and(|said| said.status.success());
    // the package of this name and not another that calls itself dotenv
    let has = "from importlib.metadata import version; version('python-dotenv')";
    if ran(Command::new("python3").args(["-c", has])) {
        return Some("python3".into());
    }
    let made = ran(Command::new("python3").args(["-m", "venv"]).arg(&place));
    let python = place.join("bin/python");
    let words = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-cache-dir",
        "python-dotenv==1.2.2",
    ];
    (made && ran(Command::new(&python).args(words))).then_some(python)
}
