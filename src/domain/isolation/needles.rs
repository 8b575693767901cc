//! Looking for every instance's secrets and projects, and for whatever has a secret's form, in one
//! pass over a file.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use super::facts::InstanceFacts;
use super::hits::Named;
use super::secrets::is_telling;
use super::token::{self, FORMS};
use super::written::is_ref;
use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::jwt;
use crate::domain::secret::is_secret;
use crate::error::{Error, Result};

/// What a line says that may hold what looks like a secret.
const ALLOWED: &str = "matriz:allow";
/// Longer values are looked for by their end, which differs where the beginnings of tokens don't.
const LONGEST: usize = 32;

enum What {
    /// The whole value, to be compared where its end is found.
    Value {
        text: Vec<u8>,
        named: Named,
    },
    Form(&'static str, &'static str),
}

/// Everything to look for, in one automaton.
pub struct Needles {
    automaton: AhoCorasick,
    what: Vec<What>,
}

#[derive(Default)]
struct Gathered {
    secrets: BTreeMap<String, Vec<(String, String)>>,
    projects: BTreeMap<String, Vec<String>>,
}

impl Needles {
    /// `shared` is the `.env` at the workspace's root.
    pub fn of(instances: &[InstanceFacts], shared: &EnvFile) -> Result<Needles> {
        let mut all = Gathered::default();
        for instance in instances {
            let refs = [
                instance.supabase.project_ref.as_deref(),
                instance.value("SUPABASE_PROJECT_REF"),
            ];
            // a ref that its own files contradict belongs to whom the configuration says
            if let Some(own) = refs.into_iter().flatten().find(|r| is_ref(r)) {
                all.project(own, &instance.name);
            }
            all.file(&instance.name, &instance.env);
        }
        all.file("", shared);
        Needles::build(all)
    }

    fn build(all: Gathered) -> Result<Needles> {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        let mut what = Vec::new();
        let mut add = |text: String, named: Named| {
            let bytes = text.into_bytes();
            let from = bytes.len().saturating_sub(LONGEST);
            patterns.push(bytes.get(from..).unwrap_or_default().to_vec());
            what.push(What::Value { text: bytes, named });
        };
        for (value, owners) in all.secrets {
            for form in forms(&value) {
                add(form, Named::Secret(owners.clone()));
            }
        }
        for (value, owners) in all.projects {
            add(value, Named::Project(owners));
        }
        for (prefix, name) in FORMS {
            patterns.push(prefix.as_bytes().to_vec());
            what.push(What::Form(prefix, name));
        }
        let automaton = AhoCorasick::new(&patterns)
            .map_err(|e| Error::internal("There is too much to look for.").source(e))?;
        Ok(Needles { automaton, what })
    }

    /// What stands in a file, each once, with its first line.
    pub fn scan(&self, bytes: &[u8]) -> Vec<(usize, Named)> {
        let mut found: BTreeMap<&Named, usize> = BTreeMap::new();
        let mut shapes: Vec<(usize, &'static str)> = Vec::new();
        let (mut line, mut counted) = (1, 0);
        for hit in self.automaton.find_overlapping_iter(bytes) {
            let Some(what) = self.what.get(hit.pattern().as_usize()) else {
                continue;
            };
            let span = line_around(bytes, hit.start(), hit.end());
            let at = match what {
                What::Value { text, .. } => {
                    let Some(from) = hit.end().checked_sub(text.len()) else {
                        continue;
                    };
                    if bytes.get(from..hit.end()) != Some(text) || glued(bytes, from, hit.end()) {
                        continue;
                    }
                    from
                }
                What::Form(prefix, _) => {
                    let shown = String::from_utf8_lossy(bytes.get(span.0..span.1).unwrap_or(&[]));
                    // where the line isn't text, offsets in it would be wrong
                    let text = shown.len() == span.1 - span.0;
                    if !text || !token::fits(prefix, &shown, hit.start() - span.0) {
                        continue;
                    }
                    hit.start()
                }
            };
            if allowed(bytes, span) {
                continue;
            }
            // matches come by their ends, so the count may have to go back a little
            if at < counted {
                (line, counted) = (1, 0);
            }
            line += bytes
                .get(counted..at)
                .unwrap_or(&[])
                .iter()
                .filter(|b| **b == b'\n')
                .count();
            counted = at;
            match what {
                What::Value { named, .. } => {
                    let first = found.entry(named).or_insert(line);
                    *first = line.min(*first);
                }
                What::Form(_, name) => shapes.push((line, name)),
            }
        }
        // what is known needs no second report by its form
        let known: Vec<usize> = found
            .iter()
            .filter(|(named, _)| matches!(named, Named::Secret(_)))
            .map(|(_, line)| *line)
            .collect();
        let mut out: Vec<(usize, Named)> = found
            .into_iter()
            .map(|(named, line)| (line, named.clone()))
            .collect();
        shapes.retain(|(line, _)| !known.contains(line));
        shapes.dedup_by_key(|(_, name)| *name);
        out.extend(
            shapes
                .into_iter()
                .map(|(line, name)| (line, Named::Form(name))),
        );
        out.sort();
        out.dedup();
        out
    }
}

impl Gathered {
    fn file(&mut self, instance: &str, env: &EnvFile) {
        for (key, value) in env.pairs() {
            if !is_secret(key, value) {
                continue;
            }
            let claims = jwt::claims(value);
            let public = claims.as_ref().and_then(|c| c.role.as_deref()) == Some("anon")
                || value.starts_with("sb_publishable_");
            let owner = (instance.to_owned(), key.to_owned());
            if public {
                // it's in every browser; where it stands, it leads to its project
                let project = claims.and_then(|c| c.reference);
                if project.is_none() && !instance.is_empty() {
                    self.project(value, instance);
                }
                continue;
            }
            let secret = match password(value) {
                Some(password) => password,
                None if value.contains("://") && !value.contains("hook") => continue,
                None => value.to_owned(),
            };
            if is_telling(&secret) {
                self.secrets.entry(secret).or_default().push(owner);
            }
        }
    }

