//! Which instances there are.

use std::fs;

use super::file::failed;
use super::instance_dir::InstanceDir;
use super::root::Workspace;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};

/// A folder in `instances/` that isn't an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub name: String,
    /// One sentence.
    pub reason: String,
}

impl Workspace {
    /// The instances, by name: the folders in `instances/` with a valid name.
    pub fn instances(&self) -> Result<Vec<InstanceName>> {
        Ok(self.read_instances()?.0)
    }

    /// The folders in `instances/` that aren't listed, each with the reason. Hidden ones and plain
    /// files are no attempt at an instance.
    pub fn skipped(&self) -> Result<Vec<Skipped>> {
        Ok(self.read_instances()?.1)
    }

    /// The folder of an instance that is there.
    pub fn instance(&self, name: &InstanceName) -> Result<InstanceDir> {
        let path = self.instances_dir().join(name.as_str());
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => Ok(InstanceDir::new(self, name.clone(), path)),
            Ok(meta) if meta.is_symlink() => Err(Error::refused(format!(
                "{} is a symbolic link, which Matriz doesn't follow.",
                self.shown(&path)
            ))
            .hint("Put the folder itself there, and try again.")),
            Ok(_) => Err(Error::not_found(format!(
                "{} isn't a folder.",
                self.shown(&path)
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(self.unknown(name)),
            Err(error) => Err(failed("open", &path, error)),
        }
    }

    fn unknown(&self, name: &InstanceName) -> Error {
        let names = self.instances().unwrap_or_default();
        let error = Error::not_found(format!("There is no instance {name}."));
        if names.is_empty() {
            return error.hint(format!("Create it with \"matriz create {name}\"."));
        }
        let some: Vec<&str> = names.iter().take(8).map(InstanceName::as_str).collect();
        let more = if names.len() > some.len() {
            ", …"
        } else {
            ""
        };
        error.hint(format!("There are: {}{more}.", some.join(", ")))
    }

    fn read_instances(&self) -> Result<(Vec<InstanceName>, Vec<Skipped>)> {
        let folder = self.instances_dir();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Vec::new(), Vec::new()));
            }
            Err(error) => return Err(failed("read", &folder, error)),
        };
        let mut names = Vec::new();
        let mut skipped = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| failed("read", &folder, e))?;
            let kind = entry
                .file_type()
                .map_err(|e| failed("read", &entry.path(), e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || !(kind.is_dir() || kind.is_symlink()) {
                continue;
            }
            if kind.is_symlink() {
                skipped.push(Skipped {
                    name,
                    reason: "It is a symbolic link.".into(),
                });
                continue;
            }
            match InstanceName::parse(&name) {
                Ok(valid) => names.push(valid),
                Err(error) => skipped.push(Skipped {
                    name,
                    reason: error.message,
                }),
            }
        }
        names.sort();
        skipped.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((names, skipped))
    }
}
