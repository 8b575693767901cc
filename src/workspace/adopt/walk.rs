//! What is below a folder: links, repositories and texts.

use std::fs;
use std::path::Path;

use crate::error::Result;
use crate::workspace::file::failed;

/// Folders that tools fill and can fill again.
const NOT_LOOKED_INTO: [&str; 6] = [".git", "node_modules", "target", ".venv", "dist", ".next"];
/// Larger files aren't scripts.
const LARGEST: u64 = 256 * 1024;

/// What was come across, by paths relative to the root.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// A link, and what it says.
    pub links: Vec<(String, String)>,
    /// Folders with a repository of their own.
    pub repositories: Vec<String>,
    /// Folders that belong to a repository elsewhere: a `.git` that is a file.
    pub worktrees: Vec<String>,
    /// Plain files that may be read for names of paths.
    pub files: Vec<String>,
}

/// Walks a folder of the root, given by its path below it; links aren't followed.
pub(super) fn walk(root: &Path, below: &str, seen: &mut Seen) -> Result<()> {
    let folder = root.join(below);
    let mut entries: Vec<_> = fs::read_dir(&folder)
        .and_then(Iterator::collect)
        .map_err(|e| failed("read", &folder, e))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = match below.is_empty() {
            true => name.clone(),
            false => format!("{below}/{name}"),
        };
        let meta =
            fs::symlink_metadata(entry.path()).map_err(|e| failed("read", &entry.path(), e))?;
        if name == ".git" && !below.is_empty() {
            match meta.is_dir() {
                true => seen.repositories.push(below.to_owned()),
                false => seen.worktrees.push(below.to_owned()),
            }
        } else if meta.is_symlink() {
            let says = fs::read_link(entry.path()).map_err(|e| failed("read", &entry.path(), e))?;
            seen.links.push((path, says.to_string_lossy().into_owned()));
        } else if meta.is_dir() {
            if !NOT_LOOKED_INTO.contains(&name.as_str()) {
                walk(root, &path, seen)?;
            }
        } else if meta.is_file() && meta.len() <= LARGEST {
            seen.files.push(path);
        }
    }
    Ok(())
}

/// Where a relative link at `path` leads, below the root; `None` where it leads out of it.
pub(super) fn leads_to(path: &str, says: &str) -> Option<String> {
    if says.starts_with('/') {
        return None;
    }
    let mut at: Vec<&str> = path.split('/').collect();
    at.pop();
    for part in says.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                at.pop()?;
            }
            part => at.push(part),
        }
    }
    Some(at.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_the_system_takes_them() {
        assert_eq!(
            leads_to("bin/run", "../scripts/a.sh").as_deref(),
            Some("scripts/a.sh")
        );
        assert_eq!(leads_to("a", "./b/../c").as_deref(), Some("c"));
        assert_eq!(leads_to("a/b", "../../x"), None);
        assert_eq!(leads_to("a", "/etc"), None);
    }
}
