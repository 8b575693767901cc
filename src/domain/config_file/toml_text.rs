//! The values of a TOML text, and where they stand.

use std::ops::Range;

use toml_edit::{Document, Item, Table, Value};

use super::{A_LIST, ConfigValue, expected, gone, is_secret, list_edit, one_line, splice};
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

/// A value that holds no other.
struct Leaf<'a> {
    path: Vec<String>,
    /// `None` for a table with nothing in it.
    value: Option<&'a Value>,
}

pub(super) fn read<'a>(name: &str, text: &'a str) -> Result<Document<&'a str>> {
    Document::parse(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        let what = error.message().lines().next().unwrap_or_default();
        Error::new(
            Kind::Parse,
            format!("{name} can't be read: {what} at line {line} column {column}."),
        )
    })
}

pub(super) fn values(name: &str, text: &str) -> Result<Vec<ConfigValue>> {
    let document = read(name, text)?;
    let value = |leaf: Leaf<'_>| ConfigValue {
        text: match leaf.value {
            Some(Value::String(text)) => text.value().clone(),
            Some(value) => shown(text, value),
            None => "{}".to_owned(),
        },
        place: leaf
            .value
            .and_then(Value::span)
            .map_or((0, 0), |span| place(text, span.start)),
        secret: leaf.value.is_some_and(|value| hidden(&leaf.path, value)),
        path: leaf.path,
    };
    Ok(leaves(&document).into_iter().map(value).collect())
}

pub(super) fn change(name: &str, text: &str, path: &[String], typed: &str) -> Result<String> {
    let document = read(name, text)?;
    let leaf = leaves(&document).into_iter().find(|leaf| leaf.path == path);
    let value = leaf.ok_or_else(|| gone(name, path))?.value;
    let (Some(value), Some(span)) = (value, value.and_then(Value::span)) else {
        return Err(
            Error::usage(format!("{} is a table with nothing in it.", path.join(".")))
                .hint("Add its keys in your editor."),
        );
    };
    let read = typed.trim().parse::<Value>().ok();
    let new = match (value, read) {
        (Value::String(old), _) if old.value() == typed => return Ok(text.to_owned()),
        (Value::String(_), _) => Value::from(typed),
        (Value::Boolean(_), Some(new @ Value::Boolean(_))) => new,
        (Value::Boolean(_), _) => return Err(expected("true or false")),
        (
            Value::Integer(_) | Value::Float(_),
            Some(new @ (Value::Integer(_) | Value::Float(_))),
        ) => new,
        (Value::Integer(_) | Value::Float(_), _) => return Err(expected("a number")),
        (Value::Datetime(_), Some(new @ Value::Datetime(_))) => new,
        (Value::Datetime(_), _) => {
            return Err(expected("a day or a moment, for example 2026-03-01"));
        }
        (Value::Array(old), Some(Value::Array(_))) => {
            // read once more: only a document's values know their places
            let line = format!("list = {}", typed.trim());
            let new = Document::parse(line.as_str()).ok();
            let new = new.as_ref().and_then(|new| new.get("list")?.as_array());
            let new: Vec<&str> = spans(new.ok_or_else(|| expected(A_LIST))?)
                .into_iter()
                .filter_map(|span| line.get(span))
                .collect();
            return Ok(list_edit::with_elements(text, span, &spans(old), &new));
        }
        (Value::Array(_), _) => return Err(expected(A_LIST)),
        (Value::InlineTable(_), Some(Value::InlineTable(new))) if new.is_empty() => {
            return Ok(text.to_owned());
        }
        (Value::InlineTable(_), Some(new @ Value::InlineTable(_))) => new,
        (Value::InlineTable(_), _) => return Err(expected("a table, for example {}")),
    };
    Ok(splice(text, span, &new.to_string()))
}

fn spans(list: &toml_edit::Array) -> Vec<Range<usize>> {
    list.iter().filter_map(Value::span).collect()
}

/// On one line.
fn shown(text: &str, value: &Value) -> String {
    let raw = value.span().and_then(|span| text.get(span));
    one_line(raw.unwrap_or_default(), || match value {
        Value::Array(list) => {
            let elements: Vec<String> = list.iter().map(|value| shown(text, value)).collect();
            format!("[{}]", elements.join(", "))
        }
        // its escapes are those of TOML's basic strings
        Value::String(text) => serde_json::Value::from(text.value().as_str()).to_string(),
        // a table with nothing in it: the others are shown by their values
        _ => "{}".to_owned(),
    })
}

fn hidden(path: &[String], value: &Value) -> bool {
    match value {
        Value::String(text) => is_secret(path, text.value()),
        Value::Integer(number) => is_secret(path, &number.value().to_string()),
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .any(|text| is_secret(path, text)),
        _ => false,
    }
}

/// In the order of the text.
fn leaves<'a>(document: &'a Document<&str>) -> Vec<Leaf<'a>> {
    let mut found = Vec::new();
    if !document.is_empty() {
        in_table(document.as_table(), &mut Vec::new(), &mut found);
    }
    found
}

fn in_table<'a>(table: &'a Table, path: &mut Vec<String>, found: &mut Vec<Leaf<'a>>) {
    if table.is_empty() {
        found.push(Leaf {
            path: path.clone(),
            value: None,
        });
    }
    for (key, item) in table {
        path.push(key.to_owned());
        match item {
            Item::Table(table) => in_table(table, path, found),
            Item::ArrayOfTables(tables) => {
                for (i, table) in tables.iter().enumerate() {
                    path.push(i.to_string());
                    in_table(table, path, found);
                    path.pop();
                }
            }
            Item::Value(value) => in_value(value, path, found),
            Item::None => {}
        }
        path.pop();
    }
}

fn in_value<'a>(value: &'a Value, path: &mut Vec<String>, found: &mut Vec<Leaf<'a>>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::InlineTable(table) => table.iter().map(|(key, v)| (key.to_owned(), v)).collect(),
        // a list of plain values is one value
        Value::Array(list) if list.iter().any(|v| v.is_inline_table() || v.is_array()) => {
            let numbers = (0..).map(|n: usize| n.to_string());
            numbers.zip(list.iter()).collect()
        }
        _ => Vec::new(),
    };
    if inner.is_empty() {
        found.push(Leaf {
            path: path.clone(),
            value: Some(value),
        });
    }
    for (key, value) in inner {
        path.push(key);
        in_value(value, path, found);
        path.pop();
    }
}

/// Where each of [`values`] stands; a table with nothing in it is no value of its own.
#[cfg(test)]
pub(super) fn spans_of_values(text: &str) -> Vec<Option<Range<usize>>> {
    let document = read("", text).unwrap();
    let leaves = leaves(&document).into_iter();
    leaves
        .map(|leaf| leaf.value.and_then(Value::span))
        .collect()
}
