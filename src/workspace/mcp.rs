//! `mcp.json`: which database an assistant reaches, scoped to one instance and read-only.
//!
//! The shapes are those of the Supabase MCP server's own documentation for Claude Code
//! (`mcpServers`): the hosted server over HTTP for a project in the cloud, the npm package with
//! `--api-url` for one in the sandbox. The token is a reference to the environment, never a value.

use serde_json::{Value, json};

use super::file::{self, PRIVATE};
use super::instance_dir::{InstanceDir, MCP};
use super::template;
use crate::domain::config_file::json_edit;
use crate::error::{Error, Result};

/// The project that the entry `supabase` reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McpSupabase<'a> {
    Cloud {
        project_ref: &'a str,
    },
    Sandbox {
        project_ref: &'a str,
        /// The Management API of the sandbox, for example `http://127.0.0.1:54000`.
        api_url: &'a str,
        /// The `.env` key that holds the access token.
        token_key: &'a str,
    },
}

impl InstanceDir {
    /// Writes the entry `supabase`; other servers and other keys stay. False where it already was so.
    pub fn write_mcp(&self, supabase: &McpSupabase<'_>) -> Result<bool> {
        let _lock = self.lock()?;
        let path = self.path().join(MCP);
        let old = file::read_text(&path)?;
        let entry = entry(supabase)?;
        let text = old.as_deref().unwrap_or(template::MCP);
        let there: Value = json_edit::read(&self.shown(MCP), text)?;
        if old.is_some() && there.pointer("/mcpServers/supabase") == Some(&entry) {
            return Ok(false);
        }
        let new = json_edit::set(&self.shown(MCP), text, &["mcpServers", "supabase"], &entry)?;
        file::write_whole(&path, new.as_bytes(), PRIVATE)?;
        Ok(true)
    }

    /// Whether `mcp.json` has the entry `supabase`.
    pub fn mcp_names_supabase(&self) -> Result<bool> {
        let there = self.mcp()?;
        Ok(there.is_some_and(|v| v.pointer("/mcpServers/supabase").is_some()))
    }

    /// Removes the entry `supabase`; what else stands in the file stays as it is.
    pub fn remove_mcp(&self) -> Result<()> {
        if !self.mcp_names_supabase()? {
            return Ok(());
        }
        let _lock = self.lock()?;
        let path = self.path().join(MCP);
        let Some(old) = file::read_text(&path)? else {
            return Ok(());
        };
        json_edit::read::<Value>(&self.shown(MCP), &old)?;
        let new = json_edit::remove_from(&old, &["mcpServers"], "supabase");
        file::write_whole(&path, new.as_bytes(), PRIVATE)
    }

    /// `mcp.json` as a value, `None` where there is none.
    pub fn mcp(&self) -> Result<Option<Value>> {
        self.json_value(MCP)
    }
}

fn entry(supabase: &McpSupabase<'_>) -> Result<Value> {
    match supabase {
        McpSupabase::Cloud { project_ref } => {
            check_ref(project_ref)?;
            Ok(json!({
                "type": "http",
                "url": format!(
                    "https://mcp.supabase.com/mcp?project_ref={project_ref}&read_only=true&features=database,docs"
                ),
            }))
        }
        McpSupabase::Sandbox {
            project_ref,
            api_url,
            token_key,
        } => {
            check_ref(project_ref)?;
            Ok(json!({
                "command": "npx",
                "args": [
                    "-y",
                    "@supabase/mcp-server-supabase@latest",
                    "--read-only",
                    format!("--project-ref={project_ref}"),
                    "--features=database,docs",
                    format!("--api-url={api_url}"),
                ],
                "env": { "SUPABASE_ACCESS_TOKEN": format!("${{{token_key}}}") },
            }))
        }
    }
}

/// The server answers 400 to anything that isn't 20 letters; and a reference is spliced into a URL.
fn check_ref(project_ref: &str) -> Result<()> {
    if project_ref.len() == 20 && project_ref.chars().all(|c| c.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(Error::usage(format!(
        "\"{}\" isn't a project reference.",
        project_ref.escape_debug()
    ))
    .hint("It has 20 lower-case letters; it stands in the project's settings."))
}
