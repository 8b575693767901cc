//! Whether a document has the structure that the Atlassian Document Format asks for: version 1,
//! known nodes in the places where they may be, with the attributes that they need.
//!
//! The rules are the public schema's (`adf-schema`, "full"), without the finer points of marks'
//! combinations and of layouts' widths.

use serde_json::Value;

/// What may stand inside a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Blocks,
    Inlines,
    Text,
    Of(&'static [&'static str]),
}

const BLOCKS: [&str; 19] = [
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "taskList",
    "decisionList",
    "codeBlock",
    "blockquote",
    "panel",
    "rule",
    "table",
    "mediaSingle",
    "mediaGroup",
    "expand",
    "nestedExpand",
    "blockCard",
    "embedCard",
    "extension",
    "bodiedExtension",
];
const OTHER_BLOCKS: [&str; 3] = ["layoutSection", "syncBlock", "bodiedSyncBlock"];
const INLINES: [&str; 10] = [
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "inlineExtension",
    "mediaInline",
    "placeholder",
];
const MARKS: [&str; 14] = [
    "strong",
    "em",
    "strike",
    "underline",
    "code",
    "link",
    "subsup",
    "textColor",
    "backgroundColor",
    "annotation",
    "alignment",
    "indentation",
    "breakout",
    "border",
];
const OTHER_MARKS: [&str; 3] = ["dataConsumer", "fragment", "fontSize"];
const DEEPEST: usize = 60;

fn inside(kind: &str) -> Option<Inside> {
    Some(match kind {
        "paragraph" | "heading" | "decisionItem" | "caption" => Inside::Inlines,
        "taskItem" => Inside::Inlines,
        "codeBlock" => Inside::Text,
        "bulletList" | "orderedList" => Inside::Of(&["listItem"]),
        "taskList" => Inside::Of(&["taskItem", "taskList", "blockTaskItem"]),
        "decisionList" => Inside::Of(&["decisionItem"]),
        "table" => Inside::Of(&["tableRow"]),
        "tableRow" => Inside::Of(&["tableCell", "tableHeader"]),
        "mediaSingle" => Inside::Of(&["media", "caption"]),
        "mediaGroup" => Inside::Of(&["media"]),
        "layoutSection" => Inside::Of(&["layoutColumn"]),
        "doc" | "listItem" | "blockquote" | "panel" | "expand" | "nestedExpand" | "tableCell"
        | "tableHeader" | "bodiedExtension" | "layoutColumn" | "bodiedSyncBlock"
        | "blockTaskItem" => Inside::Blocks,
        "rule" | "media" | "blockCard" | "embedCard" | "extension" | "syncBlock" | "text"
        | "hardBreak" | "mention" | "emoji" | "date" | "status" | "inlineCard"
        | "inlineExtension" | "mediaInline" | "placeholder" => Inside::Nothing,
        _ => return None,
    })
}

/// The attributes that a node needs.
fn needed(kind: &str) -> &'static [&'static str] {
    match kind {
        "heading" => &["level"],
        "panel" => &["panelType"],
        "media" | "mediaInline" => &[],
        "mention" => &["id"],
        "emoji" => &["shortName"],
        "date" => &["timestamp"],
        "status" => &["text", "color"],
        "extension" | "inlineExtension" | "bodiedExtension" => &["extensionType", "extensionKey"],
        "embedCard" => &["url", "layout"],
        "taskItem" => &["localId", "state"],
        "taskList" | "decisionList" => &["localId"],
        "decisionItem" => &["localId", "state"],
        "mediaSingle" => &[],
        _ => &[],
    }
}

/// What is wrong with a document, in words; nothing where it's right.
pub fn problem(document: &Value) -> Option<String> {
    if document["type"] != "doc" {
        return Some("it has no node \"doc\" at its top".into());
    }
    if document["version"] != 1 {
        return Some("its version isn't 1".into());
    }
    if !document["content"].is_array() {
        return Some("it has no content".into());
    }
    children(document, "doc", Inside::Blocks, 0)
}

fn children(node: &Value, kind: &str, allowed: Inside, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return Some("it's too deep".into());
    }
    let content = match node.get("content") {
        None => return is_missing(kind, allowed),
        Some(Value::Array(content)) => content,
        Some(_) => return Some(format!("the content of {kind} isn't a list")),
    };
    if content.is_empty() && matches!(allowed, Inside::Of(_)) {
        return Some(format!("{kind} is empty"));
    }
    content.iter().find_map(|child| {
        let name = child
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let fits = match allowed {
            Inside::Nothing => false,
            Inside::Blocks => BLOCKS.contains(&name) || OTHER_BLOCKS.contains(&name),
            Inside::Inlines => INLINES.contains(&name),
            Inside::Text => name == "text",
            Inside::Of(names) => names.contains(&name),
        };
        if !fits {
            return Some(format!("\"{name}\" may not stand in {kind}"));
        }
        this(child, name).or_else(|| {
            let inside = inside(name)?;
            children(child, name, inside, depth + 1)
        })
    })
}

