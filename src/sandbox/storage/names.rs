//! Which names buckets and objects may have: the characters that S3 takes without quoting, and some
//! that it takes with it (`isValidKey` and `isValidBucketName` of Supabase's own source). So a name
//! with `ã` or a control character is refused, and one with `..` is a name like any other.

use crate::sandbox::storage::refusal::{Answer, Refusal};

const SIGNS: &str = "!-.*'() &$@=;:+,?_";
const LONGEST_BUCKET: usize = 63;
/// S3's own bound, in bytes.
const LONGEST_KEY: usize = 1024;

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || SIGNS.contains(c)
}

pub fn check_object(name: &str) -> Answer<()> {
    let right = !name.is_empty()
        && name.len() <= LONGEST_KEY
        && name.chars().all(|c| is_plain(c) || c == '/');
    match right {
        true => Ok(()),
        false => Err(Refusal::new(
            400,
            "InvalidKey",
            format!("Invalid key: {name}"),
        )),
    }
}

pub fn check_bucket(name: &str) -> Answer<()> {
    let right = !name.is_empty() && name.len() <= LONGEST_BUCKET && name.chars().all(is_plain);
    match right {
        true => Ok(()),
        false => Err(Refusal::new(
            400,
            "InvalidBucketName",
            "Bucket name invalid",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_names_and_others_are_refused() {
        for name in [
            "a b/c.txt",
            "../x",
            "a//b",
            "it's (1)+$&.png",
            "..",
            "%".repeat(0).as_str(),
        ] {
            assert_eq!(check_object(name).is_ok(), !name.is_empty(), "{name}");
        }
        for name in ["ção.txt", "a\nb", "a\\b", "a%b", "a#b", &"x".repeat(1025)] {
            assert!(check_object(name).is_err(), "{name}");
        }
        assert!(check_bucket("notas fiscais").is_ok());
        assert!(check_bucket("a/b").is_err() && check_bucket(&"b".repeat(64)).is_err());
    }
}
