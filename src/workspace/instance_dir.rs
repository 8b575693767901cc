//! One instance's folder: its `.env` and its configuration files.

use std::fs::File;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::env_watch::EnvWatch;
use super::file::{self, SHARED, failed};
use super::root::Workspace;
use super::stamp::Stamp;
use super::{template, temporary};
use crate::domain::config::{AtlassianConfig, SupabaseConfig};
use crate::domain::config_file::json_edit;
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};

pub(super) const ENV: &str = ".env";
const ENV_EXAMPLE: &str = ".env.example";
pub(super) const SUPABASE: &str = "supabase.config.json";
pub(super) const ATLASSIAN: &str = "atlassian.config.json";
pub(super) const MANIFEST: &str = "instance.toml";
pub(super) const MCP: &str = "mcp.json";

/// The configuration files of an instance, in the order in which they are shown.
pub const CONFIG_FILES: [&str; 4] = [MANIFEST, SUPABASE, ATLASSIAN, MCP];

/// Keys that are removed where the value is unset.
pub(super) const SUPABASE_OPTIONAL: &[&str] = &["apiUrl", "projectRef"];
pub(super) const ATLASSIAN_OPTIONAL: &[&str] = &["site", "jiraProjectKey", "confluenceSpaceKey"];

/// The folder of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceDir {
    name: InstanceName,
    path: PathBuf,
    /// The folder as a person knows it: `instances/NAME`.
    shown: String,
    pub(super) watch: EnvWatch,
}

impl InstanceDir {
    pub(super) fn new(workspace: &Workspace, name: InstanceName, path: PathBuf) -> Self {
        let shown = workspace.shown(&path);
        InstanceDir {
            name,
            path,
            shown,
            watch: workspace.watch.clone(),
        }
    }

    pub fn name(&self) -> &InstanceName {
        &self.name
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files that are this instance's own, by their names: its environment and its
    /// configuration. All else in the folder (seeds, migrations, notes) may be another's as well.
    pub fn own_files() -> impl Iterator<Item = &'static str> {
        std::iter::once(ENV).chain(CONFIG_FILES)
    }

    pub fn env_path(&self) -> PathBuf {
        self.path.join(ENV)
    }

    /// Reads every one of the instance's own files.
    ///
    /// # Errors
    /// What is wrong with the first that can't be read, with its place.
    pub fn check_files(&self) -> Result<()> {
        self.manifest()?;
        self.supabase_config()?;
        self.atlassian_config()?;
        self.mcp()?;
        if self.env_path().is_file() {
            self.read_env()?;
        }
        Ok(())
    }

    /// A file of this instance for a sentence: `instances/NAME/FILE`.
    pub(super) fn shown(&self, file: &str) -> String {
        format!("{}/{file}", self.shown)
    }

    /// The `.env`, and a stamp of its content for [`InstanceDir::save_env`].
    pub fn read_env(&self) -> Result<(EnvFile, Stamp)> {
        let Some(text) = file::read_text(&self.env_path())? else {
            return Err(
                Error::not_found(format!("{} isn't there.", self.shown(ENV))).hint(format!(
                    "Set the instance up with \"matriz init {}\", or copy its .env.example to .env.",
                    self.name
                )),
            );
        };
        let stamp = Stamp::of(Some(&text));
        Ok((EnvFile::parse_named(&self.shown(ENV), &text)?, stamp))
    }

    /// Writes the `.env` if it still is what it was when it was read; refuses where someone changed it
    /// meanwhile. Returns the stamp of what is there now.
    pub fn save_env(&self, env: &EnvFile, expected: &Stamp) -> Result<Stamp> {
        let _lock = self.lock()?;
        let now = file::read_text(&self.env_path())?;
        if Stamp::of(now.as_deref()) != *expected {
            return Err(Error::new(
                Kind::Conflict,
                format!("{} was changed by someone else meanwhile.", self.shown(ENV)),
            )
            .hint("Read it again and repeat the change; nothing was written."));
        }
        self.put_env(now.as_deref(), env.text())
    }

    /// Reads, edits and writes the `.env` with nobody in between. Nothing is written where `edit`
    /// fails or changes nothing. `edit` must not write to this instance: it would wait for itself.
    pub fn edit_env(&self, edit: impl FnOnce(&mut EnvFile) -> Result<()>) -> Result<EnvFile> {
        let _lock = self.lock()?;
        let (before, _) = self.read_env()?;
        let mut env = before.clone();
        edit(&mut env)?;
        if env.text() != before.text() {
            self.put_env(Some(before.text()), env.text())?;
        }
        Ok(env)
    }

    /// Makes sure that there is a `.env`: copies `.env.example` (all that a fresh clone of the
    /// repository has), or the template where there is none. True where one was written.
    pub fn ensure_env(&self) -> Result<bool> {
        let _lock = self.lock()?;
        if file::read_text(&self.env_path())?.is_some() {
            return Ok(false);
        }
        let (env, _) = self.env_template()?;
        self.put_env(None, env.text())?;
        Ok(true)
    }

