//! `mcp`: the files by which assistants find their servers.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::mcp::Client;

#[derive(Debug, Subcommand)]
pub enum Mcp {
    /// Print an instance's entries in a client's shape, or write them into its file
    Config(McpConfig),
}

#[derive(Debug, Args)]
pub struct McpConfig {
    /// Whose shape, and whose file (default: the instance's own mcp.json, as Claude Code reads it)
    #[arg(long, value_enum)]
    pub client: Option<ClientArg>,
    /// Write the entries into the file; other servers, keys and comments stay
    #[arg(long)]
    pub write: bool,
    /// Another file than the client's own
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Offer tools that change something, too
    #[arg(long)]
    pub writable: bool,
    /// The Supabase server's groups of tools (default: database,docs)
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub features: Vec<String>,
    /// Sign in with the access token from the environment, where no browser can be opened
    #[arg(long)]
    pub headless: bool,
    /// Atlassian's own server instead of mcp-atlassian; it can't be limited to a project or a space
    #[arg(long)]
    pub hosted_atlassian: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ClientArg {
    Claude,
    Cursor,
    Vscode,
    Windsurf,
}

impl From<ClientArg> for Client {
    fn from(arg: ClientArg) -> Client {
        match arg {
            ClientArg::Claude => Client::Claude,
            ClientArg::Cursor => Client::Cursor,
            ClientArg::Vscode => Client::VsCode,
            ClientArg::Windsurf => Client::Windsurf,
        }
    }
}
