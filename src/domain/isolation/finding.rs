//! One thing that is wrong, in words, with its place.

use serde::Serialize;

use super::code::Code;
use super::fix::Fix;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// One company can see or change another's.
    Error,
    /// It can come to that.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }

    pub fn glyph(self) -> &'static str {
        match self {
            Severity::Error => "✕",
            Severity::Warning => "▲",
            Severity::Note => "·",
        }
    }
}

/// A place in a file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Relative to the workspace's root.
    pub file: String,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Place {
    pub fn file(file: impl Into<String>) -> Place {
        Place {
            file: file.into(),
            line: None,
            key: None,
        }
    }

    #[must_use]
    pub fn line(mut self, line: Option<usize>) -> Place {
        self.line = line;
        self
    }

    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Place {
        self.key = Some(key.into());
        self
    }
}

/// `instances/a/.env:4 JIRA_PROJECT_KEY`
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        match &self.key {
            Some(key) => write!(f, " {key}"),
            None => Ok(()),
        }
    }
}

/// Something that isn't as it should be. Its words hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    /// The instances that it concerns, the first being the one to mend; none where it's the
    /// workspace's.
    pub instances: Vec<String>,
    pub what: String,
    #[serde(rename = "where")]
    pub places: Vec<Place>,
    pub why: &'static str,
    /// What to do, in words.
    #[serde(rename = "fix")]
    pub remedy: String,
    /// What the program can do about it.
    #[serde(rename = "change", skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

impl Finding {
    pub fn new(code: &'static Code, what: impl Into<String>) -> Finding {
        Finding {
            code: code.name,
            severity: code.severity,
            instances: Vec::new(),
            what: what.into(),
            places: Vec::new(),
            why: code.why,
            remedy: code.remedy.to_owned(),
            fix: None,
        }
    }

    #[must_use]
    pub fn of<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Finding {
        self.instances.extend(names.into_iter().map(str::to_owned));
        self
    }

    #[must_use]
    pub fn at(mut self, places: impl IntoIterator<Item = Place>) -> Finding {
        self.places.extend(places);
        self
    }

    #[must_use]
    pub fn as_severe(mut self, severity: Severity) -> Finding {
        self.severity = severity;
        self
    }

    #[must_use]
    pub fn remedy(mut self, words: impl Into<String>) -> Finding {
        self.remedy = words.into();
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Finding {
        if let Some(words) = fix.as_ref().and_then(Fix::remedy) {
            self.remedy = words;
        }
        self.fix = fix;
        self
    }

    /// The instance to mend.
    pub fn instance(&self) -> Option<&str> {
        self.instances.first().map(String::as_str)
    }

    pub fn concerns(&self, name: &str) -> bool {
        self.instances.iter().any(|i| i == name)
    }

    /// Whether these are the same thing, whatever lines moved meanwhile.
    pub fn is_same(&self, other: &Finding) -> bool {
        (self.code, &self.instances, &self.fix) == (other.code, &other.instances, &other.fix)
    }
}

/// How many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
}

impl Tally {
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Finding>) -> Tally {
        let mut tally = Tally::default();
        for finding in all {
            match finding.severity {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Note => tally.notes += 1,
            }
        }
        tally
    }
}
