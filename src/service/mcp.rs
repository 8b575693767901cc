//! An instance's entries in the files by which assistants find their servers.

use std::path::PathBuf;

use super::Service;
use crate::domain::mcp::{self, FilePlan, Options, Targets};
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};
use crate::workspace::{plan_mcp_file, write_mcp_file};

/// Which file, and how its entries are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpRequest {
    pub options: Options,
    /// The client's own file; without it the instance's `mcp.json`.
    pub clients_file: bool,
    /// Another file than either.
    pub file: Option<PathBuf>,
    /// Entries of these names that Matriz didn't write give way.
    pub replace: bool,
}

/// What would be written, and what it keeps apart.
#[derive(Debug, Clone)]
pub struct McpPreview {
    pub path: PathBuf,
    /// The file as a person knows it.
    pub shown: String,
    pub plan: FilePlan,
    /// A file with the instance's entries alone.
    pub snippet: String,
    /// What is isolated and what can't be, a sentence each.
    pub isolation: Vec<String>,
    targets: Targets,
    options: Options,
}

impl Service {
    /// Looks at the file and says what would become of it; writes nothing.
    ///
    /// # Errors
    /// `NotFound` where the instance has nothing that a server could reach; `Parse`, with its place,
    /// where the file can't be read.
    pub fn mcp_preview(&self, name: &InstanceName, request: &McpRequest) -> Result<McpPreview> {
        let targets = self.workspace.mcp_targets(name)?;
        if targets == Targets::default() {
            return Err(Error::not_found(format!(
                "{name} has no project, no Jira project and no space yet."
            ))
            .hint(format!("Set it up with: matriz init {name}")));
        }
        let options = request.options.clone();
        let path = self.mcp_path(name, request)?;
        let shown = self.workspace.shown(&path);
        let plan = plan_mcp_file(&path, &shown, &targets, &options, request.replace)?;
        let alone = mcp::plan(&shown, None, &targets, &options, false)?;
        let shares = self.shares_project(name)?;
        Ok(McpPreview {
            isolation: mcp::isolation(&targets, &options, shares),
            snippet: alone.text,
            plan,
            path,
            shown,
            targets,
            options,
        })
    }

    /// Carries it out, where the file still is what it was.
    pub fn mcp_write(&self, name: &InstanceName, preview: &McpPreview) -> Result<()> {
        self.refuse_busy(name)?;
        let (targets, options) = (&preview.targets, &preview.options);
        write_mcp_file(
            &preview.path,
            &preview.shown,
            targets,
            options,
            &preview.plan,
        )?;
        self.audit("mcp config", name.as_str(), &preview.shown)
    }

    fn mcp_path(&self, name: &InstanceName, request: &McpRequest) -> Result<PathBuf> {
        let client = request.options.client;
        match &request.file {
            Some(file) => std::path::absolute(file).map_err(|e| {
                let what = format!("{} can't be a file's name: {e}.", file.display());
                Error::new(Kind::Usage, what)
            }),
            None if !request.clients_file => {
                Ok(self.workspace.instance(name)?.path().join("mcp.json"))
            }
            None if client.in_home() => match directories::BaseDirs::new() {
                Some(folders) => Ok(folders.home_dir().join(client.file())),
                None => Err(Error::not_found("Your home folder isn't known.")
                    .hint("Name the file with --file.")),
            },
            None => Ok(self.workspace.root().join(client.file())),
        }
    }

    /// Whether another instance lives in the same project.
    fn shares_project(&self, name: &InstanceName) -> Result<bool> {
        let project = self
            .workspace
            .instance(name)?
            .supabase_config()?
            .project_ref;
        let Some(project) = project.filter(|p| !p.is_empty()) else {
            return Ok(false);
        };
        let others = self
            .workspace
            .instances()?
            .into_iter()
            .filter(|n| n != name);
        let theirs = |other: &InstanceName| {
            let config = self.workspace.instance(other)?.supabase_config()?;
            Ok::<_, Error>(config.project_ref)
        };
        // a neighbour's broken file is a matter for doctor
        Ok(others
            .filter_map(|other| theirs(&other).ok().flatten())
            .any(|other| other == project))
    }
}
