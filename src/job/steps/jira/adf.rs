//! Small pieces of the Atlassian Document Format (version 1, the public schema `adf-schema`).

use serde_json::{Value, json};

/// A text that isn't empty.
pub fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

pub fn emphasised(text: &str) -> Value {
    json!({ "type": "text", "text": text, "marks": [{ "type": "em" }] })
}

pub fn paragraph(inside: Vec<Value>) -> Value {
    json!({ "type": "paragraph", "content": inside })
}

/// The document with `block` before everything else. What isn't a document counts as an empty one.
pub fn prepended(document: &Value, block: Value) -> Value {
    let mut content = vec![block];
    content.extend(blocks(document));
    whole(content)
}

/// The document with a table of names and values at its end.
pub fn with_table(document: &Value, title: &str, rows: &[(String, String)]) -> Value {
    let cell = |kind: &str, words: &str| {
        let inside = match words.is_empty() {
            true => Vec::new(),
            false => vec![text(words)],
        };
        json!({ "type": kind, "attrs": {}, "content": [paragraph(inside)] })
    };
    let rows = rows.iter().map(|(name, value)| {
        json!({ "type": "tableRow", "content": [cell("tableHeader", name), cell("tableCell", value)] })
    });
    let mut content = blocks(document);
    content.push(paragraph(vec![emphasised(title)]));
    content.push(json!({ "type": "table", "content": rows.collect::<Vec<_>>() }));
    whole(content)
}

fn blocks(document: &Value) -> Vec<Value> {
    let content = document.get("content").and_then(Value::as_array);
    content.cloned().unwrap_or_default()
}

fn whole(content: Vec<Value>) -> Value {
    json!({ "type": "doc", "version": 1, "content": content })
}

pub fn is_document(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("doc")
}

/// The document without its files: they aren't there yet when the issue is created, and Jira
/// refuses documents that name files which it doesn't know.
pub fn without_files(node: &Value) -> Value {
    match node.get("type").and_then(Value::as_str) {
        Some("mediaSingle" | "mediaGroup") if holds_file(node) => return paragraph(Vec::new()),
        Some("mediaInline") => return text("…"),
        _ => {}
    }
    let mut node = node.clone();
    if let Some(content) = node.get_mut("content").and_then(Value::as_array_mut) {
        for child in content {
            *child = without_files(child);
        }
    }
    node
}

fn holds_file(node: &Value) -> bool {
    let content = node.get("content").and_then(Value::as_array);
    content.into_iter().flatten().any(|child| {
        let kind = child.pointer("/attrs/type").and_then(Value::as_str);
        child.get("type").and_then(Value::as_str) == Some("media") && kind != Some("external")
    })
}

/// The words of a document, a line a block.
pub fn words(node: &Value) -> String {
    let mut out = String::new();
    gather(node, &mut out);
    out.trim().to_owned()
}

fn gather(node: &Value, out: &mut String) {
    if let Some(text) = node.get("text").and_then(Value::as_str) {
        out.push_str(text);
    }
    let content = node.get("content").and_then(Value::as_array);
    for child in content.into_iter().flatten() {
        gather(child, out);
    }
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    if ["paragraph", "heading", "codeBlock", "hardBreak"].contains(&kind) {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(kind: &str) -> Value {
        json!({ "type": "mediaSingle", "content": [
            { "type": "media", "attrs": { "type": kind, "id": "a", "collection": "" } }] })
    }

    #[test]
    fn files_are_left_out_and_the_rest_stays() {
        let kept = media("external");
        let document = whole(vec![
            paragraph(vec![text("one")]),
            media("file"),
            kept.clone(),
        ]);
        let expected = whole(vec![
            paragraph(vec![text("one")]),
            paragraph(Vec::new()),
            kept,
        ]);
        assert_eq!(without_files(&document), expected);
        // doing it again changes nothing
        assert_eq!(without_files(&expected), expected);
    }

    #[test]
    fn what_is_added_stands_around_what_was_there() {
        let document = whole(vec![paragraph(vec![text("one")])]);
        let first = prepended(&document, paragraph(vec![text("zero")]));
        assert_eq!(words(&first), "zero\none");
        assert_eq!(
            words(&prepended(&Value::Null, paragraph(vec![text("zero")]))),
            "zero"
        );
        let rows = [("Severity".to_owned(), "High".to_owned())];
        let table = with_table(&document, "Not carried", &rows);
        assert_eq!(words(&table), "one\nNot carried\nSeverity\nHigh");
    }
}
