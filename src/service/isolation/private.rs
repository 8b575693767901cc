//! Who may reach what holds secrets: owner, kind and mode of each.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::domain::isolation::{FileFact, FileKind};
use crate::workspace::{InstanceDir, Workspace};

/// An instance's folder, and its own files that are there.
pub fn of_instance(dir: &InstanceDir) -> Vec<FileFact> {
    let own = InstanceDir::own_files().filter_map(|name| {
        let secret = matches!(name, ".env" | "mcp.json");
        let shown = format!("instances/{}/{name}", dir.name());
        look(&dir.path().join(name), shown, secret)
    });
    let shown = format!("instances/{}", dir.name());
    let folder = look(dir.path(), shown, false);
    folder
        .into_iter()
        .chain(own)
        .map(|file| FileFact {
            instance: Some(dir.name().to_string()),
            ..file
        })
        .collect()
}

/// Matriz's own folder, the keys in it, the folder of the instances, the root's `.env`, and links among
/// the instances.
pub fn of_workspace(workspace: &Workspace) -> Vec<FileFact> {
    let root = workspace.root();
    let mut found: Vec<FileFact> = [".matriz", "instances", ".env"]
        .into_iter()
        .filter_map(|name| look(&root.join(name), name.to_owned(), true))
        .collect();
    for entry in fs::read_dir(root.join(".matriz/keys"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        found.extend(look(&entry.path(), format!(".matriz/keys/{name}"), true));
    }
    for skipped in workspace.skipped().unwrap_or_default() {
        let path = workspace.instances_dir().join(&skipped.name);
        let shown = format!("instances/{}", skipped.name);
        found.extend(look(&path, shown, false).filter(|f| f.kind == FileKind::Symlink));
    }
    found
}

fn look(path: &Path, shown: String, private: bool) -> Option<FileFact> {
    let meta = fs::symlink_metadata(path).ok()?;
    let kind = match meta.file_type() {
        kind if kind.is_symlink() => FileKind::Symlink,
        kind if kind.is_dir() => FileKind::Folder,
        _ => FileKind::File,
    };
    Some(FileFact {
        path: shown,
        instance: None,
        kind,
        mode: meta.mode() & 0o7777,
        owner: meta.uid(),
        private,
    })
}
