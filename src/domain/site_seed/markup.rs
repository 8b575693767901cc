//! A seed's text as an Atlassian document.
//!
//! | written | becomes |
//! |---|---|
//! | `## Words` | a heading (2 to 4) |
//! | `- words`, `1. words` | a list's item |
//! | `> words` | an info panel |
//! | a fence of three backticks, with a language | a code block |
//! | `\| a \| b \|` | a table's row; the first one is its head |
//! | `![UUID]` | the medium of an attachment |
//! | `**words**`, `` `words` ``, `[words](address)` | strong, code, a link |
//! | `<address>` | a smart link |
//! | `<@ACCOUNT>` | a mention |
//!
//! Everything else is a paragraph; an empty line ends it.

use serde_json::{Value, json};

use super::inline;

/// The document; `Null` for a text without words.
pub fn document(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Null;
    }
    json!({ "type": "doc", "version": 1, "content": blocks(text) })
}

/// What the lines that belong together are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Paragraph,
    Bullets,
    Numbers,
    Panel,
    Table,
}

fn blocks(text: &str) -> Vec<Value> {
    let mut done = Vec::new();
    let mut open: Option<(Sort, Vec<String>)> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if let Some(language) = line.strip_prefix("```") {
            close(open.take(), &mut done);
            let code: Vec<&str> = lines
                .by_ref()
                .take_while(|l| l.trim_end() != "```")
                .collect();
            done.push(code_block(language, &code.join("\n")));
        } else if let Some(heading) = heading(line) {
            close(open.take(), &mut done);
            done.push(heading);
        } else if let Some(medium) = line.strip_prefix("![").and_then(|l| l.strip_suffix(']')) {
            close(open.take(), &mut done);
            done.push(media(medium));
        } else if line.trim().is_empty() {
            close(open.take(), &mut done);
        } else {
            let (sort, words) = sorted(line);
            match &mut open {
                Some((same, all)) if *same == sort => all.push(words.to_owned()),
                _ => {
                    close(open.take(), &mut done);
                    open = Some((sort, vec![words.to_owned()]));
                }
            }
        }
    }
    close(open, &mut done);
    done
}

fn sorted(line: &str) -> (Sort, &str) {
    if let Some(words) = line.strip_prefix("- ") {
        return (Sort::Bullets, words);
    }
    if let Some(words) = line.strip_prefix("> ") {
        return (Sort::Panel, words);
    }
    if line.starts_with('|') && line.ends_with('|') && line.len() > 1 {
        return (Sort::Table, line.trim_matches('|'));
    }
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    match digits.strip_prefix(". ") {
        Some(words) if digits.len() < line.len() => (Sort::Numbers, words),
        _ => (Sort::Paragraph, line),
    }
}

fn close(open: Option<(Sort, Vec<String>)>, done: &mut Vec<Value>) {
    let Some((sort, lines)) = open else {
        return;
    };
    let items = || -> Vec<Value> {
        let item = |line: &String| json!({ "type": "listItem", "content": [paragraph(line)] });
        lines.iter().map(item).collect()
    };
    done.push(match sort {
        Sort::Paragraph => paragraph(&lines.join("\n")),
        Sort::Bullets => json!({ "type": "bulletList", "content": items() }),
        Sort::Numbers => json!({ "type": "orderedList", "content": items() }),
        Sort::Panel => json!({
            "type": "panel", "attrs": { "panelType": "info" },
            "content": [paragraph(&lines.join("\n"))],
        }),
        Sort::Table => json!({ "type": "table", "content": rows(&lines) }),
    });
}

fn paragraph(text: &str) -> Value {
    json!({ "type": "paragraph", "content": inline::nodes(text) })
}

fn rows(lines: &[String]) -> Vec<Value> {
    let row = |(n, line): (usize, &String)| {
        let kind = if n == 0 { "tableHeader" } else { "tableCell" };
        let cell = |words: &str| json!({ "type": kind, "content": [paragraph(words.trim())] });
        let cells: Vec<Value> = line.split('|').map(cell).collect();
        json!({ "type": "tableRow", "content": cells })
    };
    lines.iter().enumerate().map(row).collect()
}

