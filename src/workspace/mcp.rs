//! `mcp.json` and the files of other clients: which servers an instance has, read from its own
//! configuration, and writing them. The shapes are [`crate::domain::mcp`]'s.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::file::{self, PRIVATE, SHARED, failed};
use super::instance_dir::{InstanceDir, MCP};
use super::root::Workspace;
use super::template;
use crate::domain::config::AtlassianKind;
use crate::domain::env_file::EnvFile;
use crate::domain::mcp::{
    self, AtlassianServer, Client, FilePlan, Options, SupabaseServer, Targets,
};
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Kind, Result};

/// The Management API of the service itself.
const CLOUD: &str = "https://api.supabase.com";

impl Workspace {
    /// What the servers of an instance reach, as its files say: nothing where it has no project,
    /// or neither a Jira project nor a space.
    ///
    /// # Errors
    /// `Usage` where the project's reference isn't one; what is wrong with a file that can't be read.
    pub fn mcp_targets(&self, name: &InstanceName) -> Result<Targets> {
        let dir = self.instance(name)?;
        let env = match dir.env_path().is_file() {
            true => dir.read_env()?.0,
            false => EnvFile::default(),
        };
        Ok(Targets {
            supabase: supabase(&dir, &env)?,
            atlassian: self.atlassian(&dir, &env)?,
        })
    }

    fn atlassian(&self, dir: &InstanceDir, env: &EnvFile) -> Result<Option<AtlassianServer>> {
        let config = dir.atlassian_config()?;
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (jira_project, space) = (
            some(config.jira_project_key),
            some(config.confluence_space_key),
        );
        let site = match config.kind {
            AtlassianKind::None => None,
            AtlassianKind::Sandbox => value(env, "ATLASSIAN_SITE"),
            AtlassianKind::Cloud => {
                match some(config.site).or_else(|| value(env, "ATLASSIAN_SITE")) {
                    Some(site) => Some(site),
                    None => value(&self.shared_env()?, "ATLASSIAN_SITE"),
                }
            }
        };
        let Some(site) = site.filter(|_| jira_project.is_some() || space.is_some()) else {
            return Ok(None);
        };
        let site = site.trim_end_matches('/');
        Ok(Some(AtlassianServer {
            site: match site.contains("://") {
                true => site.to_owned(),
                false => format!("https://{site}"),
            },
            jira_project,
            space,
            email_key: config.email_key,
            token_key: config.token_key,
        }))
    }
}

fn supabase(dir: &InstanceDir, env: &EnvFile) -> Result<Option<SupabaseServer>> {
    let config = dir.supabase_config()?;
    let Some(project) = config.project_ref.filter(|p| !p.is_empty()) else {
        return Ok(None);
    };
    let api_url = match config.kind {
        ProviderKind::Cloud => config
            .api_url
            .filter(|url| url.trim_end_matches('/') != CLOUD),
        ProviderKind::Sandbox => {
            let url = value(env, "SUPABASE_URL").unwrap_or_default();
            match url.strip_suffix(&format!("/projects/{project}")) {
                Some(api) => Some(api.to_owned()),
                // its project isn't there yet
                None => return Ok(None),
            }
        }
    };
    SupabaseServer::new(&project, api_url.as_deref(), &config.access_token_key).map(Some)
}

fn value(env: &EnvFile, key: &str) -> Option<String> {
    env.get(key).filter(|v| !v.is_empty()).map(str::to_owned)
}

impl InstanceDir {
    /// Writes the instance's entries into its `mcp.json`; other servers and other keys stay, and so
    /// does an entry of the same name that Matriz didn't write (it is among the changes), and what was
    /// chosen for one that it did.
    pub fn write_mcp(&self, targets: &Targets) -> Result<FilePlan> {
        let _lock = self.lock()?;
        let path = self.path().join(MCP);
        let old = file::read_text(&path)?;
        let text = old.as_deref().unwrap_or(template::MCP);
        let plan = mcp::follow(&self.shown(MCP), Some(text), targets)?;
        if old.is_none() && !plan.changes.is_empty() || plan.differs {
            file::write_whole(&path, plan.text.as_bytes(), PRIVATE)?;
        }
        Ok(plan)
    }

    /// Whether `mcp.json` has an entry of that name.
    pub fn mcp_has(&self, name: &str) -> Result<bool> {
        match file::read_text(&self.path().join(MCP))? {
            Some(text) => mcp::has(&self.shown(MCP), &text, Client::Claude, name),
            None => Ok(false),
        }
    }

    /// Removes entries of Matriz's own from `mcp.json`; what else stands in the file stays.
    pub fn remove_mcp(&self, names: &[&str]) -> Result<()> {
        let _lock = self.lock()?;
        let path = self.path().join(MCP);
        let Some(old) = file::read_text(&path)? else {
            return Ok(());
        };
        let new = mcp::remove(&self.shown(MCP), &old, Client::Claude, names)?;
        match new == old {
            true => Ok(()),
            false => file::write_whole(&path, new.as_bytes(), PRIVATE),
        }
    }

    /// `mcp.json` as a value, `None` where there is none.
    pub fn mcp(&self) -> Result<Option<Value>> {
        self.json_value(MCP)
    }
}

/// What would become of a client's file. `shown` names it in an error.
pub fn plan_mcp_file(
    path: &Path,
    shown: &str,
    targets: &Targets,
    options: &Options,
    replace: bool,
) -> Result<FilePlan> {
    let old = file::read_text(path)?;
    mcp::plan(shown, old.as_deref(), targets, options, replace)
}

/// Carries a plan of [`plan_mcp_file`] out, where the file still is what it was.
///
/// # Errors
/// `Conflict` where somebody changed the file meanwhile.
pub fn write_mcp_file(
    path: &Path,
    shown: &str,
    targets: &Targets,
    options: &Options,
    planned: &FilePlan,
) -> Result<()> {
    let replace = planned.foreign().next().is_none();
    let now = plan_mcp_file(path, shown, targets, options, replace)?;
    if now.text != planned.text {
        let error = Error::new(Kind::Conflict, format!("{shown} was changed meanwhile."));
        return Err(error.hint("Look at the plan again; nothing was written."));
    }
    if !planned.differs {
        return Ok(());
    }
    let folder = file::folder_of(path);
    fs::create_dir_all(folder).map_err(|e| failed("create", folder, e))?;
    let own = path.file_name().is_some_and(|name| name == MCP) && folder.join(".env").exists();
    let mode = if own { PRIVATE } else { SHARED };
    file::write_whole(path, planned.text.as_bytes(), mode)
}
