//! The local stand-in for the providers: an HTTP API and a Postgres server, in one process a
//! workspace, shared by everything that works on it.
//!
//! [`ensure`] starts that process where it isn't running (`matriz sandbox serve`, detached) and
//! gives its addresses. It stops itself when nobody has used it for a while.

pub mod api;
pub mod atlassian;
pub mod auth;
mod confluence;
pub mod database;
mod engine;
mod idle;
mod jira;
mod paths;
mod ports;
mod process;
mod serve;
mod start;
pub mod storage;
mod supervise;

pub use engine::{FetchConsent, would_fetch};
pub use ports::acknowledge as acknowledge_ports;
pub use process::{Status, keep_alive, reset, status, stop};
pub use serve::serve;
pub use start::{Launch, ensure, ensure_with};

/// Where a running sandbox is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// `http://127.0.0.1:PORT`, for all its APIs.
    pub api_url: String,
    /// The access token of its Supabase.
    pub token: String,
    /// Who signs in to its Atlassian site, which is at `api_url`: an e-mail address and its API
    /// token.
    pub atlassian_email: String,
    pub atlassian_token: String,
    pub database_host: String,
    pub database_port: u16,
    /// A port is not the one that instances were set up with: rewrite them, then call
    /// [`acknowledge_ports`]. Stays true until then.
    pub ports_changed: bool,
    /// Which Postgres serves: `native 15.18`.
    pub engine: String,
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoints")
            .field("api_url", &self.api_url)
            .field("database_port", &self.database_port)
            .field("ports_changed", &self.ports_changed)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
