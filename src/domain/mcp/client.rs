//! The programs that read such a file, and what is different in each.

use serde_json::{Value, json};

/// Whose shape an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Client {
    #[default]
    Claude,
    Cursor,
    VsCode,
    Windsurf,
}

impl Client {
    pub const ALL: [Client; 4] = [
        Client::Claude,
        Client::Cursor,
        Client::VsCode,
        Client::Windsurf,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Client::Claude => "claude",
            Client::Cursor => "cursor",
            Client::VsCode => "vscode",
            Client::Windsurf => "windsurf",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Client::Claude => "Claude Code",
            Client::Cursor => "Cursor",
            Client::VsCode => "VS Code",
            Client::Windsurf => "Windsurf",
        }
    }

    /// Where it looks, below a project's folder; Windsurf's is below the home folder.
    pub fn file(self) -> &'static str {
        match self {
            Client::Claude => ".mcp.json",
            Client::Cursor => ".cursor/mcp.json",
            Client::VsCode => ".vscode/mcp.json",
            Client::Windsurf => ".codeium/windsurf/mcp_config.json",
        }
    }

    pub fn in_home(self) -> bool {
        self == Client::Windsurf
    }

    /// The key that its servers stand under.
    pub fn servers(self) -> &'static str {
        match self {
            Client::VsCode => "servers",
            _ => "mcpServers",
        }
    }

    /// Whether its file may have comments and trailing commas.
    pub fn allows_comments(self) -> bool {
        self != Client::Claude
    }

    /// A server that is reached over HTTP.
    pub(super) fn remote(self, url: &str) -> Value {
        match self {
            Client::Claude | Client::VsCode => json!({"type": "http", "url": url}),
            Client::Cursor => json!({"url": url}),
            Client::Windsurf => json!({"serverUrl": url}),
        }
    }

    /// A server that the client starts itself.
    pub(super) fn local(self, command: &str, args: &[String], env: Value) -> Value {
        match self {
            Client::VsCode => {
                json!({"type": "stdio", "command": command, "args": args, "env": env})
            }
            _ => json!({"command": command, "args": args, "env": env}),
        }
    }

    /// The value of a variable of the environment, as the client is told to look it up.
    pub(super) fn reference(self, variable: &str) -> String {
        match self {
            Client::Claude => format!("${{{variable}}}"),
            Client::Cursor | Client::Windsurf => format!("${{env:{variable}}}"),
            // asked for once, and kept in the editor's own secret storage
            Client::VsCode => format!("${{input:{variable}}}"),
        }
    }

    /// The variable that such a text refers to.
    pub(super) fn referred(self, text: &str) -> Option<&str> {
        let inner = text.strip_prefix("${")?.strip_suffix('}')?;
        let name = match self {
            Client::Claude => inner,
            Client::Cursor | Client::Windsurf => inner.strip_prefix("env:")?,
            Client::VsCode => inner.strip_prefix("input:")?,
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        (!name.is_empty() && name.chars().all(plain)).then_some(name)
    }
}
