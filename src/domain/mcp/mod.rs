//! The files by which assistants find their servers (MCP): an instance's database, issues and pages,
//! in the shape that each client reads, limited to the instance and read-only unless asked otherwise.
//!
//! Sources: the Supabase MCP server's documentation (parameters of its address and flags of its
//! package), `mcp-atlassian`'s (variables and flags), and the clients' own: Claude Code (`.mcp.json`,
//! `${VAR}` in `command`, `args`, `env`, `url` and `headers`), Cursor (`.cursor/mcp.json`,
//! `${env:VAR}`), VS Code (`.vscode/mcp.json`, key `servers`, `${input:ID}`; `${env:VAR}` isn't replaced
//! in headers) and Windsurf (`mcp_config.json`, `serverUrl`, `${env:VAR}`).

pub mod client;
mod entry;
mod features;
mod isolation;
mod plan;
mod recognise;
mod shown;
mod target;
#[cfg(test)]
mod tests;

pub use client::Client;
pub use features::{DEFAULT_FEATURES, features};
pub use isolation::isolation;
pub use plan::{Change, ChangeKind, ENTRIES, FilePlan, follow, has, plan, remove, take_out};
pub use shown::masked;
pub use target::{AtlassianServer, Options, SupabaseServer, Targets};
