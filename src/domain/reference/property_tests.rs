use proptest::prelude::*;

use super::array::Elements;
use super::form::forms;
use super::*;

const REF: &str = "abcdefghijklmnopqrst";

fn map() -> ReferenceMap {
    let mut map = ReferenceMap::default();
    map.add(ReferenceKind::ProjectRef, REF, "zyxwvutsrqponmlkjihg");
    map.add(
        ReferenceKind::ProjectUrl,
        "https://abcdefghijklmnopqrst.supabase.co",
        "https://zyxwvutsrqponmlkjihg.supabase.co",
    );
    map.add(
        ReferenceKind::Key,
        "sb_secret_example_1",
        "sb_secret_example_2",
    );
    map.add(ReferenceKind::JiraIssue, "PROJ-1", "CLON-2");
    map.add(ReferenceKind::JiraIssue, "PROJ-2", "CLON-1");
    map
}

/// Text in which tokens stand by themselves, glued to others, and in all forms.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z ._/:é%\\\\\"{},-]{0,6}",
        Just(REF.to_owned()),
        Just("PROJ-1".to_owned()),
        Just("PROJ-2".to_owned()),
        Just("https%3A%2F%2Fabcdefghijklmnopqrst.supabase.co".to_owned()),
        Just("https:\\/\\/abcdefghijklmnopqrst.supabase.co".to_owned()),
        Just("sb_secret_example_1".to_owned()),
        "[0-9A-F%]{0,3}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Two digits of the second ref and the sign before it look like an encoded letter.
#[test]
fn a_percent_sign_between_two_refs_hides_neither() {
    let rewriter = map().compile().unwrap();
    assert_eq!(rewriter.text(&format!("{REF}%{REF}")).count, 2);
}

proptest! {
    #[test]
    fn rewriting_twice_changes_nothing_more(text in texts()) {
        let rewriter = map().compile().unwrap();
        let once = rewriter.text(&text);
        let twice = rewriter.text(&once.text);
        prop_assert_eq!(twice.count, 0);
        prop_assert_eq!(&twice.text, &once.text);
        let unexplained = rewriter.residues(&once.text).into_iter().find(|r| !r.reason.is_explained());
        prop_assert_eq!(unexplained, None);
    }

    #[test]
    fn text_without_tokens_never_changes(text in "[^t12]{0,80}") {
        let rewriter = map().compile().unwrap();
        prop_assert_eq!(rewriter.text(&text).text, text.as_str());
        prop_assert_eq!(rewriter.json(&text).text, text.as_str());
        prop_assert_eq!(rewriter.array(&text, Elements::Json).text, text.as_str());
    }

    #[test]
    fn every_token_is_found_in_every_form(
        before in "[ \"'(=@,;]", after in "[ \"'),;?#&]", n in 0..5_usize
    ) {
        let map = map();
        let rewriter = map.compile().unwrap();
        let entry = map.entries().nth(n).unwrap();
        for ((form, old), (_, new)) in forms(&entry.from).iter().zip(forms(&entry.to)) {
            let text = format!("{before}{old}{after}");
            let out = rewriter.text(&text);
            prop_assert_eq!(&*out.text, format!("{before}{new}{after}"), "{:?}", form);
            let held = rewriter.needles().unwrap().iter().any(|needle| text.contains(needle.as_str()));
            prop_assert!(held, "no needle for {}", text);
        }
    }

    #[test]
    fn json_means_the_same_but_for_its_strings(texts in proptest::collection::vec(texts(), 0..4), n in any::<i64>()) {
        let rewriter = map().compile().unwrap();
        let value = serde_json::json!({"n": n, "texts": texts});
        let out = rewriter.json(&value.to_string()).text.into_owned();
        let out: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected: Vec<String> = texts.iter().map(|t| rewriter.text(t).text.into_owned()).collect();
        prop_assert_eq!(out, serde_json::json!({"n": n, "texts": expected}));
    }

    #[test]
    fn arbitrary_bytes_never_break_a_walk(text in "\\PC{0,60}") {
        let rewriter = map().compile().unwrap();
        rewriter.json(&text);
        rewriter.array(&text, Elements::Text);
        rewriter.residues(&text);
    }
}
