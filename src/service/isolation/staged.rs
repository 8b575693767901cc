//! The look before a commit: what is staged, as it stands in git's index.

use serde::Serialize;

use super::{gather, git};
use crate::domain::isolation::{Named, Needles};
use crate::error::{Error, Kind, Result};
use crate::service::Service;

/// One secret that is about to be committed. Never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leak {
    /// From the repository's top.
    pub file: String,
    pub line: usize,
    /// The key in the `.env`, where it's known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<String>,
    pub what: String,
}

#[derive(Debug, Clone, Default)]
pub struct Staged {
    /// Files looked into.
    pub files: usize,
    /// Files too large to be looked into.
    pub large: Vec<String>,
    pub leaks: Vec<Leak>,
}

/// Larger files aren't looked into, in bytes.
const LARGEST: usize = 8 << 20;

impl Service {
    /// Looks into what is staged, not into the folder: for every instance's secrets, and for what has a
    /// secret's form.
    pub fn staged(&self) -> Result<Staged> {
        let root = self.workspace.root();
        let mut list = git::here(root);
        list.args([
            "diff",
            "--cached",
            "--raw",
            "-z",
            "--abbrev=64",
            "--no-renames",
        ]);
        list.args(["--diff-filter=ACMRT", "--ignore-submodules"]);
        let changed = changed(&git::run(list, None)?);
        let mut found = Staged {
            files: changed.len(),
            ..Staged::default()
        };
        if changed.is_empty() {
            return Ok(found);
        }
        let facts = gather::facts(self)?;
        let needles = Needles::of(&facts.instances, &facts.shared_env)?;
        let ids: String = changed.iter().map(|(id, _)| format!("{id}\n")).collect();
        let mut read = git::here(root);
        read.args(["cat-file", "--batch"]);
        let answer = git::run(read, Some(ids.as_bytes()))?;
        let mut rest = answer.as_slice();
        for (_, file) in changed {
            let content;
            (content, rest) = next(rest)?;
            if is_env(&file) {
                found.leaks.push(Leak {
                    file: file.clone(),
                    line: 1,
                    key: None,
                    instances: Vec::new(),
                    what: "an .env file, which holds secrets".into(),
                });
            }
            if content.len() > LARGEST {
                found.large.push(file);
                continue;
            }
            let leaks = needles.scan(content).into_iter();
            found
                .leaks
                .extend(leaks.filter_map(|(line, named)| leak(&file, line, named)));
        }
        Ok(found)
    }
}

fn leak(file: &str, line: usize, named: Named) -> Option<Leak> {
    let (key, instances, what) = match named {
        Named::Secret(owners) => {
            let key = owners.first().map(|(_, key)| key.clone());
            let names: Vec<String> = owners
                .into_iter()
                .map(|(n, _)| n)
                .filter(|n| !n.is_empty())
                .collect();
            let whose = match names.as_slice() {
                [] => "the workspace".to_owned(),
                [one] => one.clone(),
                [one, more @ ..] => format!("{one} and {} more", more.len()),
            };
            let what = format!(
                "the value of {} of {whose}",
                key.as_deref().unwrap_or_default()
            );
            (key, names, what)
        }
        Named::Form(name) => (None, Vec::new(), format!("what looks like {name}")),
        // a project's ref is no secret, and its configuration is tracked
        Named::Project(_) => return None,
    };
    Some(Leak {
        file: file.to_owned(),
        line,
        key,
        instances,
        what,
    })
}

/// An environment that isn't an example.
fn is_env(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let samples = [
        "example", "sample", "template", "dist", "defaults", "schema",
    ];
    let kind = name.strip_prefix(".env.");
    name == ".env" || kind.is_some_and(|kind| !samples.iter().any(|s| kind.contains(s)))
}

/// The new content's id and the path, of each file that isn't deleted:
/// `:MODE MODE OLD NEW STATUS\0PATH\0` (git-diff, raw output format).
fn changed(raw: &[u8]) -> Vec<(String, String)> {
    let mut parts = raw.split(|b| *b == 0).filter(|p| !p.is_empty());
    let mut found = Vec::new();
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ');
        let (mode, id) = (words.nth(1), words.nth(1));
        // a submodule is another repository's commit
        if let (Some(mode), Some(id)) = (mode, id)
            && mode != "160000"
        {
            found.push((id.to_owned(), String::from_utf8_lossy(path).into_owned()));
        }
    }
    found
}

/// One answer of `git cat-file --batch` (`ID blob SIZE\nCONTENT\n`), and what follows it.
fn next(answer: &[u8]) -> Result<(&[u8], &[u8])> {
    let odd = || Error::new(Kind::Parse, "Git's answer can't be read.");
    let end = answer.iter().position(|b| *b == b'\n').ok_or_else(odd)?;
    let head = answer.get(..end).ok_or_else(odd)?;
    let head = String::from_utf8_lossy(head);
    let size = head
        .rsplit(' ')
        .next()
        .and_then(|n| n.parse::<usize>().ok());
    let from = end + 1;
    let to = size.and_then(|n| from.checked_add(n)).ok_or_else(odd)?;
    let content = answer.get(from..to).ok_or_else(odd)?;
    Ok((content, answer.get(to + 1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gits_answers_are_read() {
        let raw = b":000000 100644 0000 abcd A\0a b.txt\0:100644 100644 1111 ef01 M\0d\xc3\xa9/c\0:000000 160000 0 1 A\0sub\0";
        let files = changed(raw);
        assert_eq!(
            files,
            [
                ("abcd".into(), "a b.txt".into()),
                ("ef01".into(), "dé/c".into())
            ]
        );
        let (content, rest) = next(b"abcd blob 3\nx\ny\nef01 blob 0\n\n").unwrap();
        assert_eq!(content, b"x\ny");
        let (content, rest) = next(rest).unwrap();
        assert_eq!((content, rest), (&b""[..], &b""[..]));
        assert!(next(b"abcd missing\n").is_err());
    }
}