fn is_missing(kind: &str, allowed: Inside) -> Option<String> {
    match allowed {
        Inside::Of(_) | Inside::Blocks => Some(format!("{kind} has no content")),
        _ => None,
    }
}

fn this(node: &Value, kind: &str) -> Option<String> {
    let attribute = |name: &str| node.get("attrs").and_then(|attrs| attrs.get(name));
    if kind == "text" && node["text"].as_str().is_none_or(str::is_empty) {
        return Some("a text is empty".into());
    }
    if let Some(name) = needed(kind).iter().find(|name| attribute(name).is_none()) {
        return Some(format!("{kind} has no attribute {name}"));
    }
    match kind {
        "heading" if !matches!(attribute("level").and_then(Value::as_i64), Some(1..=6)) => {
            return Some("a heading's level isn't from 1 to 6".into());
        }
        "media" => {
            let external = attribute("type").is_some_and(|t| t == "external");
            let names: &[&str] = if external {
                &["url"]
            } else {
                &["type", "id", "collection"]
            };
            let texts = names
                .iter()
                .all(|name| attribute(name).is_some_and(Value::is_string));
            if !texts {
                return Some(format!("media needs {}", names.join(", ")));
            }
        }
        "inlineCard" | "blockCard"
            if ["url", "data", "datasource"]
                .iter()
                .all(|name| attribute(name).is_none()) =>
        {
            return Some(format!("{kind} has neither url nor data"));
        }
        _ => {}
    }
    let marks = node.get("marks").and_then(Value::as_array);
    marks.into_iter().flatten().find_map(|mark| {
        let name = mark.get("type").and_then(Value::as_str).unwrap_or_default();
        if !MARKS.contains(&name) && !OTHER_MARKS.contains(&name) {
            return Some(format!("the mark \"{name}\" isn't known"));
        }
        let href = mark.get("attrs").and_then(|attrs| attrs.get("href"));
        (name == "link" && !href.is_some_and(Value::is_string)).then(|| "a link has no href".into())
    })
}

/// The words of a document, for searching.
pub fn plain(document: &Value) -> String {
    let mut words = String::new();
    gather(document, &mut words);
    words
}

fn gather(node: &Value, words: &mut String) {
    if let Some(text) = node.get("text").and_then(Value::as_str) {
        words.push_str(text);
    }
    for name in ["url", "text"] {
        let attribute = node.get("attrs").and_then(|attrs| attrs.get(name));
        if let Some(text) = attribute.and_then(Value::as_str) {
            words.push_str(text);
        }
    }
    for child in node
        .get("content")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        gather(child, words);
    }
    words.push(' ');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn doc(content: Value) -> Value {
        json!({ "type": "doc", "version": 1, "content": content })
    }

    #[test]
    fn what_is_right_passes_and_its_words_are_found() {
        let text = json!({ "type": "text", "text": "olá", "marks": [{ "type": "strong" }] });
        let paragraph = json!({ "type": "paragraph", "content": [text,
            { "type": "mention", "attrs": { "id": "1", "text": "@QA" } },
            { "type": "inlineCard", "attrs": { "url": "https://example.com/browse/A-1" } }] });
        let list = json!({ "type": "bulletList", "content": [{ "type": "listItem", "content": [paragraph] }] });
        let media = json!({ "type": "mediaSingle", "attrs": { "layout": "center" }, "content": [
            { "type": "media", "attrs": { "type": "file", "id": "u", "collection": "" } }] });
        let right =
            doc(json!([paragraph, list, media, { "type": "rule" }, { "type": "paragraph" }]));
        assert_eq!(problem(&right), None);
        assert!(plain(&right).contains("browse/A-1"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (wrong, why) in [
            (json!("text"), "doc"),
            (
                json!({ "type": "doc", "version": 2, "content": [] }),
                "version",
            ),
            (
                doc(json!([{ "type": "text", "text": "a" }])),
                "\"text\" may not stand in doc",
            ),
            (
                doc(json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "" }] }])),
                "empty",
            ),
            (
                doc(json!([{ "type": "heading", "attrs": { "level": 9 } }])),
                "level",
            ),
            (
                doc(json!([{ "type": "bulletList", "content": [] }])),
                "bulletList is empty",
            ),
            (doc(json!([{ "type": "wish" }])), "wish"),
            (
                doc(
                    json!([{ "type": "mediaSingle", "content": [{ "type": "media", "attrs": { "id": "1" } }] }]),
                ),
                "media needs",
            ),
            (
                doc(
                    json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "a", "marks": [{ "type": "link" }] }] }]),
                ),
                "href",
            ),
        ] {
            let found = problem(&wrong).unwrap();
            assert!(found.contains(why), "{found}");
        }
    }
}
