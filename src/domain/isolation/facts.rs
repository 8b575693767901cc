//! What the rules look at.

use std::collections::BTreeSet;

use serde_json::Value;

use super::hits::Hit;
use crate::domain::config::{AtlassianConfig, SupabaseConfig};
use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::SchemaFinding;
use crate::domain::fingerprint::Fingerprints;
use crate::domain::strategy::Strategy;

/// A workspace as it was read at one moment.
pub struct Facts {
    pub instances: Vec<InstanceFacts>,
    /// The `.env` at the root: what it sets is the whole workspace's on purpose.
    pub shared_env: EnvFile,
    pub fingerprints: Fingerprints,
    /// What holds secrets, and the folders of it.
    pub files: Vec<FileFact>,
    /// Whose the files should be; `None` where that can't be told.
    pub user: Option<u32>,
    /// `None` where there is no git.
    pub git: Option<GitFacts>,
    /// What was found in files other than `.env`.
    pub hits: Vec<Hit>,
    /// Of each instance that was ever seen: the project that it had then.
    pub seen: Vec<(String, Option<String>)>,
    /// The refs of the sandbox's projects; `None` where its state can't be read.
    pub sandbox: Option<BTreeSet<String>>,
    /// A job is changing things: what is half made isn't left over.
    pub busy: bool,
}

/// A configuration file's text, for the places of what stands in it.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub name: &'static str,
    pub text: String,
}

impl Text {
    /// The line where these words first stand.
    pub fn line_of(&self, words: &str) -> Option<usize> {
        let at = self.text.find(words)?;
        Some(self.text.get(..at)?.matches('\n').count() + 1)
    }
}

/// One instance's own files.
#[derive(Debug, Clone, Default)]
pub struct InstanceFacts {
    pub name: String,
    pub strategy: Strategy,
    pub supabase: SupabaseConfig,
    pub atlassian: AtlassianConfig,
    pub env: EnvFile,
    pub mcp: Option<Value>,
    /// The configuration files that are there.
    pub texts: Vec<Text>,
    /// File, and what is wrong with it in one sentence.
    pub unreadable: Vec<(String, String)>,
    /// What its schema says of the `.env`.
    pub schema: Vec<SchemaFinding>,
}

impl InstanceFacts {
    /// The path of one of its files, from the root.
    pub fn path(&self, file: &str) -> String {
        format!("instances/{}/{file}", self.name)
    }

    /// Its configuration could be read, so that it's known what it is.
    pub fn is_configured(&self) -> bool {
        const WHAT: [&str; 3] = [
            "instance.toml",
            "supabase.config.json",
            "atlassian.config.json",
        ];
        let broken = |(file, _): &(String, String)| WHAT.contains(&file.as_str());
        !self.unreadable.iter().any(broken)
    }

    pub fn env_line(&self, key: &str) -> Option<usize> {
        self.env
            .entries()
            .find(|e| e.effective && e.key == key)
            .map(|e| e.line)
    }

    pub fn text(&self, file: &str) -> Option<&Text> {
        self.texts.iter().find(|t| t.name == file)
    }

    /// A key's value, where it isn't empty.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.env.get(key).filter(|value| !value.is_empty())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    File,
    Folder,
    Symlink,
}

/// A file or a folder that only its owner should reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    /// From the root.
    pub path: String,
    /// Whose it is, where it's an instance's.
    pub instance: Option<String>,
    pub kind: FileKind,
    /// The permission bits.
    pub mode: u32,
    pub owner: u32,
    /// It holds secrets, so others may not read it.
    pub private: bool,
}

/// What git says of the workspace's files; paths are from the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitFacts {
    pub tracked: BTreeSet<String>,
    /// Neither tracked nor ignored.
    pub unignored: BTreeSet<String>,
}
