//! The name of an instance.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The longest name, in characters.
pub const MAX_LEN: usize = 40;

/// A checked instance name: `[a-z0-9][a-z0-9-]{0,39}`. Never a path, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceName(String);

impl InstanceName {
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |why: String| {
            Err(Error::usage(why).hint(
                "Use lower-case letters, digits and hyphens, at most 40, starting with a letter or a digit: for example clone-1.",
            ))
        };
        if text.is_empty() {
            return refuse("An instance name can't be empty.".into());
        }
        if text.chars().count() > MAX_LEN {
            return refuse(format!(
                "The instance name is {} characters long; at most {MAX_LEN} are allowed.",
                text.chars().count()
            ));
        }
        if let Some(bad) = text
            .chars()
            .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-'))
        {
            return refuse(format!(
                "\"{}\" isn't an instance name: {} is not allowed.",
                text.escape_debug(),
                describe(bad)
            ));
        }
        if text.starts_with('-') {
            return refuse(format!(
                "\"{text}\" isn't an instance name: it starts with a hyphen."
            ));
        }
        Ok(InstanceName(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as part of an SQL identifier: hyphens become underscores (`clone-1` → `clone_1`).
    pub fn as_schema(&self) -> String {
        self.0.replace('-', "_")
    }
}

fn describe(c: char) -> String {
    match c {
        ' ' => "a blank".into(),
        c if c.is_ascii_uppercase() => format!("the capital {c}"),
        c if c.is_control() => "a control character".into(),
        c => format!("\"{c}\""),
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for InstanceName {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Self::parse(s)
    }
}

impl TryFrom<String> for InstanceName {
    type Error = Error;
    fn try_from(s: String) -> Result<Self> {
        Self::parse(&s)
    }
}

impl From<InstanceName> for String {
    fn from(name: InstanceName) -> String {
        name.0
    }
}

impl AsRef<str> for InstanceName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_and_capitals_are_refused_with_a_reason() {
        for bad in [
            "", "..", "a/b", "../x", "Clone", "a b", "-a", "a_b", "ação", "a\0b",
        ] {
            let error = InstanceName::parse(bad).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{bad:?}");
            assert!(error.hint.is_some());
        }
        assert!(InstanceName::parse(&"a".repeat(41)).is_err());
        assert!(InstanceName::parse(&"a".repeat(40)).is_ok());
        assert_eq!(
            InstanceName::parse("clone-1").unwrap().as_schema(),
            "clone_1"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_one_plain_path_component(text in ".{0,50}") {
            if let Ok(name) = InstanceName::parse(&text) {
                let path = std::path::Path::new(name.as_str());
                prop_assert_eq!(path.components().count(), 1);
                prop_assert!(matches!(path.components().next(), Some(std::path::Component::Normal(_))));
            }
        }
    }
}
