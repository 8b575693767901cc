//! Values that are chosen rather than typed.

use crate::domain::config_file::fields::FieldType;
use crate::domain::env_schema::KeyType;

/// Words with what they mean, and which of them stands there now.
type Choices = (Vec<(String, String)>, usize);

/// What can be chosen for a value of this type, and which of it stands there now; `None` for what is
/// typed.
pub(super) fn of_key(kind: &KeyType, now: &str) -> Option<Choices> {
    const PAIRS: [[&str; 2]; 4] = [["true", "false"], ["1", "0"], ["yes", "no"], ["on", "off"]];
    let words: Vec<String> = match kind {
        KeyType::Boolean => {
            let pair = PAIRS
                .iter()
                .find(|pair| pair.iter().any(|word| word.eq_ignore_ascii_case(now)));
            let pair = pair.unwrap_or(&PAIRS[0]);
            // what stands there keeps its spelling
            let spelt = |word: &&str| match word.eq_ignore_ascii_case(now) {
                true => now.to_owned(),
                false => (*word).to_owned(),
            };
            pair.iter().map(spelt).collect()
        }
        KeyType::OneOf(values) => values.clone(),
        _ => return None,
    };
    let mut options: Vec<(String, String)> = words
        .into_iter()
        .map(|word| (word, String::new()))
        .collect();
    let at = options.iter().position(|(word, _)| word == now);
    if at.is_none() && !now.is_empty() {
        let what = "what stands there now, though it isn't one of the others";
        options.insert(0, (now.to_owned(), what.to_owned()));
    }
    Some((options, at.unwrap_or(0)))
}

/// The same for a value of a configuration file.
pub(super) fn of_file(kind: FieldType, now: &str) -> Option<Choices> {
    let words: &[&str] = match kind {
        FieldType::OneOf(words) => words,
        FieldType::Boolean => &["false", "true"],
        _ => return None,
    };
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    of_key(&KeyType::OneOf(words), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(kind: &KeyType, now: &str) -> (Vec<String>, usize) {
        let (options, at) = of_key(kind, now).unwrap();
        (options.into_iter().map(|(word, _)| word).collect(), at)
    }

    #[test]
    fn what_has_few_values_is_chosen() {
        let strings = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            words(&KeyType::Boolean, ""),
            (strings(&["true", "false"]), 0)
        );
        assert_eq!(words(&KeyType::Boolean, "No"), (strings(&["yes", "No"]), 1));
        assert_eq!(words(&KeyType::Boolean, "maybe").0.len(), 3);
        let one = KeyType::OneOf(strings(&["a", "b"]));
        assert_eq!(words(&one, "b"), (strings(&["a", "b"]), 1));
        assert_eq!(words(&one, "c"), (strings(&["c", "a", "b"]), 0));
        assert!(of_key(&KeyType::Port, "1").is_none());
    }
}
