//! A workspace on a real disk: found, listed, created, edited, selected, thrown away.

mod configs;
mod env;
mod instances;
mod root;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use matriz::domain::name::InstanceName;
use matriz::workspace::{InstanceDir, NewInstance, Workspace};

pub const REF: &str = "abcdefghijklmnopqrst";

pub fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

pub fn workspace() -> (tempfile::TempDir, Workspace) {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::init(dir.path()).unwrap();
    (dir, workspace)
}

pub fn instance(workspace: &Workspace, text: &str) -> InstanceDir {
    workspace
        .create_instance(&name(text), &NewInstance::default())
        .unwrap()
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

pub fn listing(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
