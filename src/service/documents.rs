//! An instance's files for an editor: read with a stamp, written only where nobody else did.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::Service;
use crate::domain::config_file;
use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::{Schema, Wanted};
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::workspace::CONFIG_FILES;
use crate::workspace::file::{self, PRIVATE};

/// A file's text, and a stamp of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    /// Equal for equal content; empty where the file isn't there.
    pub stamp: String,
}

/// How a save ended.
pub enum Saved {
    Written(Document),
    /// Someone else changed it since it was read; nothing was written. This is what is there.
    Stale(Document),
}

impl Service {
    pub fn load_env(&self, name: &InstanceName) -> Result<Document> {
        let document = self.document(name, ".env")?;
        // what an editor changed is found again at the next look, where this one fails
        let _ = self.notice(name);
        Ok(document)
    }

    /// What the keys of an instance have to be: the schema, and what the instance is. A file of it that
    /// can't be read counts as one that says nothing.
    pub fn env_rules(&self, name: &InstanceName) -> Result<(Schema, Wanted)> {
        let instance = self.workspace.instance(name)?;
        let wanted = Wanted {
            strategy: instance.manifest().unwrap_or_default().strategy,
            supabase: instance.supabase_config().unwrap_or_default().kind,
            atlassian: instance.atlassian_config().unwrap_or_default().kind,
        };
        Ok((self.workspace.env_schema()?, wanted))
    }

    /// What an instance's `.env` would start from: its `.env.example`, else the template.
    pub fn env_template(&self, name: &InstanceName) -> Result<Document> {
        let instance = self.workspace.instance(name)?;
        let (env, file) = instance.env_template()?;
        Ok(Document {
            name: file.to_owned(),
            path: instance.path().join(file),
            stamp: String::new(),
            text: env.text().to_owned(),
        })
    }

    /// Writes down that somebody had a value shown or copied on the screen.
    pub fn note_shown(&self, name: &InstanceName, action: &str, key: &str) -> Result<()> {
        self.workspace.instance(name)?;
        self.audit(action, name.as_str(), key)
    }

    /// Writes a whole `.env` that can be read back; refuses one that can't, with its place.
    pub fn save_env(&self, name: &InstanceName, stamp: &str, text: &str) -> Result<Saved> {
        EnvFile::parse_named(&format!("instances/{name}/.env"), text)?;
        self.refuse_busy(name)?;
        let same = |now: Option<&str>| now.map_or_else(String::new, stamp_of) == stamp;
        let dir = self.by("screen").instance(name)?;
        if !dir.replace_env(same, text)? {
            return Ok(Saved::Stale(self.document(name, ".env")?));
        }
        self.audit("edit", name.as_str(), ".env")?;
        self.touch(name)?;
        Ok(Saved::Written(self.document(name, ".env")?))
    }

    pub fn load_configs(&self, name: &InstanceName) -> Result<Vec<Document>> {
        let mut found = Vec::new();
        for file in CONFIG_FILES {
            let document = self.document(name, file)?;
            if !document.stamp.is_empty() {
                found.push(document);
            }
        }
        Ok(found)
    }

    /// Writes a configuration file whose text has the shape that it should have.
    pub fn save_config(
        &self,
        name: &InstanceName,
        file: &str,
        stamp: &str,
        text: &str,
    ) -> Result<Saved> {
        config_file::check(&format!("instances/{name}/{file}"), file, text)?;
        self.save(name, file, stamp, text)
    }

    fn document(&self, name: &InstanceName, file: &str) -> Result<Document> {
        let path = self.workspace.instance(name)?.path().join(file);
        let text = file::read_text(&path)?;
        Ok(Document {
            name: file.to_owned(),
            path,
            stamp: text.as_deref().map_or_else(String::new, stamp_of),
            text: text.unwrap_or_default(),
        })
    }

    fn save(&self, name: &InstanceName, file: &str, stamp: &str, text: &str) -> Result<Saved> {
        self.refuse_busy(name)?;
        let now = self.document(name, file)?;
        if now.stamp != stamp {
            return Ok(Saved::Stale(now));
        }
        file::write_whole(&now.path, text.as_bytes(), PRIVATE)?;
        self.audit("edit", name.as_str(), file)?;
        self.touch(name)?;
        Ok(Saved::Written(self.document(name, file)?))
    }
}

fn stamp_of(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}
