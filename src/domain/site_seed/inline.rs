//! Markup inside a paragraph.

use serde_json::{Value, json};

/// The nodes of one paragraph's text. A line's end inside it is a line's end.
pub fn nodes(text: &str) -> Vec<Value> {
    let mut nodes = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            nodes.push(json!({ "type": "hardBreak" }));
        }
        line_nodes(line, &mut nodes);
    }
    nodes
}

fn line_nodes(line: &str, nodes: &mut Vec<Value>) {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        match special(rest) {
            Some((node, length)) => {
                push_text(&mut plain, nodes);
                nodes.push(node);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                plain.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
    }
    push_text(&mut plain, nodes);
}

fn push_text(plain: &mut String, nodes: &mut Vec<Value>) {
    if !plain.is_empty() {
        nodes.push(json!({ "type": "text", "text": std::mem::take(plain) }));
    }
}

/// The node that the text begins with, and how many bytes of it that takes.
fn special(rest: &str) -> Option<(Value, usize)> {
    if let Some(inner) = between(rest, "**", "**") {
        return Some((marked(inner, json!({ "type": "strong" })), inner.len() + 4));
    }
    if let Some(inner) = between(rest, "`", "`") {
        return Some((marked(inner, json!({ "type": "code" })), inner.len() + 2));
    }
    if let Some(inner) = between(rest, "<@", ">") {
        let node = json!({ "type": "mention", "attrs": { "id": inner } });
        return Some((node, inner.len() + 3));
    }
    if let Some(inner) = between(rest, "<", ">")
        && inner.contains("://")
        && !inner.contains(' ')
    {
        let node = json!({ "type": "inlineCard", "attrs": { "url": inner } });
        return Some((node, inner.len() + 2));
    }
    let words = between(rest, "[", "]")?;
    let after = rest.get(words.len() + 2..)?;
    let address = between(after, "(", ")")?;
    let link = json!({ "type": "link", "attrs": { "href": address } });
    Some((marked(words, link), words.len() + address.len() + 4))
}

fn marked(text: &str, mark: Value) -> Value {
    json!({ "type": "text", "text": text, "marks": [mark] })
}

/// What stands between the two, where the text begins with the first; never nothing.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?;
    let end = inner.find(close)?;
    (end > 0).then(|| inner.get(..end)).flatten()
}
