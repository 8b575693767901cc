//! What the servers of one instance reach, and what may be done there.

use super::client::Client;
use super::features::DEFAULT_FEATURES;
use crate::error::{Error, Result};

/// The project that the entry `supabase` reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupabaseServer {
    /// 20 lower-case letters.
    pub project_ref: String,
    /// The Management API where it isn't the service's own: the sandbox's, for example
    /// `http://127.0.0.1:54000`.
    pub api_url: Option<String>,
    /// The `.env` key that holds the access token.
    pub token_key: String,
}

impl SupabaseServer {
    /// # Errors
    /// `Usage` for a reference or an address that isn't one: both are spliced into others.
    pub fn new(project_ref: &str, api_url: Option<&str>, token_key: &str) -> Result<Self> {
        if !is_ref(project_ref) {
            let shown = project_ref.escape_debug();
            let error = Error::usage(format!("\"{shown}\" isn't a project reference."));
            return Err(
                error.hint("It has 20 lower-case letters; it stands in the project's settings.")
            );
        }
        Ok(SupabaseServer {
            project_ref: project_ref.to_owned(),
            api_url: api_url.map(|url| url.trim_end_matches('/').to_owned()),
            token_key: token_key.to_owned(),
        })
    }
}

/// The server answers 400 to anything that isn't 20 letters.
pub(super) fn is_ref(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// The site that the entry `atlassian` reaches, and the places on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtlassianServer {
    /// With `https://`; the sandbox's is on this machine.
    pub site: String,
    pub jira_project: Option<String>,
    pub space: Option<String>,
    pub email_key: String,
    pub token_key: String,
}

/// The servers of one instance; what it doesn't have is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Targets {
    pub supabase: Option<SupabaseServer>,
    pub atlassian: Option<AtlassianServer>,
}

/// How the entries are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub client: Client,
    /// Tools that change something are offered, too.
    pub writable: bool,
    /// The Supabase server's groups of tools.
    pub features: Vec<String>,
    /// With the access token in a header, for a client that can't open a browser to sign in.
    pub headless: bool,
    /// Atlassian's own server, which can't be limited to a project or a space.
    pub hosted_atlassian: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            client: Client::Claude,
            writable: false,
            features: DEFAULT_FEATURES.map(str::to_owned).to_vec(),
            headless: false,
            hosted_atlassian: false,
        }
    }
}

impl Options {
    pub fn of(client: Client) -> Self {
        Options {
            client,
            ..Options::default()
        }
    }
}