    /// What a `.env` here is made from, and what it's called: `.env.example`, or the built-in
    /// template where there is none.
    pub fn env_template(&self) -> Result<(EnvFile, &'static str)> {
        let shown = self.shown(ENV_EXAMPLE);
        match file::read_text(&self.path.join(ENV_EXAMPLE))? {
            Some(text) => Ok((EnvFile::parse_named(&shown, &text)?, ENV_EXAMPLE)),
            None => Ok((EnvFile::parse(template::ENV)?, "the template")),
        }
    }

    /// Keeps other processes of Matriz from writing here until it's dropped. The lock is on the folder
    /// itself, so it leaves no file behind.
    pub(super) fn lock(&self) -> Result<Flock<File>> {
        let folder = File::open(&self.path).map_err(|e| failed("open", &self.path, e))?;
        let lock = Flock::lock(folder, FlockArg::LockExclusive)
            .map_err(|(_, errno)| failed("lock", &self.path, errno.into()))?;
        temporary::sweep(&self.path);
        Ok(lock)
    }

    /// `supabase.config.json`, or what holds without one.
    pub fn supabase_config(&self) -> Result<SupabaseConfig> {
        self.read_json(SUPABASE)
    }

    /// Changes what differs in `supabase.config.json`; every other byte stays. What someone else
    /// changed since `config` was read is set back; [`InstanceDir::edit_supabase_config`] doesn't.
    pub fn save_supabase_config(&self, config: &SupabaseConfig) -> Result<()> {
        let _lock = self.lock()?;
        self.save_json(SUPABASE, config, SUPABASE_OPTIONAL)
    }

    /// Reads, edits and writes `supabase.config.json` with nobody in between. `edit` must not write to
    /// this instance: it would wait for itself.
    pub fn edit_supabase_config(
        &self,
        edit: impl FnOnce(&mut SupabaseConfig) -> Result<()>,
    ) -> Result<SupabaseConfig> {
        let _lock = self.lock()?;
        let mut config = self.supabase_config()?;
        edit(&mut config)?;
        self.save_json(SUPABASE, &config, SUPABASE_OPTIONAL)?;
        Ok(config)
    }

    /// `atlassian.config.json`, or what holds without one.
    pub fn atlassian_config(&self) -> Result<AtlassianConfig> {
        self.read_json(ATLASSIAN)
    }

    /// Changes what differs in `atlassian.config.json`; every other byte stays.
    pub fn save_atlassian_config(&self, config: &AtlassianConfig) -> Result<()> {
        let _lock = self.lock()?;
        self.save_json(ATLASSIAN, config, ATLASSIAN_OPTIONAL)
    }

    /// Reads, edits and writes `atlassian.config.json` with nobody in between: its project's key and
    /// its space's are found out side by side. `edit` must not write to this instance: it would wait
    /// for itself.
    pub fn edit_atlassian_config(
        &self,
        edit: impl FnOnce(&mut AtlassianConfig),
    ) -> Result<AtlassianConfig> {
        let _lock = self.lock()?;
        let mut config = self.atlassian_config()?;
        edit(&mut config);
        self.save_json(ATLASSIAN, &config, ATLASSIAN_OPTIONAL)?;
        Ok(config)
    }

    fn read_json<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T> {
        match file::read_text(&self.path.join(name))? {
            None => Ok(T::default()),
            Some(text) => json_edit::read(&self.shown(name), &text),
        }
    }

    fn save_json<T: Serialize + DeserializeOwned + Default>(
        &self,
        name: &str,
        config: &T,
        optional: &[&str],
    ) -> Result<()> {
        let (old, new) = self.json_texts(name, config, optional)?;
        if old.as_deref() != Some(&new) {
            file::write_whole(&self.path.join(name), new.as_bytes(), SHARED)?;
        }
        Ok(())
    }

    /// The text of a JSON file as it is, and as `config` makes it.
    pub(super) fn json_texts<T: Serialize + DeserializeOwned + Default>(
        &self,
        name: &str,
        config: &T,
        optional: &[&str],
    ) -> Result<(Option<String>, String)> {
        let old = file::read_text(&self.path.join(name))?;
        let text = old.clone().unwrap_or_else(|| "{}\n".to_owned());
        let new = json_edit::update(&self.shown(name), &text, config, optional)?;
        Ok((old, new))
    }

    /// The whole of a JSON file of this instance, `None` where there is none.
    pub(super) fn json_value(&self, name: &str) -> Result<Option<Value>> {
        match file::read_text(&self.path.join(name))? {
            None => Ok(None),
            Some(text) => json_edit::read(&self.shown(name), &text).map(Some),
        }
    }
}
