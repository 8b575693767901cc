//! Creating an instance's folder, whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;

use super::file::{self, PRIVATE, SHARED, failed};
use super::instance_dir::{ATLASSIAN, InstanceDir, SUPABASE};
use super::root::Workspace;
use super::settings::SupabaseSettings;
use super::{manifest, template, temporary};
use crate::domain::config::{AtlassianConfig, Expiry, Manifest, SupabaseConfig};
use crate::domain::config_file::json_edit;
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Kind, Result};

/// What a new instance starts with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewInstance {
    pub strategy: Strategy,
    pub kind: ProviderKind,
    pub purpose: String,
    pub owner: String,
    pub labels: Vec<String>,
    pub expiry: Expiry,
    pub cloned_from: Option<InstanceName>,
    /// The Management API, where it isn't the workspace's.
    pub api_url: Option<String>,
    /// The workspace's where it's empty.
    pub organization: String,
    /// The workspace's where it's empty.
    pub region: String,
    /// `public`, or the instance's own name for the strategy `schema`, where it's unset.
    pub schema: Option<String>,
    pub atlassian: AtlassianConfig,
    /// Now, where it's unset.
    pub created: Option<Timestamp>,
}

/// The workspace's own service, where its settings name another than Supabase's.
fn own_api(settings: &SupabaseSettings, kind: ProviderKind) -> Option<String> {
    let other = settings.api_url != SupabaseSettings::default().api_url;
    (kind == ProviderKind::Cloud && other).then(|| settings.api_url.clone())
}

impl Workspace {
    /// Creates `instances/NAME` with `.env`, the configuration files and an empty `mcp.json`. The
    /// folder appears complete or not at all; a name that is taken, in whatever case, is a conflict.
    pub fn create_instance(&self, name: &InstanceName, new: &NewInstance) -> Result<InstanceDir> {
        let instances = self.instances_dir();
        let path = instances.join(name.as_str());
        fs::create_dir_all(&instances).map_err(|e| failed("create", &instances, e))?;
        self.refuse_taken(name)?;
        let files = self.files_of(name, new)?;
        temporary::sweep(&instances);
        let temporary = temporary::temporary_beside(&path);
        let filled = fill(&temporary, &files).and_then(|()| {
            fs::rename(&temporary, &path).map_err(|error| match error.kind() {
                ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => taken(name.as_str()),
                _ => failed("create", &path, error),
            })
        });
        if let Err(error) = filled {
            let _ = fs::remove_dir_all(&temporary);
            return Err(error);
        }
        file::sync_folder(&instances).map_err(|e| failed("write", &instances, e))?;
        Ok(InstanceDir::new(self, name.clone(), path))
    }

    fn refuse_taken(&self, name: &InstanceName) -> Result<()> {
        let instances = self.instances_dir();
        let entries = fs::read_dir(&instances).map_err(|e| failed("read", &instances, e))?;
        for entry in entries {
            let entry = entry.map_err(|e| failed("read", &instances, e))?;
            let there = entry.file_name().to_string_lossy().into_owned();
            if there.to_lowercase() == name.as_str() {
                return Err(taken(&there));
            }
        }
        Ok(())
    }

    fn files_of(
        &self,
        name: &InstanceName,
        new: &NewInstance,
    ) -> Result<Vec<(&'static str, String, u32)>> {
        let settings = self.settings()?.providers.supabase;
        let or = |own: &str, theirs: &str| if own.is_empty() { theirs } else { own }.to_owned();
        let schema = match (&new.schema, new.strategy) {
            (Some(schema), _) => schema.clone(),
            (None, Strategy::Schema) => name.as_schema(),
            (None, _) => "public".to_owned(),
        };
        let mut env = EnvFile::parse(template::ENV)?;
        env.set("MCP_SUPABASE_SCHEMA", &schema)?;
        let supabase = SupabaseConfig {
            kind: new.kind,
            api_url: new.api_url.clone().or_else(|| own_api(&settings, new.kind)),
            organization: or(&new.organization, &settings.organization),
            region: or(&new.region, &settings.region),
            schema,
            ..SupabaseConfig::default()
        };
        let manifest = Manifest {
            strategy: new.strategy,
            purpose: new.purpose.clone(),
            owner: new.owner.clone(),
            labels: new.labels.clone(),
            protected: false,
            expiry: new.expiry,
            created: Some(new.created.unwrap_or_else(Timestamp::now)),
            cloned_from: new.cloned_from.as_ref().map(ToString::to_string),
        };
        Ok(vec![
            (".env", env.text().to_owned(), PRIVATE),
            (
                SUPABASE,
                json_edit::update(SUPABASE, template::SUPABASE, &supabase, &[])?,
                SHARED,
            ),
            (
                ATLASSIAN,
                json_edit::update(ATLASSIAN, template::ATLASSIAN, &new.atlassian, &[])?,
                SHARED,
            ),
            (
                "instance.toml",
                manifest::update("instance.toml", template::MANIFEST, &manifest)?,
                SHARED,
            ),
            ("mcp.json", template::MCP.to_owned(), PRIVATE),
        ])
    }
}

fn fill(folder: &Path, files: &[(&str, String, u32)]) -> Result<()> {
    fs::create_dir(folder).map_err(|e| failed("create", folder, e))?;
    for (name, text, mode) in files {
        file::write_whole(&folder.join(name), text.as_bytes(), *mode)?;
    }
    Ok(())
}

fn taken(name: &str) -> Error {
    Error::new(
        Kind::Conflict,
        format!("There is already an instances/{name}."),
    )
    .hint("Choose another name, or delete that instance first.")
}
