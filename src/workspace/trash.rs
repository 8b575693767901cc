//! Removing an instance's folder so that it can come back.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use jiff::Timestamp;

use super::file::{self, failed};
use super::instance_dir::InstanceDir;
use super::root::Workspace;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};

impl Workspace {
    /// When the instances of this name that lie in the trash were made, each as
    /// [`InstanceDir::born`] says it.
    pub fn trashed_births(&self, name: &str) -> Result<Vec<String>> {
        let trash = self.state_dir()?.join("trash");
        let entries = match fs::read_dir(&trash) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &trash, error)),
        };
        let mut births = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| failed("read", &trash, e))?;
            let folder = entry.file_name().to_string_lossy().into_owned();
            // NAME-YYYYMMDDTHHMMSSZ; another name's that begins the same does no harm
            if !folder
                .strip_prefix(name)
                .is_some_and(|r| r.starts_with('-'))
            {
                continue;
            }
            let Ok(name) = InstanceName::parse(name) else {
                continue;
            };
            // one whose instance.toml can't be read can't be told apart from others
            births.extend(InstanceDir::new(self, name, entry.path()).born());
        }
        Ok(births)
    }

    /// Moves the instance's folder to `.matriz/trash/NAME-YYYYMMDDTHHMMSSZ` and says where it is now.
    /// One rename: all of it or nothing.
    pub fn trash(&self, name: &InstanceName) -> Result<PathBuf> {
        let instance = self.instance(name)?;
        let trash = self.state_dir()?.join("trash");
        file::private_folder(&trash)?;
        let moment = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        for attempt in 1..=100 {
            let target = match attempt {
                1 => trash.join(format!("{name}-{moment}")),
                n => trash.join(format!("{name}-{moment}-{n}")),
            };
            // rename would replace an empty folder
            if fs::symlink_metadata(&target).is_ok() {
                continue;
            }
            match fs::rename(instance.path(), &target) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => continue,
                Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                    return Err(failed("move to the trash", instance.path(), error).hint(
                        "instances/ and .matriz/ must be on one file system; nothing was changed.",
                    ));
                }
                Err(error) => return Err(failed("move to the trash", instance.path(), error)),
            }
            for folder in [&trash, &self.instances_dir()] {
                file::sync_folder(folder).map_err(|e| failed("write", folder, e))?;
            }
            return Ok(target);
        }
        Err(Error::new(
            Kind::Conflict,
            format!("The trash already holds too many copies of {name}."),
        )
        .hint("Empty the trash with \"matriz trash empty\"."))
    }
}
