//! What connects an instance to its providers, changed in several files at once.

use super::file::{self, PRIVATE, SHARED};
use super::instance_dir::{
    ATLASSIAN, ATLASSIAN_OPTIONAL, ENV, InstanceDir, SUPABASE, SUPABASE_OPTIONAL,
};
use crate::domain::config::{AtlassianConfig, SupabaseConfig};
use crate::domain::env_file::EnvFile;
use crate::error::Result;

/// The files that say where an instance lives.
#[derive(Debug, Clone)]
pub struct Connection {
    pub env: EnvFile,
    pub supabase: SupabaseConfig,
    pub atlassian: AtlassianConfig,
}

/// A file's name, what it held, what it is to hold, and the mode of a new one.
type Change = (&'static str, Option<String>, String, u32);

impl InstanceDir {
    /// Reads, edits and writes the `.env` and both configurations with nobody in between. Each is
    /// written whole, and all of them or none: where one can't be, those before it are put back.
    /// The `.env` comes first, because it's the configurations by which others see a connection.
    /// `edit` must not write to this instance: it would wait for itself.
    pub fn edit_connection(&self, edit: impl FnOnce(&mut Connection) -> Result<()>) -> Result<()> {
        let _lock = self.lock()?;
        let mut now = Connection {
            env: self.read_env()?.0,
            supabase: self.supabase_config()?,
            atlassian: self.atlassian_config()?,
        };
        let before = now.env.text().to_owned();
        edit(&mut now)?;
        let (old, new) = self.json_texts(SUPABASE, &now.supabase, SUPABASE_OPTIONAL)?;
        let supabase = (SUPABASE, old, new, SHARED);
        let (old, new) = self.json_texts(ATLASSIAN, &now.atlassian, ATLASSIAN_OPTIONAL)?;
        let atlassian = (ATLASSIAN, old, new, SHARED);
        let env = (ENV, Some(before), now.env.text().to_owned(), PRIVATE);
        self.replace(&[env, supabase, atlassian])
    }

    fn replace(&self, changes: &[Change]) -> Result<()> {
        let differs = |(_, old, new, _): &&Change| old.as_deref() != Some(new.as_str());
        let mut written: Vec<&Change> = Vec::new();
        for change in changes.iter().filter(differs) {
            let (name, old, new, mode) = change;
            if let Err(error) = self.put(name, old.as_deref(), new, *mode) {
                self.put_back(&written);
                return Err(error);
            }
            written.push(change);
        }
        Ok(())
    }

    fn put(&self, name: &str, before: Option<&str>, after: &str, mode: u32) -> Result<()> {
        if name == ENV {
            return self.put_env(before, after).map(|_| ());
        }
        file::write_whole(&self.path().join(name), after.as_bytes(), mode)
    }

    /// As well as it can be done: the failure that led here is the one that is told.
    fn put_back(&self, written: &[&Change]) {
        for (name, old, new, mode) in written.iter().rev() {
            let path = self.path().join(name);
            let _ = match old {
                Some(text) => self.put(name, Some(new), text, *mode),
                None => std::fs::remove_file(&path)
                    .map_err(|error| file::failed("remove", &path, error)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::workspace::Workspace;

    fn instance() -> (tempfile::TempDir, InstanceDir) {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("instances/default");
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join(".env"), "# mine\nA=1\n").unwrap();
        let workspace = Workspace::find(Some(folder.path()), folder.path()).unwrap();
        let dir = workspace.instance(&"default".parse().unwrap()).unwrap();
        (folder, dir)
    }

    fn connect(dir: &InstanceDir) -> Result<()> {
        dir.edit_connection(|to| {
            to.atlassian.jira_project_key = Some("EX".into());
            to.supabase.project_ref = Some("abcdefghijklmnopqrst".into());
            to.env.set("JIRA_PROJECT_KEY", "EX")
        })
    }

    #[test]
    fn all_files_are_written() {
        let (_folder, dir) = instance();
        connect(&dir).unwrap();
        let env = fs::read_to_string(dir.env_path()).unwrap();
        assert!(env.starts_with("# mine\nA=1\n") && env.contains("JIRA_PROJECT_KEY=EX"));
        assert_eq!(
            dir.atlassian_config().unwrap().jira_project_key.as_deref(),
            Some("EX")
        );
        assert!(dir.supabase_config().unwrap().project_ref.is_some());
    }

    #[test]
    fn where_one_cannot_be_written_none_is() {
        let (_folder, dir) = instance();
        let change = |name, old: Option<&str>, new: &str| -> Change {
            (name, old.map(str::to_owned), new.to_owned(), SHARED)
        };
        fs::create_dir(dir.path().join("folder")).unwrap();
        let failed = dir.replace(&[
            change(".env", Some("# mine\nA=1\n"), "A=2\n"),
            change("new.json", None, "{}\n"),
            change("folder", None, "{}\n"),
        ]);
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(dir.env_path()).unwrap(), "# mine\nA=1\n");
        assert!(!dir.path().join("new.json").exists());
    }

    #[test]
    fn a_refused_edit_changes_nothing() {
        let (_folder, dir) = instance();
        let refused = dir.edit_connection(|to| {
            to.atlassian.jira_project_key = Some("EX".into());
            to.env.set("not a key", "1")
        });
        assert!(refused.is_err());
        assert!(!dir.path().join(ATLASSIAN).exists());
    }
}
