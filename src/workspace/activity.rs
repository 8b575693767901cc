//! When something last ran in an instance: the time stamp of an empty file, because a command that
//! starts can't wait for a database.

use std::fs::{self, File};
use std::time::SystemTime;

use super::file;
use super::root::Workspace;
use crate::domain::name::InstanceName;

const FOLDER: &str = "activity";

impl Workspace {
    /// Notes that something runs in an instance now. Where that can't be written, nothing is lost but
    /// how long it was idle.
    pub fn note_activity(&self, name: &InstanceName) {
        let Ok(state) = self.state_dir() else { return };
        let folder = state.join(FOLDER);
        if file::private_folder(&folder).is_err() {
            return;
        }
        let file = File::options()
            .create(true)
            .append(true)
            .open(folder.join(name.as_str()));
        if let Ok(file) = file {
            let _ = file.set_modified(SystemTime::now());
        }
    }

    /// When that was noted last.
    pub fn noted_activity(&self, name: &InstanceName) -> Option<SystemTime> {
        let path = self.root().join(super::root::STATE).join(FOLDER);
        fs::metadata(path.join(name.as_str()))
            .and_then(|meta| meta.modified())
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_noted_and_read() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(dir.path()).unwrap();
        let name = InstanceName::parse("a").unwrap();
        assert_eq!(workspace.noted_activity(&name), None);
        let before = SystemTime::now();
        workspace.note_activity(&name);
        let first = workspace.noted_activity(&name).unwrap();
        assert!(first >= before - std::time::Duration::from_secs(1));
        workspace.note_activity(&name);
        assert!(workspace.noted_activity(&name).unwrap() >= first);
    }
}
