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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{NewInstance, Workspace};
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    /// A workspace with one instance whose `.env` has these bytes and this mode.
    fn with_env(bytes: &str, mode: u32) -> (tempfile::TempDir, Service, InstanceName, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(folder.path()).unwrap();
        let name = InstanceName::parse("default").unwrap();
        let new = NewInstance::default();
        let instance = workspace.create_instance(&name, &new).unwrap();
        let path = instance.env_path();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let service = Service::open(Some(folder.path())).unwrap();
        (folder, service, name, path)
    }

    #[test]
    fn a_save_keeps_mode_owner_and_line_ends() {
        let before = "# first\r\nA=1\r\nB='two'\r\n\r\nLAST=x";
        let (_folder, service, name, path) = with_env(before, 0o640);
        let meta = fs::metadata(&path).unwrap();
        let read = service.load_env(&name).unwrap();
        let mut file = EnvFile::parse(&read.text).unwrap();
        file.set("A", "2").unwrap();
        file.set("CERT", "a\nb").unwrap();
        let saved = service.save_env(&name, &read.stamp, file.text()).unwrap();
        assert!(matches!(saved, Saved::Written(_)));
        let after = fs::read_to_string(&path).unwrap();
        let wanted = before.replace("A=1", "A=2") + "\r\nCERT='a\r\nb'\r\n";
        assert_eq!(after, wanted);
        let now = fs::metadata(&path).unwrap();
        assert_eq!(now.mode() & 0o7777, 0o640);
        assert_eq!((now.uid(), now.gid()), (meta.uid(), meta.gid()));
        let rest = fs::read_dir(path.parent().unwrap()).unwrap();
        let left: Vec<_> = rest
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.to_string_lossy().contains(".env."))
            .collect();
        assert_eq!(left.len(), 0, "{left:?}");
    }

    #[test]
    fn another_hands_change_is_not_overwritten() {
        let (_folder, service, name, path) = with_env("A=1\n", 0o600);
        let read = service.load_env(&name).unwrap();
        fs::write(&path, "A=theirs\n").unwrap();
        let saved = service.save_env(&name, &read.stamp, "A=mine\n").unwrap();
        let Saved::Stale(now) = saved else {
            panic!("it was overwritten");
        };
        assert_eq!(now.text, "A=theirs\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=theirs\n");
        let saved = service.save_env(&name, &now.stamp, "A=mine\n").unwrap();
        assert!(matches!(saved, Saved::Written(_)));
    }

    #[test]
    fn what_is_needed_follows_the_instance_and_the_workspaces_schema() {
        let (folder, service, name, _) = with_env("", 0o600);
        let own = "[[key]]\nname = \"PAYMENT_KEY\"\ntype = \"text\"\nrequired = true\n";
        fs::write(folder.path().join("env.schema.toml"), own).unwrap();
        let (schema, wanted) = service.env_rules(&name).unwrap();
        let needed = schema.required(&wanted);
        assert!(needed.iter().any(|key| key.name == "PAYMENT_KEY"));
        let template = service.env_template(&name).unwrap();
        assert!(template.text.contains("SUPABASE_URL="));
        service.note_shown(&name, "reveal", "A").unwrap();
        let lines = service.activity(&name).unwrap();
        assert!(
            lines.iter().any(|(_, text)| text == "reveal A"),
            "{lines:?}"
        );
    }
}
