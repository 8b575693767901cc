//! The states of a project.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A project's status. One that this program does not know is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ProjectStatus {
    Inactive,
    ActiveHealthy,
    ActiveUnhealthy,
    ComingUp,
    Unknown,
    GoingDown,
    InitFailed,
    Removed,
    Restoring,
    Upgrading,
    Pausing,
    RestoreFailed,
    Restarting,
    PauseFailed,
    Resizing,
    Other(String),
}

use ProjectStatus::*;

const WORDS: [(&str, ProjectStatus); 15] = [
    ("INACTIVE", Inactive),
    ("ACTIVE_HEALTHY", ActiveHealthy),
    ("ACTIVE_UNHEALTHY", ActiveUnhealthy),
    ("COMING_UP", ComingUp),
    ("UNKNOWN", Unknown),
    ("GOING_DOWN", GoingDown),
    ("INIT_FAILED", InitFailed),
    ("REMOVED", Removed),
    ("RESTORING", Restoring),
    ("UPGRADING", Upgrading),
    ("PAUSING", Pausing),
    ("RESTORE_FAILED", RestoreFailed),
    ("RESTARTING", Restarting),
    ("PAUSE_FAILED", PauseFailed),
    ("RESIZING", Resizing),
];

impl ProjectStatus {
    /// The API's word.
    pub fn as_str(&self) -> &str {
        if let Other(word) = self {
            return word;
        }
        WORDS
            .iter()
            .find(|(_, status)| status == self)
            .map_or("UNKNOWN", |(word, _)| word)
    }

    /// Words for a person: "active", "paused", "coming up".
    pub fn plain(&self) -> String {
        match self {
            ActiveHealthy => "active".into(),
            Inactive => "paused".into(),
            Other(word) => word.to_lowercase().replace('_', " "),
            known => known.as_str().to_lowercase().replace('_', " "),
        }
    }

    /// Does a paid or free place count for it? Paused and removed projects don't take one.
    pub fn counts_as_active(&self) -> bool {
        !matches!(self, Inactive | Removed | GoingDown | InitFailed)
    }
}

impl From<String> for ProjectStatus {
    fn from(word: String) -> Self {
        WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, status)| status.clone())
            .unwrap_or(Other(word))
    }
}

impl From<ProjectStatus> for String {
    fn from(status: ProjectStatus) -> String {
        status.as_str().to_owned()
    }
}

impl fmt::Display for ProjectStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_comes_back_as_itself() {
        for (word, status) in WORDS {
            assert_eq!(ProjectStatus::from(word.to_owned()), status);
            assert_eq!(status.as_str(), word);
        }
        let strange = ProjectStatus::from("TELEPORTING".to_owned());
        assert_eq!(strange, Other("TELEPORTING".into()));
        assert_eq!(strange.as_str(), "TELEPORTING");
    }
}
