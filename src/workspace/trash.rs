//! Removing an instance's folder so that it can come back.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use jiff::Timestamp;

use super::file::{self, failed};
use super::root::Workspace;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};

impl Workspace {
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