    fn project(&mut self, value: &str, instance: &str) {
        let owners = self.projects.entry(value.to_owned()).or_default();
        if !owners.iter().any(|o| o == instance) {
            owners.push(instance.to_owned());
        }
    }
}

/// The password in an address, as it's written there.
fn password(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://")?;
    if !scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'+')
    {
        return None;
    }
    let (login, _) = rest.rsplit_once('@')?;
    let (_, password) = login.split_once(':')?;
    Some(password.to_owned()).filter(|p| !p.is_empty())
}

/// How a value may be written: as it is, and escaped as JSON.
fn forms(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    let inner = json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let escaped = inner.unwrap_or(&json).to_owned();
    match escaped == value {
        true => vec![escaped],
        false => vec![value.to_owned(), escaped],
    }
}

fn line_around(bytes: &[u8], from: usize, to: usize) -> (usize, usize) {
    // a minified file is one line; so much around a match says enough
    const MOST: usize = 2_000;
    let before = bytes.get(..from).unwrap_or(&[]);
    let start = before
        .iter()
        .rev()
        .take(MOST)
        .position(|b| *b == b'\n')
        .map_or(from.saturating_sub(MOST), |n| from - n);
    let rest = bytes.get(to..).unwrap_or(&[]);
    let end = rest
        .iter()
        .take(MOST)
        .position(|b| *b == b'\n')
        .map_or((to + MOST).min(bytes.len()), |n| to + n);
    (start, end)
}

fn allowed(bytes: &[u8], (from, to): (usize, usize)) -> bool {
    let line = bytes.get(from..to).unwrap_or(&[]);
    line.windows(ALLOWED.len()).any(|w| w == ALLOWED.as_bytes())
}

/// The match is a part of a longer word.
fn glued(bytes: &[u8], from: usize, to: usize) -> bool {
    let word = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let at = |i: usize| bytes.get(i);
    let before = from.checked_sub(1).and_then(at);
    (word(before) && word(at(from))) || (word(at(to)) && word(to.checked_sub(1).and_then(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        let mut a = InstanceFacts {
            name: "a".into(),
            ..InstanceFacts::default()
        };
        a.supabase.project_ref = Some("abcdefghijklmnopqrst".into());
        a.env = EnvFile::parse(
            "STRIPE_API_KEY='example \"key\" 1'\nDATABASE_URL=postgres://u:example-Pw-12@h/d\nPIN_TOKEN=short1\n",
        )
        .unwrap();
        Needles::of(&[a], &EnvFile::default()).unwrap()
    }

    #[test]
    fn values_are_found_in_each_form_with_their_lines() {
        let secret = |key: &str| Named::Secret(vec![("a".into(), key.into())]);
        let text = "one\n{\"x\": \"example \\\"key\\\" 1\"}\npw example-Pw-12 here\nshort1\nsee abcdefghijklmnopqrst.supabase.co\n";
        let found = needles().scan(text.as_bytes());
        assert_eq!(
            found,
            [
                (2, secret("STRIPE_API_KEY")),
                (3, secret("DATABASE_URL")),
                (5, Named::Project(vec!["a".into()])),
            ]
        );
    }

    #[test]
    fn parts_of_words_and_allowed_lines_are_no_hits() {
        let text =
            "xexample-Pw-12\nexample-Pw-123\nabcdefghijklmnopqrstu\nexample-Pw-12 # matriz:allow\n";
        assert_eq!(needles().scan(text.as_bytes()), []);
        let mut binary = vec![0xff, 0xfe, b'\n'];
        binary.extend(b"\xffexample-Pw-12\xff");
        assert_eq!(needles().scan(&binary).len(), 1);
    }

    #[test]
    fn a_known_secret_is_not_reported_by_its_form_too() {
        let hex = "9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6";
        let mut a = InstanceFacts {
            name: "a".into(),
            ..InstanceFacts::default()
        };
        a.env = EnvFile::parse(&format!("SUPABASE_ACCESS_TOKEN=sbp_{hex}\n")).unwrap();
        let needles = Needles::of(&[a], &EnvFile::default()).unwrap();
        let found = needles.scan(format!("t = sbp_{hex}\n").as_bytes());
        assert!(matches!(&found[..], [(1, Named::Secret(_))]), "{found:?}");
        let other = hex.replace('9', "0");
        let found = needles.scan(format!("\n\nt = sbp_{other}\n").as_bytes());
        assert_eq!(found, [(3, Named::Form("a Supabase access token"))]);
    }
}
