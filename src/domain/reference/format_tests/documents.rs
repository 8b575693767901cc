use serde_json::json;

use super::{ACCOUNT, map};
use crate::domain::reference::Reason;

#[test]
fn documents() {
    let rewriter = map().compile().unwrap();
    let document = |site: &str, key: &str, project: &str, page: &str, media: &str, user: &str| {
        json!({"version": 1, "type": "doc", "content": [
            {"type": "paragraph", "attrs": {"localId": "PROJ-1"}, "content": [
                {"type": "text", "text": format!("See {key}, not APROJ-1 or PROJ-123: 4711.")},
                {"type": "text", "text": "link", "marks": [{"type": "link", "attrs": {
                    "href": format!("https://{site}/wiki/pages/viewpage.action?pageId={page}"),
                    "__confluenceMetadata": {"linkType": "page", "contentId": page}}}]},
                {"type": "inlineCard", "attrs": {"url": format!("https://{site}/browse/{key}")}},
                {"type": "mention", "attrs": {"id": user, "text": "@Somebody", "localId": "x"}},
            ]},
            {"type": "blockCard", "attrs": {"url": format!("https://{site}/issues/?jql=project%3D{project}"), "datasource": {
                "id": "d8b75300-dfda-4519-b6cd-e49abbd50401",
                "parameters": {"cloudId": "x", "jql": format!("project in ({project}) ORDER BY created")},
                "views": [{"type": "table"}]}}},
            {"type": "embedCard", "attrs": {"url": format!("https://{site}/wiki/spaces/OTHER/pages/{page}"), "layout": "wide"}},
            {"type": "extension", "attrs": {"extensionType": "com.atlassian.confluence.macro.core", "extensionKey": "jira",
                "parameters": {"macroParams": {"key": {"value": key}, "jqlQuery": {"value": format!("project in ({project})")}, "serverId": {"value": "s-1"}}}}},
            {"type": "extension", "attrs": {"extensionType": "com.atlassian.confluence.macro.core", "extensionKey": "contentbylabel",
                "parameters": {"macroParams": {"cql": {"value": format!("ancestor in ({page})")}}}}},
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"type": "file", "id": media, "collection": format!("contentId-{page}"), "width": 4711}}]},
            {"type": "syncBlock", "attrs": {"resourceId": format!("confluence-page/{page}/b1"), "localId": "l"}},
            {"type": "codeBlock", "attrs": {"language": "sh"}, "content": [{"type": "text", "text": format!("git checkout {key}-x")}]},
        ]})
    };
    let old = document(
        "acme.atlassian.net",
        "PROJ-1",
        "PROJ",
        "4711",
        "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5",
        ACCOUNT,
    );
    let new = document(
        "clone.atlassian.net",
        "CLO-7",
        "CLO",
        "8822",
        "00000000-1111-2222-3333-444444444444",
        "557058:other",
    );
    let (out, count) = rewriter.adf(&old);
    assert_eq!(
        serde_json::to_string_pretty(&out).unwrap(),
        serde_json::to_string_pretty(&new).unwrap()
    );
    assert_eq!(count, 19);
    assert_eq!(rewriter.adf(&out), (new.clone(), 0));
    // PROJ-123 was never there
    let reasons: Vec<_> = rewriter
        .residues_adf(&new)
        .into_iter()
        .map(|r| r.reason)
        .collect();
    assert_eq!(reasons, [Reason::Unresolved]);
    assert!(rewriter.residues_adf(&old).len() >= 18);
}

#[test]
fn a_mention_of_somebody_who_is_gone_becomes_the_name() {
    let rewriter = map().compile().unwrap();
    let document = json!({"type": "paragraph", "content": [
        {"type": "mention", "attrs": {"id": "gone-account", "text": ""}},
        {"type": "mention", "attrs": {"id": "5b10a2844c20165700ede21g", "text": "@Same"}},
    ]});
    let (out, count) = rewriter.adf(&document);
    assert_eq!(count, 1);
    assert_eq!(
        out["content"][0],
        json!({"type": "text", "text": "@Ana Example"})
    );
    assert_eq!(out["content"][1], document["content"][1]);
    assert_eq!(rewriter.adf(&out), (out.clone(), 0));
}

#[test]
fn code_is_kept_where_that_is_asked_for() {
    let mut map = map();
    map.keep_code(true);
    let rewriter = map.compile().unwrap();
    let document = json!({"type": "doc", "content": [
        {"type": "codeBlock", "content": [{"type": "text", "text": "PROJ-1"}]},
        {"type": "text", "text": "PROJ-1", "marks": [{"type": "code"}]},
        {"type": "text", "text": " PROJ-1"},
    ]});
    let (out, count) = rewriter.adf(&document);
    assert_eq!(count, 1);
    let reasons: Vec<_> = rewriter
        .residues_adf(&out)
        .into_iter()
        .map(|r| r.reason)
        .collect();
    assert_eq!(reasons, [Reason::Code, Reason::Code]);
    let body = "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[PROJ-1 ]]></ac:plain-text-body></ac:structured-macro><pre>PROJ-1</pre><p>PROJ-1</p>";
    let out = rewriter.storage(body);
    assert_eq!(out.count, 1);
    assert!(
        out.text.ends_with("<pre>PROJ-1</pre><p>CLO-7</p>"),
        "{}",
        out.text
    );
    let reasons: Vec<_> = rewriter
        .residues_storage(&out.text)
        .into_iter()
        .map(|r| r.reason)
        .collect();
    assert_eq!(reasons, [Reason::Code, Reason::Code]);
}

#[test]
fn a_file_that_wasnt_copied_is_said() {
    let rewriter = map().compile().unwrap();
    let media = |id: &str, collection: &str| {
        json!({"type": "mediaSingle", "content": [
        {"type": "media", "attrs": {"type": "file", "id": id, "collection": collection}}]})
    };
    let left = |document| -> Vec<Reason> {
        rewriter
            .residues_adf(&document)
            .into_iter()
            .map(|r| r.reason)
            .collect()
    };
    let other = "99999999-dd7a-499c-bceb-6f32bfbf30b5";
    assert_eq!(left(media(other, "")), [Reason::Unresolved]);
    assert_eq!(left(media(other, "contentId-8822")), []);
    assert_eq!(left(media("00000000-1111-2222-3333-444444444444", "")), []);
}

#[test]
fn a_text_may_go_on_in_the_next_node() {
    let rewriter = map().compile().unwrap();
    let texts = |texts: &[&str]| {
        let nodes: Vec<_> = texts
            .iter()
            .map(|t| json!({"type": "text", "text": t}))
            .collect();
        json!({"type": "paragraph", "content": nodes})
    };
    for (old, new) in [
        (["PROJ-1", "2"], ["PROJ-1", "2"]),
        (["A", "PROJ-1"], ["A", "PROJ-1"]),
        (["see ", "PROJ-1"], ["see ", "CLO-7"]),
        (["PROJ-1", ", PROJ-12"], ["CLO-7", ", CLO-3"]),
    ] {
        assert_eq!(rewriter.adf(&texts(&old)).0, texts(&new));
    }
}
