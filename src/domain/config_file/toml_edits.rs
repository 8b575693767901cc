//! Setting single keys in a TOML text: comments, order and unknown keys stay, and so do the line
//! endings, which `toml_edit` would write as `\n`.

use toml_edit::{Document, Item, Table, Value};

use super::toml_text::read;
use super::{mark, splice};
use crate::error::Result;

/// Sets a key outside of every table, or removes it. A new one comes after the last of them.
///
/// # Errors
/// `Parse` where the text isn't TOML.
pub fn set(name: &str, text: &str, key: &str, value: Option<&Value>) -> Result<String> {
    let document = read(name, text)?;
    let there = document.get_key_value(key);
    let there = there.and_then(|(key, item)| Some((key.span()?, item.span()?)));
    Ok(match (there, value) {
        (Some((_, span)), Some(value)) => splice(text, span, &value.to_string()),
        (Some((key, span)), None) => {
            let start = text.get(..key.start).and_then(|before| before.rfind('\n'));
            let start = start.map_or(mark(text), |i| i + 1);
            splice(text, start..after_line(text, span.end), "")
        }
        (None, Some(value)) => insert(&document, text, &format!("{key} = {value}")),
        (None, None) => text.to_owned(),
    })
}

fn insert(document: &Document<&str>, text: &str, line: &str) -> String {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let has_tables = document.iter().any(|(_, item)| !is_key(item));
    let at = match last_end(document.as_table()) {
        Some(end) => after_line(text, end),
        // keys after a table's head would belong to it
        None if has_tables => mark(text),
        None => text.len(),
    };
    let before = text.get(..at).unwrap_or_default();
    let open = !before.is_empty() && !before.ends_with(['\n', '\u{FEFF}']);
    let lead = if open { newline } else { "" };
    splice(text, at..at, &format!("{lead}{line}{newline}"))
}

/// Whether it stands among the keys, outside of every table.
fn is_key(item: &Item) -> bool {
    match item {
        Item::Table(table) => table.is_dotted(),
        other => other.is_value(),
    }
}

/// Where the last value outside of every table ends.
fn last_end(table: &Table) -> Option<usize> {
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Table(table) if table.is_dotted() => last_end(table),
        Item::Value(value) => value.span().map(|span| span.end),
        _ => None,
    });
    ends.max()
}

/// Where the line after that of `at` begins.
fn after_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |i| at + i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, key: &str, value: Option<&str>) -> String {
        set("f", text, key, value.map(Value::from).as_ref()).unwrap()
    }

    #[test]
    fn keys_are_set_added_and_removed_and_all_else_stays() {
        for (text, key, value, expected) in [
            (
                "a = 'x' # why\r\nb=1\r\n",
                "a",
                Some("y"),
                "a = \"y\" # why\r\nb=1\r\n",
            ),
            (
                "a = 1\r\n# of t\r\n[t]\r\nx=1\r\n",
                "n",
                Some("y"),
                "a = 1\r\nn = \"y\"\r\n# of t\r\n[t]\r\nx=1\r\n",
            ),
            ("[t]\nx=1\n", "n", Some("y"), "n = \"y\"\n[t]\nx=1\n"),
            (
                "\u{FEFF}[t]\nx=1\n",
                "n",
                Some("y"),
                "\u{FEFF}n = \"y\"\n[t]\nx=1\n",
            ),
            ("# only this", "n", Some("y"), "# only this\nn = \"y\"\n"),
            ("", "n", Some("y"), "n = \"y\"\n"),
            (
                "a.b = [\n1,\n]\n[t]\n",
                "n",
                Some("y"),
                "a.b = [\n1,\n]\nn = \"y\"\n[t]\n",
            ),
            (
                "x = 1\n# why\na = \"\"\"\nq\"\"\" # z\nb=1\n",
                "a",
                None,
                "x = 1\n# why\nb=1\n",
            ),
            ("a = 1", "a", None, ""),
            ("a = 1", "b", None, "a = 1"),
            ("a = 1", "b", Some("\""), "a = 1\nb = '\"'\n"),
        ] {
            assert_eq!(changed(text, key, value), expected, "{text:?}");
        }
        assert!(set("f", "a = ", "b", None).is_err());
    }
}
