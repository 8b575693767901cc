//! Keys of Jira projects and Confluence spaces, made from an instance's name.
//!
//! A key that serves both is a capital letter and then 1 to 9 capital letters or digits: Jira's own
//! rule for project keys, and within Confluence's for space keys.

use crate::domain::name::InstanceName;

/// The longest key, in characters.
pub const MAX_LEN: usize = 10;
/// Beyond so many that are taken, the provider's refusal says more than another try.
const TRIES: u32 = 10_000;

/// Whether `key` has the form of a key.
pub fn is_key(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && (2..=MAX_LEN).contains(&key.len())
}

/// A key for an instance that isn't taken: `clone-1` gives `CLONE1`, else `CLONE12`, `CLONE13`…
pub fn from_name(name: &InstanceName, taken: impl Fn(&str) -> bool) -> String {
    let stem = stem(name);
    let mut key = stem.clone();
    for number in 2..TRIES {
        if !taken(&key) {
            break;
        }
        let number = number.to_string();
        let kept = MAX_LEN - number.len();
        key = stem.chars().take(kept).collect::<String>() + &number;
    }
    key
}

fn stem(name: &InstanceName) -> String {
    let words = name.as_str().chars().filter(char::is_ascii_alphanumeric);
    let mut stem: String = words.map(|c| c.to_ascii_uppercase()).collect();
    if !stem.starts_with(|c: char| c.is_ascii_uppercase()) {
        stem.insert(0, 'M');
    }
    if stem.len() < 2 {
        stem.push('0');
    }
    stem.truncate(MAX_LEN);
    stem
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn free(name: &str) -> String {
        from_name(&InstanceName::parse(name).unwrap(), |_| false)
    }

    #[test]
    fn a_name_gives_a_key() {
        for (name, key) in [
            ("clone-1", "CLONE1"),
            ("default", "DEFAULT"),
            ("a", "A0"),
            ("2026", "M2026"),
            ("corporate-memory", "CORPORATEM"),
        ] {
            assert_eq!(free(name), key);
        }
    }

    #[test]
    fn a_taken_key_gets_a_number_and_stays_short() {
        let name = InstanceName::parse("corporate-memory").unwrap();
        let key = from_name(&name, |key| key == "CORPORATEM" || key == "CORPORATE2");
        assert_eq!(key, "CORPORATE3");
        // one who takes everything is given an answer all the same
        assert!(is_key(&from_name(&name, |_| true)));
    }

    #[test]
    fn forms_are_told_apart() {
        assert!(is_key("AB") && is_key("A1B2C3D4E5"));
        for wrong in ["", "A", "aB", "1A", "A-B", "A1B2C3D4E5F", "ÄB"] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_name_gives_keys_that_differ(name in "[a-z0-9][a-z0-9-]{0,39}") {
            let name = InstanceName::parse(&name).unwrap();
            let mut taken = BTreeSet::new();
            for _ in 0..30 {
                let key = from_name(&name, |key| taken.contains(key));
                prop_assert!(is_key(&key), "{key}");
                prop_assert!(taken.insert(key));
            }
        }
    }
}