fn heading(line: &str) -> Option<Value> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    let words = words.strip_prefix(' ')?;
    (2..=4).contains(&level).then(|| {
        json!({ "type": "heading", "attrs": { "level": level }, "content": inline::nodes(words) })
    })
}

fn code_block(language: &str, code: &str) -> Value {
    let mut block = json!({ "type": "codeBlock" });
    if let Some(fields) = block.as_object_mut() {
        if !language.is_empty() {
            fields.insert("attrs".into(), json!({ "language": language }));
        }
        if !code.is_empty() {
            fields.insert("content".into(), json!([{ "type": "text", "text": code }]));
        }
    }
    block
}

fn media(id: &str) -> Value {
    json!({
        "type": "mediaSingle", "attrs": { "layout": "center" },
        "content": [{ "type": "media", "attrs": { "type": "file", "id": id, "collection": "" } }],
    })
}

/// A document's words, to tell whether two say the same.
pub fn words(document: &Value) -> String {
    let mut found = String::new();
    gather(document, &mut found);
    found
}

fn gather(node: &Value, found: &mut String) {
    if let Some(text) = node.get("text").and_then(Value::as_str) {
        found.push_str(text);
    }
    for name in ["url", "id"] {
        let attribute = node.get("attrs").and_then(|attrs| attrs.get(name));
        found.push_str(attribute.and_then(Value::as_str).unwrap_or_default());
    }
    let children = node.get("content").and_then(Value::as_array);
    for child in children.into_iter().flatten() {
        gather(child, found);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_form_is_a_node() {
        let text = "Um **dois** `três` [quatro](https://a.example/4) <https://b.example> <@712020:x>\nfim\n\n## Título\n- a\n- b\n1. c\n> nota\n| h | i |\n| 1 | 2 |\n![0f]\n```sql\nSELECT 1;\n```";
        let document = document(text);
        let kinds: Vec<&str> = document["content"]
            .as_array()
            .unwrap()
            .iter()
            .map(|block| block["type"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds,
            [
                "paragraph",
                "heading",
                "bulletList",
                "orderedList",
                "panel",
                "table",
                "mediaSingle",
                "codeBlock"
            ]
        );
        let inside = document["content"][0]["content"].as_array().unwrap();
        let inside: Vec<&str> = inside.iter().map(|n| n["type"].as_str().unwrap()).collect();
        let spaced = [
            "text",
            "text",
            "text",
            "text",
            "text",
            "text",
            "text",
            "inlineCard",
            "text",
            "mention",
            "hardBreak",
            "text",
        ];
        assert_eq!(inside, spaced);
        assert_eq!(
            document["content"][5]["content"][1]["content"][1]["type"],
            "tableCell"
        );
        assert_eq!(document["content"][7]["attrs"]["language"], "sql");
        assert!(words(&document).contains("https://b.example"));
    }

    #[test]
    fn no_words_are_no_document() {
        assert_eq!(document(" \n "), Value::Null);
    }

    fn texts_hold_something(node: &Value) -> bool {
        let this = node["type"] != "text" || node["text"].as_str().is_some_and(|t| !t.is_empty());
        let children = node["content"].as_array();
        this && children.into_iter().flatten().all(texts_hold_something)
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fall_or_loses_a_plain_word(text in "[-a-z#>|*`!\\[\\]()<@:/ \n1.]{0,80}") {
            prop_assert!(texts_hold_something(&document(&text)));
        }

        #[test]
        fn plain_words_stay(text in "[a-zà-ü ]{1,40}") {
            let found = words(&document(&text));
            let want = if text.trim().is_empty() { "" } else { &text };
            prop_assert_eq!(found.trim_end(), want.trim_end());
        }
    }
}
