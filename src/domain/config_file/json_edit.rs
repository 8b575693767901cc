//! Changing single values in a JSON text: order, unknown keys and formatting stay.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json_scan::Object;
use super::splice;
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

/// Reads a JSON object. A text that isn't one gives `FILE:LINE:COLUMN: what is wrong`.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    // through a value, which takes a key that stands there twice as JSON readers do: the last counts
    let object = Value::Object(parse(file, text)?);
    let error = match serde_json::from_value::<T>(object) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // the value knows no places; the text does
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    Err(match serde_json::from_str::<T>(body) {
        Err(placed) if placed.line() > 0 => mismatch(file, &placed),
        _ => mismatch(file, &error),
    })
}

fn mismatch(file: &str, error: &serde_json::Error) -> Error {
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    let place = match error.line() {
        0 => String::new(),
        line => format!("{line}:{}:", error.column().max(1)),
    };
    Error::new(Kind::Parse, format!("{file}:{place} {what}."))
        .hint("Mend the file; nothing was changed.")
}

fn parse(file: &str, text: &str) -> Result<Map<String, Value>> {
    let hint = "Mend the file, or restore it from git; nothing was changed.";
    // the byte order mark is no JSON, though some editors write one
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match serde_json::from_str(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::new(
            Kind::Parse,
            format!("{file}:1:1: the file isn't a JSON object."),
        )
        .hint(hint)),
        Err(error) => Err(mismatch(file, &error).hint(hint)),
    }
}

/// The text with every value of `config` that differs set, and the keys of `optional` that `config`
/// leaves out removed. What is missing in the text and has its default value isn't written.
pub fn update<T: Serialize + DeserializeOwned + Default>(
    file: &str,
    text: &str,
    config: &T,
    optional: &[&str],
) -> Result<String> {
    let to_map = |value: &T| match serde_json::to_value(value) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(Error::internal(format!(
            "The settings for {file} aren't an object."
        ))),
    };
    let old = parse(file, text)?;
    let new = to_map(config)?;
    let defaults = if old.is_empty() {
        Map::new()
    } else {
        to_map(&T::default())?
    };
    let mut out = text.to_owned();
    for (key, value) in &new {
        let same = match old.get(key) {
            Some(there) => there == value,
            None => defaults.get(key) == Some(value),
        };
        if !same {
            out = set(file, &out, &[key.as_str()], value)?;
        }
    }
    for key in optional {
        if old.contains_key(*key) && !new.contains_key(*key) {
            out = remove(&out, key);
        }
    }
    Ok(out)
}

/// Sets one value; objects on the way are created.
pub fn set(file: &str, text: &str, path: &[&str], value: &Value) -> Result<String> {
    parse(file, text)?;
    let mut open = text.find('{').unwrap_or(0);
    for (depth, key) in path.iter().enumerate() {
        let object = Object::scan(text, open);
        let rest = &path[depth + 1..];
        let Some(member) = object.members.iter().rev().find(|m| m.key == *key) else {
            let nested = rest.iter().rev().fold(value.clone(), |inner, key| {
                Value::Object(Map::from_iter([((*key).to_owned(), inner)]))
            });
            return Ok(insert(&object, text, key, &nested));
        };
        if rest.is_empty() {
            let indent = indent_at(text, member.span.start);
            let rendered = render(value, &indent, text);
            return Ok(splice(text, member.value.clone(), &rendered));
        }
        if !text[member.value.clone()].starts_with('{') {
            let (line, column) = place(text, member.value.start);
            return Err(Error::new(
                Kind::Parse,
                format!("{file}:{line}:{column}: \"{key}\" isn't an object."),
            )
            .hint("Mend the file; nothing was changed."));
        }
        open = member.value.start;
    }
    Ok(text.to_owned())
}

/// Removes a member of the outermost object, every time that it's there.
fn remove(text: &str, key: &str) -> String {
    remove_from(text, &[], key)
}

/// Removes a member of the object at `parents` in a text that is known to be JSON, every time that
/// it's there.
pub fn remove_from(text: &str, parents: &[&str], key: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let Some(open) = open_of(&text, parents) else {
            return text;
        };
        let object = Object::scan(&text, open);
        let Some(i) = object.members.iter().position(|m| m.key == key) else {
            return text;
        };
        let span = &object.members[i].span;
        let cut = match (object.members.get(i + 1), i.checked_sub(1)) {
            (Some(next), _) => span.start..next.span.start,
            (None, Some(before)) => object.members[before].span.end..span.end,
            (None, None) => object.open + 1..object.close,
        };
        text = splice(&text, cut, "");
    }
}

/// Where the object at `parents` begins.
fn open_of(text: &str, parents: &[&str]) -> Option<usize> {
    let mut open = text.find('{')?;
    for key in parents {
        let object = Object::scan(text, open);
        let member = object.members.iter().rev().find(|m| m.key == *key)?;
        if !text[member.value.clone()].starts_with('{') {
            return None;
        }
        open = member.value.start;
    }
    Some(open)
}

