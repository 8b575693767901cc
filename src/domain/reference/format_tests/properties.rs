//! What holds for any text, document, body and query.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ACCOUNT, map};
use crate::domain::reference::context::{CONTEXTS, TINY};
use crate::domain::reference::form::forms;
use crate::domain::reference::{Rewriter, tiny};

fn rewriter() -> &'static Rewriter {
    static REWRITER: LazyLock<Rewriter> = LazyLock::new(|| map().compile().unwrap());
    &REWRITER
}

/// Text, tokens, and what may stand around tokens, glued together at random.
fn texts() -> impl Strategy<Value = String> {
    let words: Vec<&str> = CONTEXTS.iter().map(|(word, _)| *word).collect();
    let piece = prop_oneof![
        3 => "[a-zA-Z0-9 ._/:é%\\\\\"{}(),=~&;?#<>-]{0,6}",
        2 => proptest::sample::select(words).prop_map(str::to_owned),
        3 => proptest::sample::select(vec![
            "PROJ", "PROJ-1", "PROJ-12", "TEAM", "4711", "10001", "att4714", "4714", "~712020abc",
            "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5", ACCOUNT, "https://acme.atlassian.net",
            "/wiki/x/Zx", "jql=", "cql=", "project%20in%20(PROJ)", "%26", "%2F", "&amp;", "&nbsp;",
            "project in (PROJ, \"x\")", "key = PROJ-1 and ", "ancestor = 4711 or ", "'", "\"",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Text that holds no letter and no digit of which tokens are made.
fn others() -> impl Strategy<Value = String> {
    "[a-z é&;/:.()\u{e000}\u{1F600}\n-]{0,40}"
}

/// A body's fragments, none of which is a reference.
fn fragments() -> impl Strategy<Value = String> {
    let text = others().prop_map(|t| t.replace('&', "&amp;"));
    let leaf = prop_oneof![
        text,
        Just("&nbsp;&eacute;&#x20;".to_owned()),
        Just("<br/>".to_owned()),
        Just("<hr />".to_owned()),
        Just("<!-- a > b -->".to_owned()),
        Just("<![CDATA[ <a> && ]] > ]]>".to_owned()),
        Just("<ri:page ri:content-title='a \"b\"'  />".to_owned()),
        Just("<ac:parameter  ac:name = \"jqlQuery\" >a = &quot;b&quot;</ac:parameter>".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        (
            proptest::collection::vec(inner, 0..4),
            proptest::sample::select(vec!["p", "td", "ac:link"]),
        )
            .prop_map(|(inside, name)| format!("<{name} class='x'\n>{}</{name} >", inside.concat()))
    })
}

/// A document with these texts in all places.
fn document(texts: &[String]) -> Value {
    let nodes: Vec<Value> = texts
        .iter()
        .flat_map(|text| {
            [
                json!({"type": "text", "text": text, "marks": [{"type": "link", "attrs": {"href": text}}]}),
                json!({"type": "inlineCard", "attrs": {"url": text}}),
                json!({"type": "mention", "attrs": {"id": text, "text": text}}),
                json!({"type": "media", "attrs": {"id": text, "collection": text}}),
                json!({"type": "extension", "attrs": {"extensionKey": "jira", "parameters": {"macroParams": {
                    "key": {"value": text}, "jqlQuery": {"value": text}, "spaces": {"value": text},
                    "cql": {"value": text}, "root": {"value": text}}}}}),
                json!({"type": "syncBlock", "attrs": {"resourceId": text, "n": 4711, "pageId": 4711}}),
            ]
        })
        .collect();
    json!({"version": 1, "type": "doc", "content": nodes})
}

proptest! {
    #[test]
    fn a_second_time_changes_nothing(text in texts()) {
        let rewriter = rewriter();
        assert_eq!(rewriter.chained(), 0);
        for apply in [
            |r: &Rewriter, t: &str| r.text(t).text.into_owned(),
            |r: &Rewriter, t: &str| r.jql(t).text.into_owned(),
            |r: &Rewriter, t: &str| r.cql(t).text.into_owned(),
            |r: &Rewriter, t: &str| r.storage(t).text.into_owned(),
            |r: &Rewriter, t: &str| r.json(t).text.into_owned(),
        ] {
            let once = apply(rewriter, &text);
            prop_assert_eq!(apply(rewriter, &once), once);
        }
        let once = rewriter.storage(&text).text.into_owned();
        let left = rewriter.residues_storage(&once).into_iter().find(|r| !r.reason.is_explained());
        prop_assert_eq!(left, None);
    }

    #[test]
    fn a_second_time_changes_nothing_in_a_document(texts in proptest::collection::vec(texts(), 0..4)) {
        let rewriter = rewriter();
        let (once, _) = rewriter.adf(&document(&texts));
        let (twice, count) = rewriter.adf(&once);
        prop_assert_eq!(&twice, &once);
        prop_assert_eq!(count, 0);
        let left = rewriter.residues_adf(&once).into_iter().find(|r| !r.reason.is_explained());
        prop_assert_eq!(left, None);
    }

    #[test]
    fn what_is_no_reference_never_changes(text in others(), body in fragments()) {
        let rewriter = rewriter();
        prop_assert_eq!(&*rewriter.text(&text).text, &text);
        prop_assert_eq!(&*rewriter.jql(&text).text, &text);
        prop_assert_eq!(&*rewriter.cql(&text).text, &text);
        prop_assert_eq!(&*rewriter.storage(&text).text, &text);
        let out = rewriter.storage(&body);
        prop_assert_eq!(&*out.text, &body);
        prop_assert_eq!(out.malformed, None);
        let document = document(&[text, body]);
        let bare = |mut document: Value| {
            document["content"].as_array_mut().unwrap().retain(|node| node["type"] != "syncBlock");
            document
        };
        prop_assert_eq!(rewriter.adf(&bare(document.clone())), (bare(document), 0));
    }

    #[test]
    fn around_a_reference_every_byte_stays(before in fragments(), after in fragments()) {
        let rewriter = rewriter();
        for (old, new) in [
            ("<ri:page ri:space-key=\"TEAM\" ri:content-title=\"&auml;\"/>", "<ri:page ri:space-key=\"TWO\" ri:content-title=\"&auml;\"/>"),
            ("<p>PROJ-1&nbsp;PROJ-123</p>", "<p>CLO-7&nbsp;PROJ-123</p>"),
            ("<a href='/wiki/x?a=b&amp;pageId=4711'>&lt;</a>", "<a href='/wiki/x?a=b&amp;pageId=8822'>&lt;</a>"),
            ("<![CDATA[PROJ-12 &amp; <]]>", "<![CDATA[CLO-3 &amp; <]]>"),
        ] {
            let out = rewriter.storage(&format!("{before}{old}{after}")).text.into_owned();
            prop_assert_eq!(out, format!("{before}{new}{after}"));
        }
    }

    #[test]
    fn nothing_breaks_a_walk(text in "\\PC{0,60}", piece in texts()) {
        let rewriter = rewriter();
        for text in [&text, &piece] {
            rewriter.text(text);
            rewriter.residues(text);
            rewriter.storage(text);
            rewriter.residues_storage(text);
            rewriter.jql(text);
            rewriter.cql(text);
        }
        let document = document(&[text, piece]);
        rewriter.adf(&document);
        rewriter.residues_adf(&document);
    }
}

/// Every word that may introduce a kind, in every form, before every token of it.
#[test]
fn every_token_is_found_after_every_word_in_every_form() {
    let map = map();
    let rewriter = map.compile().unwrap();
    let needles = rewriter.needles().unwrap();
    let mut tried = 0;
    for (word, kinds) in CONTEXTS {
        let entries = map.entries().filter(|entry| kinds.contains(&entry.kind));
        for entry in entries {
            // another kind may have the same number: the address says which is meant
            let wiki = entry.kind.is_of_confluence();
            let before = if wiki { "/wiki/?a=" } else { "?a=" };
            for (form, written) in forms(word) {
                let token = form.write(&entry.from);
                for after in ["", "/", "&b=c", " x", "%2F", "\\/", "\"", "]"] {
                    let text = format!("{before}#{written}{token}{after}");
                    let out = rewriter.text(&text).text.into_owned();
                    let expected = format!("{before}#{written}{}{after}", form.write(&entry.to));
                    assert_eq!(out, expected, "{form:?} {text}");
                    let lower = text.to_ascii_lowercase();
                    assert!(
                        needles
                            .iter()
                            .any(|n| lower.contains(&n.to_ascii_lowercase())),
                        "{text}"
                    );
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 2000, "{tried}");
    for (_, written) in forms(TINY) {
        let text = format!(
            "https://acme.atlassian.net/wiki{written}{}",
            tiny::encode(4711)
        );
        assert!(
            rewriter.text(&text).text.ends_with(&tiny::encode(8822)),
            "{text}"
        );
    }
}

#[test]
fn ten_thousand_pairs_of_every_kind() {
    use crate::domain::reference::ReferenceKind::*;
    let mut map = crate::domain::reference::ReferenceMap::default();
    for n in 1..=10_000_u32 {
        let (from, to) = (n.to_string(), (n + 50_000).to_string());
        for kind in [
            JiraIssueId,
            JiraAttachment,
            JiraComment,
            ConfluencePage,
            ConfluenceComment,
        ] {
            map.add(kind, &from, &to);
        }
        map.add(JiraIssue, &format!("PROJ-{n}"), &format!("CLO-{n}"));
        map.add(
            ConfluenceAttachment,
            &format!("att{n}"),
            &format!("att{to}"),
        );
        map.add(
            JiraMedia,
            &format!("{n:08x}-0000-4000-8000-000000000000"),
            &format!("{n:08x}-0000-4000-8000-000000000001"),
        );
    }
    let began = std::time::Instant::now();
    let rewriter = map.compile().unwrap();
    let compiled = began.elapsed();
    let body: String = (1..=10_000_u32)
        .map(|n| format!("<p>See <a href=\"/wiki/spaces/X/pages/{n}?focusedCommentId={n}\">PROJ-{n}</a> and {n:08x}-0000-4000-8000-000000000000.</p>"))
        .collect();
    let began = std::time::Instant::now();
    let out = rewriter.storage(&body);
    println!(
        "MEASURED compiled in {compiled:?}, {} KB in {:?}",
        body.len() / 1000,
        began.elapsed()
    );
    assert_eq!(out.count, 40_000);
    assert!(
        rewriter.patterns.len() < 15_000,
        "{}",
        rewriter.patterns.len()
    );
    assert_eq!(rewriter.residues_storage(&out.text), []);
    assert!((compiled + began.elapsed()).as_secs() < 20);
}
