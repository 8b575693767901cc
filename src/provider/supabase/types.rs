//! Small values that several operations share.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The name of a project in addresses: 20 lower-case letters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectRef(String);

impl ProjectRef {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let right = text.len() == 20 && text.bytes().all(|b| b.is_ascii_lowercase());
        if right {
            return Ok(ProjectRef(text.to_owned()));
        }
        Err(
            Error::usage(format!("\"{text}\" is not a Supabase project reference."))
                .hint("A reference is 20 lower-case letters: the part before .supabase.co in the project's URL."),
        )
    }
}

impl TryFrom<String> for ProjectRef {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<ProjectRef> for String {
    fn from(reference: ProjectRef) -> String {
        reference.0
    }
}

impl fmt::Display for ProjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_twenty_lower_case_letters() {
        assert!("abcdefghijklmnopqrst".parse::<ProjectRef>().is_ok());
        for wrong in [
            "",
            "abc",
            "ABCDEFGHIJKLMNOPQRST",
            "abcdefghijklmnopqrs/",
            "abcdefghijklmnopqrstu",
        ] {
            assert!(wrong.parse::<ProjectRef>().is_err(), "{wrong}");
        }
    }
}