fn insert(object: &Object, text: &str, key: &str, value: &Value) -> String {
    let newline = newline_of(text);
    let key = Value::from(key).to_string();
    match (object.members.first(), object.members.last()) {
        (Some(first), Some(last)) => {
            let gap = &text[object.open + 1..first.span.start];
            let gap = if gap.is_empty() { " " } else { gap };
            let indent = indent_at(text, first.span.start);
            let rendered = render(value, &indent, text);
            splice(
                text,
                last.span.end..last.span.end,
                &format!(",{gap}{key}: {rendered}"),
            )
        }
        _ => {
            let outer = indent_at(text, object.open);
            let indent = format!("{outer}{}", unit_of(text));
            let rendered = render(value, &indent, text);
            let inner = format!("{newline}{indent}{key}: {rendered}{newline}{outer}");
            splice(text, object.open + 1..object.close, &inner)
        }
    }
}

pub(super) fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The blanks that start the line of `at`.
pub(super) fn indent_at(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    text[start..at]
        .chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect()
}

/// One step of indentation: that of the first indented line, else two blanks.
pub(super) fn unit_of(text: &str) -> String {
    text.lines()
        .map(|line| {
            line.chars()
                .take_while(|c| matches!(c, ' ' | '\t'))
                .collect::<String>()
        })
        .find(|indent| !indent.is_empty())
        .unwrap_or_else(|| "  ".to_owned())
}

/// Pretty, two blanks a step, its further lines indented like the line that it starts on.
pub(super) fn render(value: &Value, indent: &str, text: &str) -> String {
    let pretty = format!("{value:#}");
    let step = unit_of(text);
    let lines = pretty.lines().map(|line| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        format!("{}{}", step.repeat(blanks / 2), &line[blanks..])
    });
    lines
        .collect::<Vec<_>>()
        .join(&format!("{}{indent}", newline_of(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn only_the_value_changes() {
        let text = "{ \"b\":1.10,\n    \"a\" : { \"x\": [1,2] }, \"z\":null }";
        assert_eq!(
            set("f", text, &["a", "x"], &json!("new")).unwrap(),
            "{ \"b\":1.10,\n    \"a\" : { \"x\": \"new\" }, \"z\":null }"
        );
        assert_eq!(
            set("f", "{\n  \"a\": 1\n}\n", &["b"], &json!({"c": [true]})).unwrap(),
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [\n      true\n    ]\n  }\n}\n"
        );
        assert_eq!(
            set("f", "{}", &["a", "b"], &json!(1)).unwrap(),
            "{\n  \"a\": {\n    \"b\": 1\n  }\n}"
        );
    }

    #[test]
    fn members_are_removed_with_one_comma() {
        assert_eq!(remove("{\"a\":1, \"b\":2}", "a"), "{\"b\":2}");
        assert_eq!(remove("{\"a\":1, \"b\":2}", "b"), "{\"a\":1}");
        assert_eq!(remove("{ \"a\": [\"}\"] }", "a"), "{}");
        let nested = "{\"s\": {\"a\": 1, \"b\": {}}, \"a\": 2}";
        assert_eq!(
            remove_from(nested, &["s"], "a"),
            "{\"s\": {\"b\": {}}, \"a\": 2}"
        );
        assert_eq!(remove_from(nested, &["a"], "a"), nested);
    }

    #[test]
    fn broken_texts_name_their_place() {
        for (text, place) in [
            ("{\n  \"a\": }\n", "f:2:8: "),
            ("[1]", "f:1:1: "),
            ("", "f:1:1: "),
        ] {
            let error = read::<Value>("f", text).unwrap_err();
            assert!(error.message.starts_with(place), "{}", error.message);
        }
        let error = set("f", "{\"a\": 1}", &["a", "b"], &json!(1)).unwrap_err();
        assert!(error.message.starts_with("f:1:7: "), "{}", error.message);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_set_is_there_and_all_else_as_it_was(
            map in prop::collection::btree_map(any::<String>(), any_json(), 0..5),
            key in any::<String>(),
            value in any_json(),
            pretty in any::<bool>(),
        ) {
            let before = Value::Object(map.into_iter().collect());
            let text = if pretty { format!("{before:#}") } else { before.to_string() };
            let after: Value = serde_json::from_str(&set("f", &text, &[key.as_str()], &value).unwrap()).unwrap();
            let mut expected = before.clone();
            expected[key.as_str()] = value;
            prop_assert_eq!(&after, &expected);
            let removed: Value = serde_json::from_str(&remove(&after.to_string(), &key)).unwrap();
            expected.as_object_mut().unwrap().remove(&key);
            prop_assert_eq!(removed, expected);
        }

        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            let _ = set("f", &text, &["a", "b"], &Value::Null);
        }
    }
}
