//! The files that an instance's project begins with: `seeds/storage/BUCKET/path/file`, and what each
//! bucket is in `seeds/storage/buckets.yaml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::supabase::storage::NewBucket;
use crate::workspace::InstanceDir;
use crate::workspace::file::read_text;

const SETTINGS: &str = "buckets.yaml";

/// What the seeds have for a project's Storage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StorageSeeds {
    pub buckets: Vec<NewBucket>,
    pub files: Vec<SeedFile>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SeedFile {
    pub bucket: String,
    /// With its folders.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

/// A bucket's settings; it's private and takes anything where they say nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    public: bool,
    /// Bytes.
    file_size_limit: Option<u64>,
    allowed_mime_types: Option<Vec<String>>,
}

impl StorageSeeds {
    pub fn folder(dir: &InstanceDir) -> PathBuf {
        dir.path().join("seeds/storage")
    }

    /// Reads what there is. Hidden files and symbolic links are no seeds.
    ///
    /// # Errors
    /// `Parse`: the settings are wrong.
    pub fn read(dir: &InstanceDir) -> Result<StorageSeeds> {
        read(&StorageSeeds::folder(dir))
    }

    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

fn read(folder: &Path) -> Result<StorageSeeds> {
    let mut settings = settings(&folder.join(SETTINGS))?;
    let mut seeds = StorageSeeds::default();
    for (bucket, path, is_folder) in entries(folder)? {
        if is_folder {
            settings.entry(bucket.clone()).or_default();
            collect(&bucket, "", &path, &mut seeds.files)?;
        }
    }
    seeds.buckets = settings
        .into_iter()
        .map(|(id, settings)| NewBucket {
            id,
            public: settings.public,
            file_size_limit: settings.file_size_limit,
            allowed_mime_types: settings.allowed_mime_types,
        })
        .collect();
    Ok(seeds)
}

fn settings(path: &Path) -> Result<BTreeMap<String, Settings>> {
    match read_text(path)? {
        None => Ok(BTreeMap::new()),
        Some(text) if text.trim().is_empty() => Ok(BTreeMap::new()),
        Some(text) => serde_saphyr::from_str(&text).map_err(|error| {
            Error::new(Kind::Parse, format!("{}: {error}", path.display())).hint(
                "It has a key for each bucket: public, file_size_limit (bytes), allowed_mime_types.",
            )
        }),
    }
}

fn collect(bucket: &str, above: &str, folder: &Path, out: &mut Vec<SeedFile>) -> Result<()> {
    for (name, path, is_folder) in entries(folder)? {
        let name = match above {
            "" => name,
            above => format!("{above}/{name}"),
        };
        if is_folder {
            collect(bucket, &name, &path, out)?;
            continue;
        }
        let meta =
            fs::metadata(&path).context(Kind::Io, || format!("Cannot read {}", path.display()))?;
        out.push(SeedFile {
            bucket: bucket.to_owned(),
            name,
            bytes: meta.len(),
            path,
        });
    }
    Ok(())
}

/// Name, path, and whether it's a folder: in the order of their names.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf, bool)>> {
    let cannot = || format!("Cannot read {}", folder.display());
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context(Kind::Io, cannot),
    };
    let mut all = Vec::new();
    for entry in found {
        let entry = entry.context(Kind::Io, cannot)?;
        let kind = entry.file_type().context(Kind::Io, cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && (kind.is_dir() || kind.is_file()) {
            all.push((name, entry.path(), kind.is_dir()));
        }
    }
    all.sort();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_folders_and_what_the_settings_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        at("fotos/rota/norte.txt", "norte");
        at("fotos/.DS_Store", "x");
        at(
            "buckets.yaml",
            "fotos:\n  public: true\nvazio:\n  file_size_limit: 7\n",
        );
        let seeds = read(dir.path()).unwrap();
        let buckets: Vec<_> = seeds.buckets.iter().map(|b| (&*b.id, b.public)).collect();
        assert_eq!(buckets, [("fotos", true), ("vazio", false)]);
        let files: Vec<_> = seeds.files.iter().map(|f| (&*f.name, f.bytes)).collect();
        assert_eq!(files, [("rota/norte.txt", 5)]);
        at("buckets.yaml", "fotos:\n  colour: red\n");
        assert_eq!(read(dir.path()).unwrap_err().kind, Kind::Parse);
        assert!(read(&dir.path().join("none")).unwrap().is_empty());
    }
}
