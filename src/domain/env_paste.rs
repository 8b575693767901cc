//! Keys and values in a text from elsewhere: lines of a `.env` file or of a shell's profile, or a JSON
//! object.

use serde_json::{Map, Value};

use super::env_file::{EnvFile, LintCode, is_portable_key};

/// What a pasted text sets. Its comments are counted, and not taken: they belong to the place where
/// they stood.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Pasted {
    /// Each key once, with the value that counts, in the text's order.
    pub pairs: Vec<(String, String)>,
    /// Lines (from 1) that set nothing, and why, in words that hold no value. A JSON object's have no
    /// line: 0.
    pub unreadable: Vec<(usize, String)>,
    /// Lines that are comments.
    pub comments: usize,
}

/// Reads `KEY=value` and `export KEY=value` with any line ending, or `{"KEY": "value"}`.
pub fn read(text: &str) -> Pasted {
    let trimmed = text.trim_start_matches('\u{FEFF}').trim();
    match serde_json::from_str::<Map<String, Value>>(trimmed) {
        Ok(object) => object_of(object),
        Err(_) => lines_of(text),
    }
}

fn object_of(object: Map<String, Value>) -> Pasted {
    let mut pasted = Pasted::default();
    for (key, value) in object {
        let value = match value {
            Value::Null => Err("is null"),
            Value::String(text) if text.contains('\0') => Err("holds a NUL byte"),
            Value::String(text) => Ok(text),
            // numbers, true and false as they are; a list or an object as one line of JSON
            other => Ok(other.to_string()),
        };
        match value {
            _ if !is_portable_key(&key) => pasted.unreadable.push((0, no_key(&key))),
            Ok(value) => pasted.pairs.push((key, value)),
            Err(why) => pasted.unreadable.push((0, format!("{key} {why}"))),
        }
    }
    pasted
}

fn lines_of(text: &str) -> Pasted {
    let file = EnvFile::parse_lenient(text);
    let mut pasted = Pasted::default();
    for problem in file.problems() {
        pasted.unreadable.push((problem.line, problem.message()));
    }
    for lint in file.lints() {
        let why = match lint.code {
            LintCode::NoValue => "there is no = after the key",
            LintCode::UnreadableLine => "it isn't KEY=value",
            LintCode::Colon => "there is a colon in place of the =",
            _ => continue,
        };
        pasted.unreadable.push((lint.line, why.to_owned()));
    }
    for entry in file.entries().filter(|e| e.effective) {
        match is_portable_key(entry.key) {
            true => {
                let pair = (entry.key.to_owned(), entry.value.to_owned());
                pasted.pairs.push(pair);
            }
            false => pasted.unreadable.push((entry.line, no_key(entry.key))),
        }
    }
    pasted.comments = file
        .statements()
        .filter(|(key, text)| key.is_none() && text.trim_start().starts_with('#'))
        .count();
    pasted.unreadable.sort();
    pasted
}

fn no_key(key: &str) -> String {
    format!("\"{}\" can't be a key", key.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        read(text).pairs
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn lines_of_every_sort_are_read() {
        let wanted = [pair("A", "1"), pair("B", "two words")];
        assert_eq!(pairs("A=1\nexport B='two words'\n"), wanted);
        assert_eq!(pairs("A=1\r\nB=\"two words\"\r\n"), wanted);
        assert_eq!(pairs("{\"A\": 1, \"B\": \"two words\"}"), wanted);
        assert_eq!(
            pairs("\u{FEFF}{\"A\":{\"b\":[true]}}"),
            [pair("A", "{\"b\":[true]}")]
        );
        assert_eq!(pairs("A=old\nA=1\n"), [pair("A", "1")]);
        assert_eq!(pairs("K=\"a\r\nb\"\r\n"), [pair("K", "a\nb")]);
    }

    #[test]
    fn what_sets_nothing_is_told_with_its_line_and_no_value() {
        let read =
            read("# note\nA=1\nhello world\nB: example-secret\nC-D=example-secret\nE='open\n");
        assert_eq!(read.pairs, [pair("A", "1")]);
        assert_eq!(read.comments, 1);
        let lines: Vec<usize> = read.unreadable.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5, 6]);
        assert!(!format!("{:?}", read.unreadable).contains("example-secret"));
        let json = super::read("{\"A\": null, \"not a key\": \"x\"}");
        assert_eq!((json.pairs.len(), json.unreadable.len()), (0, 2));
    }
}
