//! The Atlassian Document Format, checked in its structure: known nodes and marks, text where text
//! belongs. What attributes hold is not looked at.
//!
//! Source of the names: Atlassian's JSON schema of the format.

use serde_json::Value;

const NODES: [&str; 45] = [
    "doc",
    "paragraph",
    "heading",
    "text",
    "hardBreak",
    "bulletList",
    "orderedList",
    "listItem",
    "blockquote",
    "codeBlock",
    "panel",
    "rule",
    "table",
    "tableRow",
    "tableCell",
    "tableHeader",
    "mediaSingle",
    "mediaGroup",
    "media",
    "mediaInline",
    "caption",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "blockCard",
    "embedCard",
    "expand",
    "nestedExpand",
    "layoutSection",
    "layoutColumn",
    "taskList",
    "taskItem",
    "blockTaskItem",
    "decisionList",
    "decisionItem",
    "extension",
    "bodiedExtension",
    "inlineExtension",
    "placeholder",
    "syncBlock",
    "bodiedSyncBlock",
    "multiBodiedExtension",
    "extensionFrame",
];

const MARKS: [&str; 16] = [
    "strong",
    "em",
    "code",
    "link",
    "strike",
    "subsup",
    "textColor",
    "backgroundColor",
    "underline",
    "alignment",
    "indentation",
    "annotation",
    "border",
    "breakout",
    "dataConsumer",
    "fragment",
];

/// Nodes that hold no others.
const LEAVES: [&str; 13] = [
    "text",
    "hardBreak",
    "rule",
    "media",
    "mediaInline",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "blockCard",
    "embedCard",
    "inlineExtension",
];

const DEEPEST: usize = 100;

/// The text of a document, or what is wrong with it.
pub fn text(document: &str) -> Result<String, String> {
    let value: Value = serde_json::from_str(document)
        .map_err(|error| format!("The document is not JSON: {error}"))?;
    if value["type"] != "doc" {
        return Err("The document's type is not \"doc\"".to_owned());
    }
    if value["version"] != 1 {
        return Err("The document's version is not 1".to_owned());
    }
    if !value["content"].is_array() {
        return Err("The document has no content".to_owned());
    }
    let mut text = String::new();
    node(&value, 0, &mut text)?;
    Ok(text)
}

fn node(value: &Value, depth: usize, text: &mut String) -> Result<(), String> {
    let Some(kind) = value["type"].as_str().filter(|kind| NODES.contains(kind)) else {
        return Err(format!("There is no node of the type {}", value["type"]));
    };
    if depth > DEEPEST {
        return Err("The document nests too deeply".to_owned());
    }
    if kind == "doc" && depth > 0 {
        return Err("A document may not stand in a document".to_owned());
    }
    if kind == "text" {
        match value["text"].as_str() {
            Some(words) if !words.is_empty() => text.push_str(words),
            _ => return Err("A text node has no text".to_owned()),
        }
    }
    for mark in list(value, "marks")? {
        let known = mark["type"].as_str().is_some_and(|m| MARKS.contains(&m));
        if !known {
            return Err(format!("There is no mark of the type {}", mark["type"]));
        }
    }
    if !value["attrs"].is_null() && !value["attrs"].is_object() {
        return Err(format!("The attributes of {kind} are not an object"));
    }
    let children = list(value, "content")?;
    if !children.is_empty() && LEAVES.contains(&kind) {
        return Err(format!("{kind} may not hold other nodes"));
    }
    for child in children {
        let inline = matches!(child["type"].as_str(), Some("text" | "mention" | "emoji"));
        if inline && kind == "doc" {
            return Err("Text may not stand in a document without a paragraph".to_owned());
        }
        node(child, depth + 1, text)?;
    }
    if !children.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
    Ok(())
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], String> {
    match &value[name] {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => Err(format!("{name} is not a list")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_taken_and_their_text_is_found() {
        let good = r#"{"type":"doc","version":1,"content":[{"type":"paragraph","content":[
            {"type":"text","text":"Olá","marks":[{"type":"strong"}]},
            {"type":"mention","attrs":{"id":"1"}}]},{"type":"rule"}]}"#;
        assert_eq!(text(good).unwrap().trim(), "Olá");
        assert!(text(r#"{"type":"doc","version":1,"content":[]}"#).is_ok());
    }

    #[test]
    fn what_is_not_a_document_is_refused() {
        let paragraph = |inner: &str| {
            format!(
                r#"{{"type":"doc","version":1,"content":[{{"type":"paragraph","content":[{inner}]}}]}}"#
            )
        };
        for wrong in [
            "",
            "[]",
            r#"{"type":"doc","content":[]}"#,
            r#"{"type":"doc","version":1}"#,
            r#"{"type":"paragraph","version":1,"content":[]}"#,
            r#"{"type":"doc","version":1,"content":[{"type":"text","text":"a"}]}"#,
            &paragraph(r#"{"type":"text","text":""}"#),
            &paragraph(r#"{"type":"blink"}"#),
            &paragraph(r#"{"type":"text","text":"a","marks":[{"type":"blink"}]}"#),
            &paragraph(r#"{"type":"text","text":"a","content":[{"type":"rule"}]}"#),
            &paragraph(r#"{"type":"doc","version":1,"content":[]}"#),
            &paragraph(r#"{"type":"mention","attrs":[]}"#),
        ] {
            assert!(text(wrong).is_err(), "{wrong}");
        }
    }
}
