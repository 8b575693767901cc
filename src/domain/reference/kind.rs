//! The kinds of references, and what counts as one of each kind in running text.

use serde::{Deserialize, Serialize};

/// What a token names. It decides where the token counts, and how a report calls it. The same
/// number may be an issue's, a page's and a board's: each kind has its own tokens.
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
    /// The UUID of a site.
    Cloud,
    /// `PROJ`: like all that follow, it counts only in addresses, queries and the places that a
    /// format has for it, unless another rule is given.
    JiraProject,
    JiraProjectId,
    /// A project's name: it counts only in queries.
    JiraProjectName,
    /// `PROJ-12`: it counts everywhere.
    JiraIssue,
    JiraIssueId,
    JiraAttachment,
    /// The UUID under which the media service knows an attachment: it counts everywhere.
    JiraMedia,
    JiraBoard,
    JiraFilter,
    JiraSprint,
    JiraVersion,
    JiraComponent,
    JiraComment,
    JiraWorklog,
    ConfluenceSpace,
    ConfluenceSpaceId,
    ConfluencePage,
    ConfluenceBlogpost,
    ConfluenceFolder,
    /// `att4711`; addresses also have the number alone.
    ConfluenceAttachment,
    ConfluenceComment,
    /// A person's Atlassian account.
    Account,
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
            ReferenceKind::Site | ReferenceKind::Cloud => "Atlassian site",
            ReferenceKind::JiraProject
            | ReferenceKind::JiraProjectId
            | ReferenceKind::JiraProjectName => "Jira project",
            ReferenceKind::JiraIssue | ReferenceKind::JiraIssueId => "Jira issue",
            ReferenceKind::JiraAttachment | ReferenceKind::JiraMedia => "Jira attachment",
            ReferenceKind::JiraBoard => "Jira board",
            ReferenceKind::JiraFilter => "Jira filter",
            ReferenceKind::JiraSprint => "sprint",
            ReferenceKind::JiraVersion => "version",
            ReferenceKind::JiraComponent => "component",
            ReferenceKind::JiraComment => "Jira comment",
            ReferenceKind::JiraWorklog => "worklog",
            ReferenceKind::ConfluenceSpace | ReferenceKind::ConfluenceSpaceId => "Confluence space",
            ReferenceKind::ConfluencePage => "Confluence page",
            ReferenceKind::ConfluenceBlogpost => "blog post",
            ReferenceKind::ConfluenceFolder => "Confluence folder",
            ReferenceKind::ConfluenceAttachment => "Confluence attachment",
            ReferenceKind::ConfluenceComment => "Confluence comment",
            ReferenceKind::Account => "person's account",
        }
    }

    /// Tokens shorter than this (in characters) are too common to be replaced wherever they stand.
    pub(super) fn shortest(self) -> usize {
        match self {
            ReferenceKind::Schema => 1,
            kind if kind.is_of_a_site() => 1,
            _ => 6,
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
        self >= ReferenceKind::JiraProject
    }

    /// Whether the token is a UUID, which means the same wherever it stands.
    pub(super) fn is_uuid(self) -> bool {
        matches!(self, ReferenceKind::Cloud | ReferenceKind::JiraMedia)
    }

    /// Whether the token counts only where a word before it says what it is.
    pub(super) fn is_introduced(self) -> bool {
        self.is_of_a_site() && !self.is_uuid() && self != ReferenceKind::JiraIssue
    }

    /// Whether queries take the token in any case of letters.
    pub(super) fn is_upper_case(self) -> bool {
        matches!(
            self,
            ReferenceKind::JiraProject | ReferenceKind::JiraIssue | ReferenceKind::ConfluenceSpace
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
