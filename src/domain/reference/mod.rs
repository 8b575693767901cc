//! What names the source, and what names the target instead.
//!
//! A [`ReferenceMap`] is filled while a clone's parts are created; compiled to a [`Rewriter`], it's
//! applied in a second pass: to plain text ([`text`]), to JSON inside its strings only ([`json`]),
//! to Postgres's array literals ([`array`]). It replaces by map, never by arithmetic, and whole
//! tokens, never parts of longer ones; what a token is depends on its [`ReferenceKind`]. A token is
//! also found percent-encoded (once or twice) and with JSON's escaped slashes ([`form`]), and a JSON
//! web token by the project that its payload names ([`jwt`]).
//!
//! What still names the source afterwards is a [`Leftover`] with its reason ([`leftover`]).

pub mod array;
mod boundary;
mod form;
pub mod json;
mod jwt;
mod kind;
pub mod leftover;
mod map;
mod rewriter;
pub mod text;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use kind::ReferenceKind;
pub use leftover::{Leftover, Reason, Residue};
pub use map::{Entry, ReferenceMap};
pub use rewriter::Rewriter;
pub use text::Rewritten;

/// The `.env` keys that say which project, board and space an instance is. A clone gets its own.
pub const IDENTITY_KEYS: [&str; 9] = [
    "SUPABASE_URL",
    "SUPABASE_PROJECT_REF",
    "SUPABASE_ANON_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
    "DATABASE_URL",
    "MCP_SUPABASE_PROJECT_REF",
    "MCP_SUPABASE_SCHEMA",
    "JIRA_PROJECT_KEY",
    "CONFLUENCE_SPACE_KEY",
];
