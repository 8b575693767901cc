//! A schema's file: its form, and where in it something is wrong.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::key_spec::{KeySpec, Need};
use super::key_type::KeyType;
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    name: Spanned<String>,
    group: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
    role: Option<Spanned<String>>,
    values: Option<Spanned<Vec<String>>>,
    help: Option<String>,
    from: Option<String>,
    example: Option<String>,
    required: Option<bool>,
    required_when: Option<Vec<Need>>,
    init: Option<bool>,
}

/// One key as a file says it: what isn't said is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Written {
    pub name: String,
    group: Option<String>,
    kind: Option<KeyType>,
    help: Option<String>,
    from: Option<String>,
    example: Option<String>,
    required: Option<bool>,
    required_when: Option<Vec<Need>>,
    init: Option<bool>,
}

impl Written {
    /// This, and what it leaves open from `base`.
    pub fn over(&self, base: Option<&Written>) -> Written {
        let Some(base) = base.cloned() else {
            return self.clone();
        };
        let own = self.clone();
        Written {
            name: own.name,
            group: own.group.or(base.group),
            kind: own.kind.or(base.kind),
            help: own.help.or(base.help),
            from: own.from.or(base.from),
            example: own.example.or(base.example),
            required: own.required.or(base.required),
            // "required = false" takes back the conditions too
            required_when: match own.required {
                Some(false) => own.required_when,
                _ => own.required_when.or(base.required_when),
            },
            init: own.init.or(base.init),
        }
    }

    pub fn spec(&self) -> KeySpec {
        let own = self.clone();
        KeySpec {
            name: own.name,
            group: own.group.unwrap_or_else(|| "Other".to_owned()),
            kind: own.kind.unwrap_or(KeyType::Text),
            help: own.help.unwrap_or_default(),
            from: own.from,
            example: own.example,
            required: own.required.unwrap_or(false),
            required_when: own.required_when.unwrap_or_default(),
            init: own.init.unwrap_or(false),
        }
    }
}

pub(super) fn read(file: &str, text: &str) -> Result<Vec<Written>> {
    let at = |offset: usize, what: &str| {
        let (line, column) = place(text, offset);
        let what = what.trim_end_matches('.');
        Error::new(Kind::Parse, format!("{file}:{line}:{column}: {what}."))
            .hint("Mend the file; the keys and types that it may use are described in README.md.")
    };
    let read: File = toml::from_str(text).map_err(|error| {
        let what = error.message().lines().next().unwrap_or_default();
        at(error.span().map_or(0, |span| span.start), what)
    })?;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut all = Vec::new();
    for key in read.key {
        let start = key.name.span().start;
        let name = key.name.get_ref();
        if let Some(problem) = wrong_name(name) {
            return Err(at(start, problem));
        }
        if let Some(first) = seen.insert(name.clone(), start) {
            let line = place(text, first).0;
            return Err(at(
                start,
                &format!("{name} is described twice, first in line {line}"),
            ));
        }
        all.push(Written {
            kind: kind_of(&key).map_err(|(offset, what)| at(offset, &what))?,
            name: key.name.into_inner(),
            group: key.group,
            help: key.help,
            from: key.from,
            example: key.example,
            required: key.required,
            required_when: key.required_when,
            init: key.init,
        });
    }
    Ok(all)
}

/// The type, or the offset and the sentence of what is wrong with it.
fn kind_of(key: &Key) -> std::result::Result<Option<KeyType>, (usize, String)> {
    let extra = key.role.as_ref().map(|r| r.span().start);
    let extra = extra.or_else(|| key.values.as_ref().map(|v| v.span().start));
    match (&key.kind, extra) {
        (None, None) => Ok(None),
        (None, Some(offset)) => Err((offset, "role and values need a type beside them".into())),
        (Some(word), _) => KeyType::of_words(
            word.get_ref(),
            key.role.as_ref().map(|r| r.get_ref().as_str()),
            key.values.as_ref().map(|v| v.get_ref().as_slice()),
        )
        .map(Some)
        .map_err(|what| (word.span().start, what)),
    }
}

fn wrong_name(name: &str) -> Option<&'static str> {
    let right = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '*');
    match name {
        "" | "*" => Some("a key needs a name"),
        _ if !name.chars().all(right) => {
            Some("a key's name holds letters, digits and underscores, a pattern one * besides")
        }
        _ if name.matches('*').count() > 1 => Some("a pattern has one * only"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => {
            Some("a key's name doesn't begin with a digit")
        }
        _ => None,
    }
}
