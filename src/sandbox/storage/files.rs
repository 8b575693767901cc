//! The bytes of objects, one file for each version of each object, and those of uploads on their way.
//!
//! A file is named by a digest of bucket, name and version, so that any name is safe on a disk. What
//! stands under such a name is whole and never changes; a row of `storage.objects` names it only
//! after it's there. A file that no row names any more may be left by a crash; it goes with its
//! project.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use md5::Md5;
use sha2::{Digest, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::{Context, Kind, Result};
use crate::sandbox::api::hex;
use crate::sandbox::storage::refusal::{Answer, Refusal};

/// The size of the parts of which S3 makes an object's tag, in bytes; also what a client sends at once.
const PART: usize = 6 * 1024 * 1024;

/// Which bytes.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub project: &'a str,
    pub bucket: &'a str,
    pub name: &'a str,
    pub version: &'a str,
}

#[derive(Debug, Clone)]
pub struct Files {
    dir: PathBuf,
}

/// Of a sandbox's folder, the part that holds files.
fn folder(sandbox: &Path) -> PathBuf {
    sandbox.join("storage")
}

/// Removes everything of a project.
pub fn remove_project(sandbox: &Path, reference: &str) -> Result<()> {
    let path = folder(sandbox).join(reference);
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context(Kind::Io, || format!("Cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

impl Files {
    pub fn new(sandbox: &Path) -> Files {
        Files {
            dir: folder(sandbox),
        }
    }

    /// Where an object's bytes stand.
    pub fn path(&self, place: Place<'_>) -> PathBuf {
        let whole = format!("{}\0{}\0{}", place.bucket, place.name, place.version);
        let name = hex(&Sha256::digest(whole.as_bytes()));
        let (first, _) = name.split_at(2);
        let folder = self.dir.join(place.project).join("objects").join(first);
        folder.join(name)
    }

    /// Where resumable uploads of a project stand; made where it's missing.
    pub async fn uploads(&self, project: &str) -> Answer<PathBuf> {
        let path = self.dir.join(project).join("uploads");
        make_folder(&path).await?;
        Ok(path)
    }

    /// A new file for at most `longest` bytes.
    pub async fn incoming(&self, project: &str, longest: u64) -> Answer<Incoming> {
        let folder = self.dir.join(project).join("incoming");
        make_folder(&folder).await?;
        let path = folder.join(hex(&rand::random::<[u8; 16]>()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .await?;
        Ok(Incoming {
            path,
            file,
            written: 0,
            longest,
            md5: Md5::new(),
        })
    }

    /// Opens an object's bytes with their length; `None` where there are none.
    pub async fn open(&self, place: Place<'_>) -> Answer<Option<(File, u64)>> {
        match File::open(self.path(place)).await {
            Ok(file) => {
                let length = file.metadata().await?.len();
                Ok(Some((file, length)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives whole and durable bytes another place as well. `false` where there are none.
    pub async fn link(&self, from: &Path, to: Place<'_>) -> Answer<bool> {
        let to = self.path(to);
        make_parent(&to).await?;
        match tokio::fs::hard_link(from, &to).await {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        sync_parent(&to).await?;
        Ok(true)
    }

    pub async fn remove(&self, place: Place<'_>) {
        // a row may come from another project, without a file
        let _ = tokio::fs::remove_file(self.path(place)).await;
    }
}

/// A file that is being written; it goes with the value unless it got its place.
pub struct Incoming {
    path: PathBuf,
    file: File,
    longest: u64,
    pub written: u64,
    md5: Md5,
}

impl Incoming {
    pub async fn write(&mut self, chunk: &[u8]) -> Answer<()> {
        self.written += chunk.len() as u64;
        if self.written > self.longest {
            return Err(Refusal::too_large());
        }
        self.md5.update(chunk);
        self.file.write_all(chunk).await?;
        Ok(())
    }

    /// Makes the bytes durable and gives them their place; their tag (MD5, as S3's is).
    pub async fn finish(mut self, files: &Files, place: Place<'_>) -> Answer<String> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let to = files.path(place);
        make_parent(&to).await?;
        tokio::fs::rename(&self.path, &to).await?;
        sync_parent(&to).await?;
        Ok(hex(&self.md5.finalize_reset()))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // gone already where it got its place
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The tag that S3 gives an object of several parts: the MD5 of the parts' MD5s, and their number.
pub async fn tag_of_parts(path: &Path) -> Answer<String> {
    let mut file = File::open(path).await?;
    let (mut all, mut parts) = (Md5::new(), 0_u64);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let (mut part, mut length) = (Md5::new(), 0);
        while length < PART {
            let most = buffer.len().min(PART - length);
            let Some(space) = buffer.get_mut(..most) else {
                break;
            };
            let n = file.read(space).await?;
            if n == 0 {
                break;
            }
            part.update(space.get(..n).unwrap_or_default());
            length += n;
        }
        if length == 0 {
            break;
        }
        all.update(part.finalize());
        parts += 1;
    }
    Ok(format!("{}-{parts}", hex(&all.finalize())))
}

pub async fn make_folder(path: &Path) -> Answer<()> {
    let path = path.to_owned();
    let made = tokio::task::spawn_blocking(move || {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
    });
    made.await
        .map_err(|_| Refusal::internal("The folder can't be made."))??;
    Ok(())
}

async fn make_parent(path: &Path) -> Answer<()> {
    match path.parent() {
        Some(folder) => make_folder(folder).await,
        None => Ok(()),
    }
}

async fn sync_parent(path: &Path) -> Answer<()> {
    if let Some(folder) = path.parent() {
        File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_own_safe_place() {
        let files = Files::new(Path::new("/sandbox"));
        let place = |bucket, name| Place {
            project: "abcdefghijklmnopqrst",
            bucket,
            name,
            version: "1",
        };
        let path = files.path(place("a", "../../../etc/passwd"));
        assert!(path.starts_with("/sandbox/storage/abcdefghijklmnopqrst/objects"));
        assert!(!path.to_string_lossy().contains(".."));
        assert_ne!(files.path(place("a", "b/c")), files.path(place("a/b", "c")));
    }

    #[tokio::test]
    async fn what_is_given_up_or_too_long_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        let mut incoming = files.incoming("p", 3).await.unwrap();
        incoming.write(b"abc").await.unwrap();
        assert!(incoming.write(b"d").await.is_err());
        drop(incoming);
        let folder = dir.path().join("storage/p/incoming");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
        remove_project(dir.path(), "p").unwrap();
        remove_project(dir.path(), "p").unwrap();
        assert!(!dir.path().join("storage/p").exists());
    }
}
