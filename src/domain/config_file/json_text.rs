//! The values of a JSON text, and where they stand.

use std::ops::Range;

use serde_json::{Number, Value};

use super::json_scan::{Object, elements, skip_blank, value_end};
use super::{A_LIST, ConfigValue, expected, gone, is_secret, list_edit, mark, one_line, splice};
use crate::domain::place::place;
use crate::error::{Context, Kind, Result};

struct Leaf {
    path: Vec<String>,
    span: Range<usize>,
}

pub(super) fn values(name: &str, text: &str) -> Result<Vec<ConfigValue>> {
    leaves(name, text)?
        .into_iter()
        .map(|leaf| {
            let place = place(text, leaf.span.start);
            let raw = text.get(leaf.span).unwrap_or_default();
            let value = parse(name, raw)?;
            let secret = match &value {
                Value::String(text) => is_secret(&leaf.path, text),
                Value::Number(number) => is_secret(&leaf.path, &number.to_string()),
                Value::Array(list) => list
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|text| is_secret(&leaf.path, text)),
                _ => false,
            };
            let text = match value {
                Value::String(text) => text,
                Value::Array(_) => one_line(raw, || {
                    let elements = elements(raw, 0).into_iter();
                    let elements: Vec<&str> = elements.filter_map(|span| raw.get(span)).collect();
                    format!("[{}]", elements.join(", "))
                }),
                other => one_line(raw, || other.to_string()),
            };
            Ok(ConfigValue {
                path: leaf.path,
                text,
                secret,
                place,
            })
        })
        .collect()
}

pub(super) fn change(name: &str, text: &str, path: &[String], typed: &str) -> Result<String> {
    let leaves = leaves(name, text)?;
    let leaf = leaves.into_iter().find(|leaf| leaf.path == path);
    let span = leaf.ok_or_else(|| gone(name, path))?.span;
    let old = parse(name, text.get(span.clone()).unwrap_or_default())?;
    let trimmed = typed.trim();
    let read = serde_json::from_str::<Value>(trimmed).ok();
    let new = match (&old, read) {
        (Value::String(old), _) if old == typed => return Ok(text.to_owned()),
        (Value::Object(_), Some(new)) if new == old => return Ok(text.to_owned()),
        (Value::String(_), _) => quoted(typed),
        (Value::Bool(_), Some(Value::Bool(_))) => trimmed.to_owned(),
        (Value::Bool(_), _) => return Err(expected("true or false")),
        (Value::Number(_), _) if serde_json::from_str::<Number>(trimmed).is_ok() => {
            trimmed.to_owned()
        }
        (Value::Number(_), _) => return Err(expected("a number")),
        (Value::Array(_), Some(Value::Array(_))) => {
            let new: Vec<&str> = elements(trimmed, 0)
                .into_iter()
                .filter_map(|span| trimmed.get(span))
                .collect();
            let old = elements(text, span.start);
            return Ok(list_edit::with_elements(text, span, &old, &new));
        }
        (Value::Array(_), _) => return Err(expected(A_LIST)),
        (Value::Object(_), Some(Value::Object(_))) => trimmed.to_owned(),
        (Value::Object(_), _) => return Err(expected("a JSON object, for example {}")),
        (Value::Null, Some(_)) => trimmed.to_owned(),
        (Value::Null, None) => quoted(typed),
    };
    Ok(splice(text, span, &new))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn parse(name: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).context(Kind::Parse, || format!("{name} can't be read"))
}

/// Every value that holds no other, in the order of the text.
fn leaves(name: &str, text: &str) -> Result<Vec<Leaf>> {
    // what is walked afterwards is known to be JSON, and no deeper than the parser allows
    parse(name, text.get(mark(text)..).unwrap_or_default())?;
    let start = skip_blank(text, mark(text));
    let mut found = Vec::new();
    walk(
        text,
        start..value_end(text, start),
        &mut Vec::new(),
        &mut found,
    );
    Ok(found)
}

fn walk(text: &str, span: Range<usize>, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    let begins = |at: usize, brackets: &[u8]| {
        let byte = text.as_bytes().get(at);
        byte.is_some_and(|byte| brackets.contains(byte))
    };
    let inner: Vec<(String, Range<usize>)> = if begins(span.start, b"{") {
        Object::scan(text, span.start).last_of_each()
    } else if begins(span.start, b"[") {
        let list = elements(text, span.start);
        // a list of plain values is one value
        match list.iter().any(|element| begins(element.start, b"{[")) {
            true => (0..).map(|n: usize| n.to_string()).zip(list).collect(),
            false => Vec::new(),
        }
    } else {
        Vec::new()
    };
    if inner.is_empty() {
        found.push(Leaf {
            path: path.clone(),
            span,
        });
    }
    for (key, span) in inner {
        path.push(key);
        walk(text, span, path, found);
        path.pop();
    }
}

/// Where each of [`values`] stands.
#[cfg(test)]
pub(super) fn spans_of_values(text: &str) -> Vec<Option<Range<usize>>> {
    let leaves = leaves("", text).unwrap();
    leaves.into_iter().map(|leaf| Some(leaf.span)).collect()
}
