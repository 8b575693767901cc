//! An answer that goes into a file: written beside it first, renamed when it is whole.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::provider::http::failure::{Cause, Failure};

/// Where the body of a good answer goes.
pub(super) enum Sink<'a> {
    Memory,
    File {
        path: &'a Path,
        /// Bytes; a longer answer is given up.
        longest: u64,
    },
    /// Nowhere: only its digest is wanted.
    Digest {
        /// Bytes; a longer answer is given up.
        longest: u64,
    },
}

/// What was written, or only read.
pub(super) struct Taken {
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Counts and digests what passes.
#[derive(Default)]
pub(super) struct Meter {
    pub bytes: u64,
    hasher: Sha256,
}

impl Meter {
    pub fn take(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.hasher.update(chunk);
    }

    pub fn end(self) -> Taken {
        let digest = self.hasher.finalize();
        Taken {
            bytes: self.bytes,
            sha256: digest.iter().map(|b| format!("{b:02x}")).collect(),
        }
    }
}

/// A file that is being written. What was written is removed unless [`Partial::finish`] was
/// reached.
pub(super) struct Partial {
    target: PathBuf,
    temporary: PathBuf,
    file: Option<File>,
    pub meter: Meter,
}

impl Partial {
    pub async fn create(target: &Path) -> Result<Partial, Failure> {
        let name = target
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let short: String = name.chars().take(40).collect();
        let temporary =
            target.with_file_name(format!(".{short}.{:016x}.part", rand::random::<u64>()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .await
            .map_err(|error| unwritable(target, &error))?;
        Ok(Partial {
            target: target.to_owned(),
            temporary,
            file: Some(file),
            meter: Meter::default(),
        })
    }

    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            file.write_all(chunk)
                .await
                .map_err(|error| unwritable(&self.target, &error))?;
        }
        self.meter.take(chunk);
        Ok(())
    }

    /// The file is whole: it gets its name.
    pub async fn finish(mut self) -> Result<Taken, Failure> {
        let wrong = |error: std::io::Error| unwritable(&self.target, &error);
        if let Some(mut file) = self.file.take() {
            file.flush().await.map_err(wrong)?;
            file.sync_all().await.map_err(wrong)?;
        }
        tokio::fs::rename(&self.temporary, &self.target)
            .await
            .map_err(wrong)?;
        self.temporary = PathBuf::new();
        Ok(std::mem::take(&mut self.meter).end())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Cause::Setup,
        format!("Cannot write {}: {error}.", path.display()),
    )
    .hint("Check the free space, and that the folder may be written to.")
}
