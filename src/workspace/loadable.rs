//! What is loaded into a terminal for an instance, and whether that changed since.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::file;
use super::root::Workspace;
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};

/// An instance's variables, and the keys of all instances.
pub struct Loadable {
    /// In the order in which they count: the root's `.env`, then the instance's own. A key that both
    /// have is there twice.
    pub own: Vec<(String, String)>,
    /// Every key that any instance names, this one included.
    pub known: BTreeSet<String>,
}

impl Workspace {
    /// Reads them from the files. Another instance whose `.env` is missing or broken doesn't stop this
    /// one; the keys that can be read in it still count.
    ///
    /// # Errors
    /// `Parse` where the instance's own file can't be read; `Refused` where a value has a NUL, which
    /// no program can be given.
    pub fn loadable(&self, name: &InstanceName) -> Result<Loadable> {
        let (env, _) = self.instance(name)?.read_env()?;
        let shared = self.shared_env()?;
        let own: Vec<(String, String)> = shared
            .pairs()
            .chain(env.pairs())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        for (key, value) in &own {
            passable(name, key, value)?;
        }
        let mut known = BTreeSet::new();
        for other in self.instances()? {
            let path = self.env_of(other.as_str());
            if let Ok(Some(text)) = file::read_text(&path) {
                let file = EnvFile::parse_lenient(&text);
                for entry in file.entries() {
                    if !known.contains(entry.key) {
                        known.insert(entry.key.to_owned());
                    }
                }
            }
        }
        Ok(Loadable { own, known })
    }

    /// Changes whenever [`Workspace::loadable`] may have: a hash over the stamps of all files that it
    /// reads. It asks the system about each and opens none, so that a prompt can afford it.
    pub fn load_stamp(&self, name: &InstanceName) -> u64 {
        let own = stamp(name.as_str(), &self.env_of(name.as_str()))
            .wrapping_add(stamp("/", &self.root().join(".env")));
        // the order in which a folder is listed means nothing, hence a sum
        fs::read_dir(self.instances_dir())
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| {
                let folder = entry.file_name();
                let folder = folder.to_string_lossy();
                stamp(&folder, &self.env_of(&folder))
            })
            .fold(own.rotate_left(1), u64::wrapping_add)
    }

    fn env_of(&self, folder: &str) -> std::path::PathBuf {
        self.instances_dir().join(folder).join(".env")
    }
}

/// A file that is replaced has another inode, one that is written to another time of change, which
/// nobody can set.
fn stamp(label: &str, path: &Path) -> u64 {
    let mut hash = DefaultHasher::new();
    label.hash(&mut hash);
    if let Ok(meta) = fs::symlink_metadata(path) {
        (meta.dev(), meta.ino(), meta.size()).hash(&mut hash);
        (meta.mtime(), meta.mtime_nsec()).hash(&mut hash);
        (meta.ctime(), meta.ctime_nsec()).hash(&mut hash);
    }
    hash.finish()
}

/// What the system can hand to a program: `KEY=value` up to the first NUL.
fn passable(name: &InstanceName, key: &str, value: &str) -> Result<()> {
    let what = if value.contains('\0') {
        "its value has a NUL character"
    } else if key.is_empty() || key.contains(['=', '\0']) {
        "a name can't be empty, nor have \"=\" or NUL in it"
    } else {
        return Ok(());
    };
    Err(Error::new(
        Kind::Refused,
        format!(
            "{} of {name} can't be passed to a program: {what}.",
            key.escape_debug()
        ),
    )
    .hint(format!("Mend it in instances/{name}/.env.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn world() -> (tempfile::TempDir, Workspace, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(dir.path()).unwrap();
        for (folder, text) in [("a", "A=1\nBOTH=a\n"), ("b", "B=2\nBOTH=b\nbroken \"")] {
            let folder = workspace.instances_dir().join(folder);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(".env"), text).unwrap();
        }
        fs::write(workspace.root().join(".env"), "BOTH=root\nROOT=r\n").unwrap();
        let of_b = workspace.instances_dir().join("b/.env");
        (dir, workspace, of_b)
    }

    #[test]
    fn own_values_and_everybodys_keys() {
        let (_dir, workspace, _) = world();
        let name = InstanceName::parse("a").unwrap();
        let load = workspace.loadable(&name).unwrap();
        let own: Vec<(&str, &str)> = load.own.iter().map(|(k, v)| (&**k, &**v)).collect();
        let expected = [("BOTH", "root"), ("ROOT", "r"), ("A", "1"), ("BOTH", "a")];
        assert_eq!(own, expected);
        let known: Vec<&str> = load.known.iter().map(String::as_str).collect();
        assert_eq!(known, ["A", "B", "BOTH"]);
    }

    #[test]
    fn the_stamp_changes_with_any_of_the_files() {
        let (_dir, workspace, of_b) = world();
        let name = InstanceName::parse("a").unwrap();
        let first = workspace.load_stamp(&name);
        assert_eq!(workspace.load_stamp(&name), first);
        assert_ne!(
            workspace.load_stamp(&InstanceName::parse("b").unwrap()),
            first
        );
        fs::write(&of_b, "B=2\nBOTH=b\nC=3\n").unwrap();
        let second = workspace.load_stamp(&name);
        assert_ne!(second, first);
        fs::remove_file(workspace.root().join(".env")).unwrap();
        assert_ne!(workspace.load_stamp(&name), second);
    }

    #[test]
    fn a_nul_is_refused_with_a_sentence() {
        let name = InstanceName::parse("a").unwrap();
        let error = passable(&name, "KEY", "a\0b").unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.message.starts_with("KEY of a"), "{}", error.message);
        assert!(passable(&name, "A=B", "").is_err());
        assert!(passable(&name, "A.B", "=").is_ok());
    }
}
