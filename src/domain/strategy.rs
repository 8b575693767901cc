//! How isolated an instance is, and where its project lives.

use serde::{Deserialize, Serialize};

/// How isolated an instance is from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// Own Supabase project, own Atlassian site.
    Complete,
    /// One shared Supabase project, a schema of its own.
    Schema,
    /// Own Supabase project; own Jira project and space on a shared site.
    #[default]
    Hybrid,
}

impl Strategy {
    pub const ALL: [Strategy; 3] = [Strategy::Complete, Strategy::Schema, Strategy::Hybrid];

    pub fn word(self) -> &'static str {
        match self {
            Strategy::Complete => "complete",
            Strategy::Schema => "schema",
            Strategy::Hybrid => "hybrid",
        }
    }

    /// One line for the detail of an instance.
    pub fn explain(self) -> &'static str {
        match self {
            Strategy::Complete => "own project, own Atlassian site",
            Strategy::Schema => "a schema in a shared project",
            Strategy::Hybrid => "own project, shared Atlassian site",
        }
    }

    pub fn own_project(self) -> bool {
        self != Strategy::Schema
    }
}

impl std::fmt::Display for Strategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// Where an instance's Supabase project lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// The stand-in on this machine.
    #[default]
    Sandbox,
    /// supabase.com, or another address that serves its API.
    Cloud,
}

impl ProviderKind {
    pub fn word(self) -> &'static str {
        match self {
            ProviderKind::Sandbox => "sandbox",
            ProviderKind::Cloud => "cloud",
        }
    }
}
