//! The kinds of references, and what counts as one of each kind in running text.

use serde::{Deserialize, Serialize};

/// What a token names. It decides where the token counts, and how a report calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// A Supabase project's 20 letters. Hosts, dashboard addresses and pooler users contain it.
    ProjectRef,
    ProjectUrl,
    /// A host that belongs to the source alone.
    Host,
    /// A host that many projects share (a pooler): it counts only in an address that names the
    /// source's project before it.
    SharedHost,
    DatabaseUrl,
    DatabaseRole,
    Password,
    /// An API key or another token. A legacy key is a JSON web token.
    Key,
    /// A schema's name: it counts only where it qualifies something.
    Schema,
    /// `acme.atlassian.net`.
    Site,
    /// `PROJ`: it counts only in addresses and queries.
    JiraProject,
    /// `PROJ-12`.
    JiraIssue,
    /// A space's key: it counts only in addresses and queries.
    ConfluenceSpace,
    /// A page's number: it counts only in addresses and queries.
    ConfluencePage,
}

/// A password that is shorter than this may be an everyday word.
const TELLING_PASSWORD: usize = 16;

impl ReferenceKind {
    /// Whether the value itself must never be shown.
    pub fn is_secret(self) -> bool {
        matches!(
            self,
            ReferenceKind::DatabaseUrl | ReferenceKind::Password | ReferenceKind::Key
        )
    }

    /// What a report says in place of the value.
    pub fn word(self) -> &'static str {
        match self {
            ReferenceKind::ProjectRef => "project ref",
            ReferenceKind::ProjectUrl => "project's address",
            ReferenceKind::Host | ReferenceKind::SharedHost => "host",
            ReferenceKind::DatabaseUrl => "database's address",
            ReferenceKind::DatabaseRole => "database role",
            ReferenceKind::Password => "database password",
            ReferenceKind::Key => "key",
            ReferenceKind::Schema => "schema",
            ReferenceKind::Site => "Atlassian site",
            ReferenceKind::JiraProject => "Jira project",
            ReferenceKind::JiraIssue => "Jira issue",
            ReferenceKind::ConfluenceSpace => "Confluence space",
            ReferenceKind::ConfluencePage => "Confluence page",
        }
    }

    /// Tokens shorter than this (in characters) are too common to be replaced wherever they stand.
    pub(super) fn shortest(self) -> usize {
        match self {
            ReferenceKind::JiraProject
            | ReferenceKind::JiraIssue
            | ReferenceKind::ConfluenceSpace
            | ReferenceKind::ConfluencePage
            | ReferenceKind::Schema => 1,
            _ => 6,
        }
    }

    /// What has to stand right before the token, one of these. Empty: anything may.
    pub(super) fn after(self) -> &'static [&'static str] {
        match self {
            ReferenceKind::JiraProject => &[
                "/projects/",
                "/browse/",
                "projectKey=",
                "project=",
                "project = ",
                "project = \"",
                "project=\"",
            ],
            ReferenceKind::ConfluenceSpace => &[
                "/spaces/",
                "/display/",
                "spaceKey=",
                "key=",
                "space=",
                "space = ",
                "space = \"",
                "space=\"",
                "ri:space-key=\"",
            ],
            ReferenceKind::ConfluencePage => &[
                "/pages/",
                "/blog/",
                "/folder/",
                "/whiteboard/",
                "/attachments/",
                "pageId=",
                "ancestor=",
                "ancestor = ",
                "contentId-",
                "content-id=\"",
            ],
            _ => &[],
        }
    }

    /// Letters, digits and `_` join words everywhere; these parts of a name also join `-` and `.`.
    pub(super) fn is_host_like(self) -> bool {
        matches!(
            self,
            ReferenceKind::Host
                | ReferenceKind::SharedHost
                | ReferenceKind::Site
                | ReferenceKind::ProjectUrl
        )
    }

    /// Whether it's another's when it stands in an address of a host that the map doesn't know.
    pub(super) fn is_of_a_site(self) -> bool {
        matches!(
            self,
            ReferenceKind::JiraProject
                | ReferenceKind::JiraIssue
                | ReferenceKind::ConfluenceSpace
                | ReferenceKind::ConfluencePage
        )
    }

    /// Whether the token counts only in an address that names the source's project before it.
    pub(super) fn needs_company(self, token: &str) -> bool {
        match self {
            ReferenceKind::SharedHost => true,
            ReferenceKind::Password => token.chars().count() < TELLING_PASSWORD,
            _ => false,
        }
    }

    /// Whether the token is so particular that even a part of a longer word is worth a report.
    pub(super) fn is_telling(self) -> bool {
        matches!(
            self,
            ReferenceKind::ProjectRef | ReferenceKind::Key | ReferenceKind::DatabaseRole
        )
    }
}
