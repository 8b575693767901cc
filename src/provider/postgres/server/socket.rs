//! Where the server's Unix socket lies. The kernel takes about 100 bytes of path and no more
//! (unix(7), `sun_path`), and a workspace may lie deeper than that.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

use crate::error::{Context, Error, Kind, Result};

/// The longest path that every system takes, less the port's digits that come later.
const LONGEST: usize = 100 - "/.s.PGSQL.65535.lock".len();

/// A folder (0700) for the socket of the server whose data lie in `data`: beside them if the path
/// is short enough, else in the user's runtime folder or the folder for temporary files.
pub fn folder_for(data: &Path) -> Result<PathBuf> {
    let beside = data.parent().unwrap_or(data).join("socket");
    if beside.as_os_str().len() <= LONGEST {
        return private(beside);
    }
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
    let uid = nix::unistd::Uid::effective();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir());
    for base in runtime
        .into_iter()
        .chain([std::env::temp_dir(), "/tmp".into()])
    {
        let folder = base.join(format!("matriz-{uid}-{name}"));
        if folder.as_os_str().len() <= LONGEST {
            return private(folder);
        }
    }
    Err(
        Error::refused("There is no folder with a path short enough for a database socket.")
            .hint("Set TMPDIR to a short path, such as /tmp."),
    )
}

/// Makes the folder, or checks that the one there is this user's and nobody else's: a folder for
/// temporary files is everybody's.
fn private(folder: PathBuf) -> Result<PathBuf> {
    let failed = || format!("Cannot make the folder {}", folder.display());
    match fs::DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).context(Kind::Io, failed),
    }
    let meta = fs::symlink_metadata(&folder).context(Kind::Io, failed)?;
    let uid = nix::unistd::Uid::effective();
    if !meta.is_dir() || (meta.uid() != uid.as_raw() && !uid.is_root()) {
        return Err(
            Error::refused(format!("{} is not a folder of yours.", folder.display()))
                .hint("Remove it, then try again."),
        );
    }
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(&folder, mode).context(Kind::Io, failed)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_workspace_gets_a_short_private_folder() {
        let temp = tempfile::tempdir().unwrap();
        let short = temp.path().join("data");
        let beside = folder_for(&short).unwrap();
        assert_eq!(beside, temp.path().join("socket"));
        let deep = temp.path().join("x".repeat(120)).join("data");
        let folder = folder_for(&deep).unwrap();
        assert!(folder.as_os_str().len() <= LONGEST);
        assert_eq!(folder, folder_for(&deep).unwrap());
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::remove_dir(folder).unwrap();
    }
}
