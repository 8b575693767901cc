//! Array literals as Postgres writes them
//! (<https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>), of any number of dimensions:
//! `{plain,"quoted \"one\"",NULL,{nested}}`.

use super::decoded::Decoded;
use super::json::literal_length;
use super::rewriter::Rewriter;
use super::text::Rewritten;

/// What an array is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elements {
    Text,
    Json,
}

impl Rewriter {
    /// An array's literal with every token of the source replaced inside its elements.
    pub fn array<'t>(&self, literal: &'t str, elements: Elements) -> Rewritten<'t> {
        let mut out = String::new();
        let (mut kept, mut count) = (0, 0);
        let mut at = literal.find('{').unwrap_or(literal.len());
        while let Some(c) = literal.get(at..).and_then(|rest| rest.chars().next()) {
            let start = at;
            let value;
            match c {
                '{' | '}' | ',' => {
                    at += 1;
                    continue;
                }
                '"' => {
                    let inside = start + 1;
                    let end = inside + literal_length(&literal[inside..], '"');
                    at = (end + 1).min(literal.len());
                    value = Decoded::of(&literal[inside..end], &['\\'], unescape).text;
                }
                _ => {
                    let rest = &literal[start..];
                    at = start + rest.find([',', '}', '{']).unwrap_or(rest.len()).max(1);
                    let word = &literal[start..at];
                    if word == "NULL" {
                        continue;
                    }
                    value = word.to_owned();
                }
            }
            let new = match elements {
                Elements::Text => self.text(&value),
                Elements::Json => self.json(&value),
            };
            if new.count > 0 {
                out.push_str(&literal[kept..start]);
                out.push_str(&quoted(&new.text));
                kept = at;
                count += new.count;
            }
        }
        if count == 0 {
            return Rewritten::unchanged(literal);
        }
        out.push_str(&literal[kept..]);
        Rewritten::changed(out, count)
    }
}

/// A backslash makes the next character itself.
fn unescape(rest: &str) -> (char, usize) {
    match rest.chars().nth(1) {
        Some(c) => (c, 1 + c.len_utf8()),
        None => ('\\', 1),
    }
}

fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}
