//! `status`: where one is, and why.

use std::path::Path;

use serde::Serialize;

use super::Service;
use super::here::{self, Here};
use crate::domain::name::InstanceName;
use crate::domain::terminal::{Look, Origin};
use crate::error::Result;

/// Everything that `status` says.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    pub workspace: String,
    pub root: String,
    /// The instance that a verb works in here, and why that one; `None` where there is none yet.
    pub instance: Option<InstanceName>,
    pub origin: Option<Origin>,
    pub glyph: Option<&'static str>,
    pub locked: bool,
    pub protected: bool,
    /// A hook of this terminal is at work.
    pub hook: bool,
    pub strategy: Option<String>,
    /// Where its project lives, and its Jira project and space.
    pub supabase: Option<String>,
    pub atlassian: Option<String>,
    /// The workspace's default, which never stands in for a name where something is destroyed.
    pub default: Option<InstanceName>,
    /// Jobs under way in the workspace.
    pub jobs: Vec<RunningJob>,
    /// What can't be told, in a sentence.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RunningJob {
    pub id: i64,
    pub title: String,
}

/// `NAME GLYPH` for a prompt; empty outside a workspace and where no instance is current. Reads a
/// handful of small files, however many instances there are.
pub fn short_status(root: Option<&Path>, flag: Option<&str>) -> String {
    let named = here::named_root();
    let Ok(here) = Here::open(root.or(named.as_deref())) else {
        return String::new();
    };
    let Ok(chosen) = here.choose(flag) else {
        return String::new();
    };
    let dir = here.workspace.instance(&chosen.name);
    let protected = dir.and_then(|dir| dir.manifest()).map(|m| m.protected);
    let look = Look::of(chosen.name.as_str(), protected.unwrap_or(false));
    format!("{} {}", chosen.name, look.glyph)
}

impl Service {
    pub fn status(&self, flag: Option<&str>) -> Result<Status> {
        let here = self.here();
        let chosen = here.choose(flag);
        let default = self.workspace.selected()?;
        let default = Some(default).filter(|name| self.workspace.instance(name).is_ok());
        let jobs = self.registry.active_jobs()?;
        let mut status = Status {
            workspace: self.workspace_name(),
            root: self.root().display().to_string(),
            instance: None,
            origin: None,
            glyph: None,
            locked: here.locked().is_some(),
            protected: false,
            hook: self.terminal.id.is_some(),
            strategy: None,
            supabase: None,
            atlassian: None,
            default,
            jobs: jobs
                .into_iter()
                .map(|(job, _)| RunningJob {
                    id: job.id,
                    title: job.title(),
                })
                .collect(),
            note: None,
        };
        match chosen {
            Err(error) => status.note = Some(error.message),
            Ok(chosen) => {
                let dir = self.workspace.instance(&chosen.name)?;
                match dir.manifest() {
                    Ok(manifest) => {
                        status.strategy = Some(manifest.strategy.word().to_owned());
                        status.protected = manifest.protected;
                    }
                    Err(error) => status.note = Some(error.message),
                }
                let supabase = dir.supabase_config().map(|c| match c.project_ref {
                    Some(project) => format!("{} {project}", c.kind.word()),
                    None => c.kind.word().to_owned(),
                });
                status.supabase = supabase.ok();
                let atlassian = dir.atlassian_config().map(|c| c.kind.word().to_owned());
                status.atlassian = atlassian.ok();
                status.glyph = Some(Look::of(chosen.name.as_str(), status.protected).glyph);
                status.origin = Some(chosen.origin);
                status.instance = Some(chosen.name);
            }
        }
        Ok(status)
    }
}
