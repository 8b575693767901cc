//! A plan: what an act will do, shown before it's done. The popup, `--dry-run` and the job all read
//! the same value.

use serde::{Deserialize, Serialize};

use super::job::JobKind;

/// What has to be given before the act may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// One key, or `--yes`.
    Yes,
    /// The name typed, or `--confirm NAME`.
    TypeName(String),
}

/// How a line of a plan is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    Plain,
    /// What isn't touched, or is kept.
    Stays,
    /// Something to read before saying yes.
    Warning,
    /// For those who want to know more: behind `-v` and in JSON, not on the screen.
    Detail,
}

/// One line: a short label ("Creates", "Copies", "Deletes", "Stays") and what it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub label: String,
    pub text: String,
    pub weight: Weight,
}

/// Everything that a person should know before saying yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub kind: JobKind,
    pub instance: String,
    pub source: Option<String>,
    /// "Clone default into clone-1".
    pub title: String,
    /// The verb on the button: "clone", "delete".
    pub verb: String,
    pub destructive: bool,
    pub lines: Vec<Line>,
    pub consent: Consent,
}

impl Plan {
    pub fn line(&mut self, label: &str, text: impl Into<String>) -> &mut Self {
        self.push(label, text, Weight::Plain)
    }

    pub fn stays(&mut self, label: &str, text: impl Into<String>) -> &mut Self {
        self.push(label, text, Weight::Stays)
    }

    pub fn warn(&mut self, label: &str, text: impl Into<String>) -> &mut Self {
        self.push(label, text, Weight::Warning)
    }

    pub fn detail(&mut self, label: &str, text: impl Into<String>) -> &mut Self {
        self.push(label, text, Weight::Detail)
    }

    fn push(&mut self, label: &str, text: impl Into<String>, weight: Weight) -> &mut Self {
        self.lines.push(Line {
            label: label.into(),
            text: text.into(),
            weight,
        });
        self
    }
}
