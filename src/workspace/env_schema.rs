//! `env.schema.toml`: what a workspace's own keys mean.

use super::file;
use super::instance_dir::InstanceDir;
use super::root::Workspace;
use crate::domain::env_schema::{Schema, Wanted};
use crate::error::Result;

/// The file at the workspace's root.
const FILE: &str = "env.schema.toml";

impl Workspace {
    /// What is known of the keys of a `.env`: the built-in schema, and over it the workspace's own.
    ///
    /// # Errors
    /// `env.schema.toml:LINE:COLUMN: …` where that file isn't as it should be.
    pub fn env_schema(&self) -> Result<Schema> {
        let builtin = Schema::builtin();
        match file::read_text(&self.root().join(FILE))? {
            None => Ok(builtin),
            Some(text) => Ok(builtin.extended(&Schema::parse(FILE, &text)?)),
        }
    }
}

impl InstanceDir {
    /// What this instance is, as far as the keys that it needs depend on it.
    pub fn wanted_keys(&self) -> Result<Wanted> {
        Ok(Wanted {
            strategy: self.manifest()?.strategy,
            supabase: self.supabase_config()?.kind,
            atlassian: self.atlassian_config()?.kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspaces_own_file_comes_first_and_a_broken_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(dir.path()).unwrap();
        assert_eq!(workspace.env_schema().unwrap(), Schema::builtin());
        let path = dir.path().join(FILE);
        std::fs::write(&path, "[[key]]\nname = \"SHOP_PIN\"\ntype = \"integer\"\n").unwrap();
        let schema = workspace.env_schema().unwrap();
        assert_eq!(schema.key("SHOP_PIN").unwrap().kind.word(), "integer");
        assert!(schema.key("SUPABASE_URL").is_some());
        std::fs::write(&path, "[[key]]\nname = \"SHOP_PIN\"\nkind = \"integer\"\n").unwrap();
        let error = workspace.env_schema().unwrap_err();
        assert!(
            error.message.starts_with("env.schema.toml:3:1: "),
            "{}",
            error.message
        );
    }
}
