//! What names the source, and what names the target instead.
//!
//! A [`ReferenceMap`] is filled while a clone's parts are created; compiled to a [`Rewriter`], it's
//! applied in a second pass: to plain text ([`text`]), to JSON inside its strings only ([`json`]),
//! to Postgres's array literals ([`array`]), to documents of Jira and Confluence ([`adf`],
//! [`storage`]) and to their queries ([`query`]). It replaces by map, never by arithmetic, and whole
//! tokens, never parts of longer ones; what a token is depends on its [`ReferenceKind`], and where
//! it stands: a number counts only where a word before it, or the format, says what it is. A token
//! is also found percent-encoded (once or twice) and with JSON's escaped slashes (`form`), a JSON
//! web token by the project that its payload names (`jwt`), a page by its short address (`tiny`).
//!
//! What still names the source afterwards is a [`Leftover`] with its reason ([`leftover`]).

pub mod adf;
pub mod array;
mod boundary;
mod context;
mod decoded;
mod find;
mod form;
mod home;
mod introduced;
pub mod json;
mod jwt;
mod kind;
pub mod leftover;
mod map;
mod named;
mod needles;
mod pattern;
pub mod query;
mod rewriter;
mod span;
pub mod storage;
pub mod text;
mod tiny;
mod token;

#[cfg(test)]
mod format_tests;
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
