//! The contents of attachments: files named by their SHA-256, written whole.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Context, Kind, Result};
use crate::sandbox::api::hex;
use crate::workspace::file::{PRIVATE, private_folder, write_whole};

/// Where they lie. Equal contents are stored once, and kept for good: another attachment may have
/// them.
#[derive(Debug, Clone)]
pub struct Files {
    dir: PathBuf,
}

impl Files {
    pub fn open(dir: &Path) -> Result<Files> {
        private_folder(dir)?;
        Ok(Files {
            dir: dir.to_owned(),
        })
    }

    /// Stores a content and returns its name.
    pub fn put(&self, bytes: &[u8]) -> Result<String> {
        let name = hex(&Sha256::digest(bytes));
        let path = self.dir.join(&name);
        if !path.exists() {
            write_whole(&path, bytes, PRIVATE)?;
        }
        Ok(name)
    }

    pub fn get(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.dir.join(name);
        std::fs::read(&path).context(Kind::Io, || format!("Cannot read {}", path.display()))
    }
}
