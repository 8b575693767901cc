//! The files of functions on the disk: one file for each deployment, written whole before the state
//! names it.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Context, Error, Kind, Result};
use crate::sandbox::api::state::ApiState;
use crate::sandbox::api::store::hex;
use crate::workspace::file::{PRIVATE, private_folder, write_whole};

/// One file of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// As it was sent: relative, with `/`.
    pub path: String,
    pub bytes: Bytes,
}

#[derive(Serialize, Deserialize)]
struct Written {
    path: String,
    base64: String,
}

/// The same for the same files, whatever their order.
pub fn digest(files: &[File]) -> String {
    let mut sorted: Vec<&File> = files.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for file in sorted {
        hash.update((file.path.len() as u64).to_be_bytes());
        hash.update(file.path.as_bytes());
        hash.update((file.bytes.len() as u64).to_be_bytes());
        hash.update(&file.bytes);
    }
    hex(&hash.finalize())
}

fn folder(state: &ApiState, reference: &str) -> PathBuf {
    state.folder().join("functions").join(reference)
}

/// Writes the files and gives the name under which they're kept.
pub fn write(state: &ApiState, reference: &str, files: &[File]) -> Result<String> {
    let folder = folder(state, reference);
    private_folder(&state.folder().join("functions"))?;
    private_folder(&folder)?;
    let name = format!("{}.json", hex(&rand::random::<[u8; 16]>()));
    let written: Vec<Written> = files
        .iter()
        .map(|file| Written {
            path: file.path.clone(),
            base64: STANDARD.encode(&file.bytes),
        })
        .collect();
    let text = serde_json::to_vec(&written)
        .context(Kind::Internal, || "Cannot write a function's files".into())?;
    write_whole(&folder.join(&name), &text, PRIVATE)?;
    Ok(name)
}

pub fn read(state: &ApiState, reference: &str, name: &str) -> Result<Vec<File>> {
    let path = folder(state, reference).join(name);
    let cannot = || format!("Cannot read {}", path.display());
    let text = fs::read(&path).context(Kind::Io, cannot)?;
    let written: Vec<Written> = serde_json::from_slice(&text).context(Kind::Parse, cannot)?;
    let decoded = written.into_iter().map(|one| {
        Ok::<_, Error>(File {
            bytes: STANDARD
                .decode(one.base64)
                .context(Kind::Parse, cannot)?
                .into(),
            path: one.path,
        })
    });
    decoded.collect()
}

/// What nobody names any more; one that stays is no harm.
pub fn remove(state: &ApiState, reference: &str, name: &str) {
    let _ = fs::remove_file(folder(state, reference).join(name));
}

pub fn remove_all(state: &ApiState, reference: &str) -> Result<()> {
    let folder = folder(state, reference);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).context(Kind::Io, || format!("Cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, bytes: &'static [u8]) -> File {
        File {
            path: path.into(),
            bytes: Bytes::from_static(bytes),
        }
    }

    #[test]
    fn the_digest_is_of_paths_and_contents_alone() {
        let (a, b) = (file("a.ts", b"1"), file("b.ts", b"2"));
        let both = digest(&[a.clone(), b.clone()]);
        assert_eq!(both, digest(&[b.clone(), a.clone()]));
        assert_ne!(both, digest(&[file("a.ts", b"2"), file("b.ts", b"1")]));
        assert_ne!(both, digest(&[file("a.ts", b"1b.ts2")]));
        assert_ne!(both, digest(&[a]));
    }
}
