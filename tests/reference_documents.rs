//! Documents that references were rewritten in are held against the format's own schema.

use std::fs;

use matriz::domain::reference::{ReferenceKind, ReferenceMap};
use serde_json::json;

/// The format's own schema judges what is made of a valid document.
#[test]
fn documents_stay_valid() {
    let Some(folder) = std::env::var_os("MATRIZ_SPECS").map(std::path::PathBuf::from) else {
        println!("SKIP: MATRIZ_SPECS does not name the folder of the schema");
        return;
    };
    let schema = fs::read_to_string(folder.join("adf-v1-full.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let document = json!({"version": 1, "type": "doc", "content": [
        {"type": "paragraph", "content": [
            {"type": "text", "text": "See PROJ-1", "marks": [{"type": "link", "attrs": {"href": "/browse/PROJ-1"}}]},
            {"type": "mention", "attrs": {"id": "gone-account", "text": "@Somebody"}},
            {"type": "inlineCard", "attrs": {"url": "https://acme.atlassian.net/browse/PROJ-1"}},
        ]},
        {"type": "blockCard", "attrs": {"datasource": {"id": "d", "parameters": {"jql": "project in (PROJ)"}, "views": [{"type": "table"}]}}},
        {"type": "embedCard", "attrs": {"url": "/wiki/spaces/TEAM/pages/4711", "layout": "wide"}},
        {"type": "extension", "attrs": {"extensionType": "x", "extensionKey": "jira", "parameters": {"macroParams": {"key": {"value": "PROJ-1"}}}}},
        {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media", "attrs": {
            "type": "file", "id": "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5", "collection": "contentId-4711"}}]},
        {"type": "codeBlock", "content": [{"type": "text", "text": "PROJ-1"}]},
    ]});
    assert!(
        schema.is_valid(&document),
        "{:?}",
        schema.validate(&document).err()
    );
    let mut map = ReferenceMap::default();
    for (kind, from, to) in [
        (
            ReferenceKind::Site,
            "acme.atlassian.net",
            "clone.atlassian.net",
        ),
        (ReferenceKind::JiraProject, "PROJ", "CLO"),
        (ReferenceKind::JiraIssue, "PROJ-1", "CLO-7"),
        (
            ReferenceKind::JiraMedia,
            "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5",
            "00000000-1111-2222-3333-444444444444",
        ),
        (ReferenceKind::ConfluenceSpace, "TEAM", "TWO"),
        (ReferenceKind::ConfluencePage, "4711", "8822"),
    ] {
        map.add(kind, from, to);
    }
    map.add_user("gone-account", None, "Somebody Example");
    let rewriter = map.compile().unwrap();
    let (out, count) = rewriter.adf(&document);
    assert!(schema.is_valid(&out), "{:?}", schema.validate(&out).err());
    assert_eq!(count, 12);
}
