//! What earlier probes learned, and why a probe can't be asked.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Error;
use crate::provider::http::Failure;

/// What is known of the place that is looked at: ids and keys, never secrets.
#[derive(Debug, Clone, Default)]
pub struct Facts(BTreeMap<&'static str, String>);

/// What an answer teaches: a fact's name, and how it's found in the answer.
pub type Lesson = (&'static str, fn(&Value) -> Option<String>);

/// There is no such thing to ask about: "issue with an attachment".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nothing(pub &'static str);

impl Facts {
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.insert(name, value.into());
    }

    /// A fact by its name, which is words for a person.
    pub fn get(&self, name: &'static str) -> Result<&str, Nothing> {
        self.0.get(name).map(String::as_str).ok_or(Nothing(name))
    }

    /// A fact that is a number.
    pub fn number(&self, name: &'static str) -> Result<u64, Nothing> {
        self.get(name)?.parse().map_err(|_| Nothing(name))
    }

    pub(super) fn learn(&mut self, lessons: &[Lesson], answer: &Value) {
        for (name, find) in lessons {
            if let Some(value) = find(answer) {
                self.set(name, value);
            }
        }
    }
}

/// Why a probe got no result.
#[derive(Debug)]
pub enum Problem {
    Nothing(Nothing),
    Failed {
        message: String,
        hint: Option<String>,
    },
}

impl From<Nothing> for Problem {
    fn from(nothing: Nothing) -> Problem {
        Problem::Nothing(nothing)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        let Failure { message, hint, .. } = failure;
        Problem::Failed { message, hint }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let Error { message, hint, .. } = error;
        Problem::Failed { message, hint }
    }
}
