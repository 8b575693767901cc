//! JSON with comments and trailing commas, as VS Code's configuration files have them: read, and
//! changed without touching a byte outside the change.
//!
//! What isn't JSON is blanked out byte for byte, so that every place in the blanked text is the same
//! place in the file. The dialect is that of VS Code's "JSON with Comments" mode: `//` and `/* */`
//! comments, and a comma after the last member of an object or a list.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json_edit::{self, indent_at, newline_of, render, unit_of};
use super::json_scan::{Object, elements, skip_blank};
use super::{mark, splice};
use crate::domain::place::place;
use crate::error::{Error, Kind, Result};

/// Reads an object. A text that isn't one gives `FILE:LINE:COLUMN: what is wrong`.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    json_edit::read(file, &plain(text))
}

/// The text with blanks in place of comments and of commas that nothing follows; as long as before.
pub fn plain(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in comments(text) {
        blank(&mut bytes, span);
    }
    for at in loose_commas(&bytes) {
        blank(&mut bytes, at..at + 1);
    }
    // only whole characters were replaced, each by as many blanks as it has bytes
    String::from_utf8(bytes).unwrap_or_default()
}

fn blank(bytes: &mut [u8], span: Range<usize>) {
    for byte in bytes.get_mut(span).into_iter().flatten() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Where comments stand, each with its marks and without the line's end.
fn comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut in_string) = (0, false);
    while let Some(byte) = bytes.get(at) {
        match (in_string, byte, bytes.get(at + 1)) {
            (true, b'\\', _) => at += 2,
            (_, b'"', _) => {
                in_string = !in_string;
                at += 1;
            }
            (false, b'/', Some(b'/')) => {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(['\n', '\r']).map_or(text.len(), |i| at + i);
                found.push(at..end);
                at = end;
            }
            (false, b'/', Some(b'*')) => {
                let rest = text.get(at + 2..).unwrap_or_default();
                // one that never ends stays, for the reader to refuse with its place
                let Some(end) = rest.find("*/").map(|i| at + 2 + i + 2) else {
                    return found;
                };
                found.push(at..end);
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Commas right before a closing bracket, in a text without comments.
fn loose_commas(bytes: &[u8]) -> Vec<usize> {
    let (mut found, mut last, mut before) = (Vec::new(), None, b'{');
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in bytes.iter().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'}' | b']' => found.extend(last),
            _ => {}
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        // a comma after a value; after another comma or an opening bracket it's a mistake
        last = (*byte == b',' && !matches!(before, b',' | b'{' | b'[' | b':')).then_some(at);
        before = *byte;
    }
    found
}

/// Sets one value of the object; objects on the way are created. Comments, order and formatting of
/// all else stay, byte for byte.
///
/// # Errors
/// `Parse`, with its place, where the text is no such object, or a key on the way holds none.
pub fn set(file: &str, text: &str, path: &[&str], value: &Value) -> Result<String> {
    read::<Map<String, Value>>(file, text)?;
    let plain = plain(text);
    let mut open = skip_blank(&plain, mark(&plain));
    for (depth, key) in path.iter().enumerate() {
        let object = Object::scan(&plain, open);
        let rest = path.get(depth + 1..).unwrap_or_default();
        let Some(member) = object.members.iter().rev().find(|m| m.key == *key) else {
            let nested = rest.iter().rev().fold(value.clone(), |inner, key| {
                Value::Object(Map::from_iter([((*key).to_owned(), inner)]))
            });
            let key = Value::from(*key).to_string();
            return Ok(insert(text, &plain, &object, &|indent| {
                format!("{key}: {}", render(&nested, indent, text))
            }));
        };
        if rest.is_empty() {
            let indent = indent_at(text, member.span.start);
            return Ok(splice(
                text,
                member.value.clone(),
                &render(value, &indent, text),
            ));
        }
        let inner = plain.get(member.value.clone()).unwrap_or_default();
        if !inner.starts_with('{') {
            return Err(misplaced(file, text, member.value.start, key, "an object"));
        }
        open = member.value.start;
    }
    Ok(text.to_owned())
}

/// Puts a value at the end of the list `key` of the outermost object, which is made where it's
/// missing.
///
/// # Errors
/// As [`set`]; and where the key holds no list.
pub fn append(file: &str, text: &str, key: &str, value: &Value) -> Result<String> {
    read::<Map<String, Value>>(file, text)?;
    let plain = plain(text);
    let object = Object::scan(&plain, skip_blank(&plain, mark(&plain)));
    let Some(member) = object.members.iter().rev().find(|m| m.key == key) else {
        return set(file, text, &[key], &Value::from(vec![value.clone()]));
    };
    let start = member.value.start;
    if !plain.get(start..).unwrap_or_default().starts_with('[') {
        return Err(misplaced(file, text, start, key, "a list"));
    }
    let list = elements(&plain, start);
    let holder = Holder {
        open: start,
        close: member.value.end.saturating_sub(1),
        first: list.first().map(|span| span.start),
        last: list.last().map(|span| span.end),
    };
    Ok(holder.insert(text, &plain, &|indent| render(value, indent, text)))
}

/// Removes a member of the object at `parents`, every time that it's there. Comments stay; so does
/// all of a text that can't be read.
pub fn remove(text: &str, parents: &[&str], key: &str) -> String {
    let mut text = text.to_owned();
    if read::<Map<String, Value>>("", &text).is_err() {
        return text;
    }
    loop {
        let plain = plain(&text);
        let Some(object) = object_at(&plain, parents) else {
            return text;
        };
        let Some(i) = object.members.iter().position(|m| m.key == key) else {
            return text;
        };
        let Some(member) = object.members.get(i) else {
            return text;
        };
        let span = member.span.clone();
        // the comma behind it goes with it; of the last member, the one before it
        let behind = skip_blank_and(&text, &plain, span.end, b',');
        let (comma, own) = match (behind, i.checked_sub(1)) {
            (Some(at), _) => (None, span.start..at + 1),
            (None, Some(before)) => {
                let end = object.members.get(before).map_or(0, |m| m.span.end);
                (skip_blank_and(&text, &plain, end, b','), span)
            }
            (None, None) => (None, span),
        };
        text = splice(&text, whole_lines(&text, own), "");
        if let Some(at) = comma {
            text = splice(&text, at..at + 1, "");
        }
    }
}

/// The byte after blanks and comments, where it's that one. Loose commas are blanks in `plain`.
fn skip_blank_and(text: &str, plain: &str, from: usize, byte: u8) -> Option<usize> {
    let comments = comments(text);
    let mut at = from;
    loop {
        let found = *text.as_bytes().get(at)?;
        if found == byte && !comments.iter().any(|c| c.contains(&at)) {
            return Some(at);
        }
        if !plain.as_bytes().get(at)?.is_ascii_whitespace() {
            return None;
        }
        at += 1;
    }
}

/// The span with the rest of its lines where nothing else stands on them.
fn whole_lines(text: &str, span: Range<usize>) -> Range<usize> {
    let blank = |c: char| matches!(c, ' ' | '\t');
    let before = text.get(..span.start).unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default();
    let start = before.trim_end_matches(blank);
    let end = after.trim_start_matches(blank);
    let end_at = text.len() - end.len();
    let line_end = if end.starts_with("\r\n") { 2 } else { 1 };
    match (start.ends_with('\n'), end.starts_with(['\n', '\r'])) {
        (true, true) => start.len()..end_at + line_end,
        (false, true) => start.len()..end_at,
        (_, false) => span.start..end_at,
    }
}

fn object_at(plain: &str, parents: &[&str]) -> Option<Object> {
    let mut object = Object::scan(plain, plain.find('{')?);
    for key in parents {
        let member = object.members.iter().rev().find(|m| m.key == *key)?;
        if !plain.get(member.value.clone())?.starts_with('{') {
            return None;
        }
        object = Object::scan(plain, member.value.start);
    }
    Some(object)
}

fn insert(text: &str, plain: &str, object: &Object, what: &dyn Fn(&str) -> String) -> String {
    let holder = Holder {
        open: object.open,
        close: object.close,
        first: object.members.first().map(|m| m.span.start),
        last: object.members.last().map(|m| m.span.end),
    };
    holder.insert(text, plain, what)
}

/// An object or a list that gets one more part at its end.
struct Holder {
    open: usize,
    close: usize,
    /// Where its first part begins.
    first: Option<usize>,
    /// Where its last part ends.
    last: Option<usize>,
}

impl Holder {
    /// `what` writes the part, given the blanks that its further lines begin with.
    fn insert(&self, text: &str, plain: &str, what: &dyn Fn(&str) -> String) -> String {
        let newline = newline_of(text);
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return self.fill(text, newline, what);
        };
        let indent = indent_at(text, first);
        let lead = plain.get(self.open + 1..first).unwrap_or_default();
        let comma = skip_blank_and(text, plain, last, b',');
        // behind a comment on the same line, which belongs to the part before
        let (at, open_comment) = end_of_line(text, comma.map_or(last, |at| at + 1), self.close);
        let gap = match lead.contains('\n') || open_comment {
            true => format!("{newline}{indent}"),
            false => " ".to_owned(),
        };
        let grown = splice(text, at..at, &format!("{gap}{}", what(&indent)));
        match comma {
            Some(_) => grown,
            None => splice(&grown, last..last, ","),
        }
    }

    /// It was empty, but for comments.
    fn fill(&self, text: &str, newline: &str, what: &dyn Fn(&str) -> String) -> String {
        let outer = indent_at(text, self.open);
        let indent = format!("{outer}{}", unit_of(text));
        let inside = text.get(self.open + 1..self.close).unwrap_or_default();
        let kept = inside.trim_end();
        let part = what(&indent);
        let inner = format!("{kept}{newline}{indent}{part}{newline}{outer}");
        splice(text, self.open + 1..self.close, &inner)
    }
}

/// Behind comments on the line of `from`, but not past `close`; and whether the last of them goes on
/// to the line's end.
fn end_of_line(text: &str, from: usize, close: usize) -> (usize, bool) {
    let comments = comments(text);
    let (mut at, mut open) = (from, false);
    loop {
        let rest = text.get(at..close).unwrap_or_default();
        let next = at + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
        let Some(comment) = comments.iter().find(|c| c.start == next) else {
            return (at, open);
        };
        at = comment.end;
        open = text.get(next..).is_some_and(|rest| rest.starts_with("//"));
    }
}

fn misplaced(file: &str, text: &str, at: usize, key: &str, what: &str) -> Error {
    let (line, column) = place(text, at);
    let message = format!("{file}:{line}:{column}: \"{key}\" isn't {what}.");
    Error::new(Kind::Parse, message).hint("Mend the file; nothing was changed.")
}

#[cfg(test)]
#[path = "jsonc_tests.rs"]
mod tests;
