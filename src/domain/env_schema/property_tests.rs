//! For any text: no check panics, and none repeats it.

use proptest::prelude::*;

use super::*;
use crate::domain::env_file::EnvFile;

fn kinds() -> Vec<KeyType> {
    let schema = Schema::builtin();
    let mut kinds: Vec<KeyType> = schema.keys().map(|k| k.kind.clone()).collect();
    kinds.extend([
        KeyType::Boolean,
        KeyType::Jwt { role: None },
        KeyType::Jwt {
            role: Some("anon".into()),
        },
        KeyType::OneOf(vec!["a".into()]),
    ]);
    kinds
}

/// Texts that come near to what the checks look for.
fn near() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("postgres://".to_owned()),
        Just("https://".to_owned()),
        Just("sb_secret_".to_owned()),
        Just("eyJ".to_owned()),
        Just("@".to_owned()),
        Just(":".to_owned()),
        Just("[".to_owned()),
        Just("/projects/".to_owned()),
        Just(".supabase.co".to_owned()),
        "[a-z]{20}",
        "[0-9]{1,6}",
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_check_never_panics_and_never_repeats_the_value(value in near()) {
        for kind in kinds() {
            if let Err(text) = kind.check(&value) {
                // short texts stand in any sentence
                prop_assert!(value.len() < 12 || !text.contains(&value), "{text}");
                prop_assert!(text.ends_with('.'), "{text}");
            }
        }
        let _ = project_of(&value);
        let _ = jwt::claims(&value);
    }

    #[test]
    fn a_token_says_what_was_written_into_it(reference in "[a-z]{20}", role in "[a-z_]{1,12}", exp in any::<i64>()) {
        let payload = serde_json::json!({"ref": reference, "role": role, "exp": exp}).to_string();
        let found = jwt::claims(&jwt::example(&payload)).unwrap();
        prop_assert_eq!(found.reference, Some(reference));
        prop_assert_eq!(found.role, Some(role));
        prop_assert_eq!(found.expires, Some(exp));
    }

    #[test]
    fn no_finding_holds_a_value(value in "[a-zA-Z0-9:/@._-]{12,40}") {
        let text = Schema::builtin()
            .keys()
            .map(|k| format!("{}='{value}'\n", k.name.replace('*', "X")))
            .collect::<String>();
        let env = EnvFile::parse(&text).unwrap();
        for finding in Schema::builtin().check(&env, &Wanted::default()) {
            prop_assert!(!finding.text.contains(&value), "{}", finding.text);
        }
    }

    #[test]
    fn a_schema_of_any_text_is_read_or_refused_with_a_place(text in "(\\[\\[key\\]\\]\n|name = \"[A-Z*_]{0,4}\"\n|type = \"[a-z-]{0,8}\"\n|\\PC{0,6}\n){0,6}") {
        if let Err(error) = Schema::parse("f", &text) {
            prop_assert!(error.message.starts_with("f:"), "{}", error.message);
        }
    }
}
