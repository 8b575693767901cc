//! The seeds of an instance's board and space, read from its folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::site_seed::board::BoardSeeds;
use crate::domain::site_seed::check::check;
use crate::domain::site_seed::space::SpaceSeeds;
use crate::error::{Context, Error, Kind, Result};
use crate::workspace::InstanceDir;

/// The largest seed file that is read, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// What an instance's board and space begin with.
#[derive(Debug, Clone, Default)]
pub struct SiteSeeds {
    pub board: BoardSeeds,
    pub space: SpaceSeeds,
    folder: PathBuf,
}

impl SiteSeeds {
    /// Reads `seeds/board/*.yaml` and `seeds/space/*.yaml`, and checks that they fit together.
    ///
    /// # Errors
    /// `Parse`: what is wrong with the first that is, with file and line.
    pub fn read(dir: &InstanceDir) -> Result<SiteSeeds> {
        let folder = dir.path().join("seeds");
        let mut seeds = SiteSeeds {
            folder: folder.clone(),
            ..SiteSeeds::default()
        };
        let shown = PathBuf::from(format!("instances/{}/seeds", dir.name()));
        for (name, text) in texts(&folder.join("board"))? {
            seeds.board.add(&shown.join("board").join(name), &text)?;
        }
        for (name, text) in texts(&folder.join("space"))? {
            seeds.space.add(&shown.join("space").join(name), &text)?;
        }
        check(&seeds.board, &seeds.space)?;
        for item in &seeds.board.issues {
            for file in &item.value.files {
                seeds.file(&item.at, "board", file)?;
            }
        }
        for item in &seeds.space.pages {
            for file in &item.value.files {
                seeds.file(&item.at, "space", file)?;
            }
        }
        Ok(seeds)
    }

    /// A file that an issue or a page has, and its length in bytes.
    pub fn file(&self, at: &str, of: &str, name: &str) -> Result<(PathBuf, u64)> {
        let plain = Path::new(name).file_name().is_some_and(|own| own == name);
        let path = self.folder.join(of).join("files").join(name);
        match fs::metadata(&path) {
            Ok(found) if plain && found.is_file() => Ok((path, found.len())),
            _ => Err(Error::new(
                Kind::Parse,
                format!("{at}: there is no file \"{name}\" in seeds/{of}/files."),
            )),
        }
    }
}

/// Name and text of each YAML file of a folder, in the order of their names.
pub(in crate::job) fn texts(folder: &Path) -> Result<Vec<(String, String)>> {
    let cannot = || format!("Cannot read {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context(Kind::Io, cannot),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.context(Kind::Io, cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        if !yaml || name.starts_with('.') || !path.is_file() {
            continue;
        }
        let cannot = || format!("Cannot read the seeds {}", path.display());
        let size = fs::metadata(&path).context(Kind::Io, cannot)?.len();
        if size > MAX_FILE {
            return Err(Error::refused(format!(
                "The seeds {} are {} MB; at most {} MB are read.",
                path.display(),
                size >> 20,
                MAX_FILE >> 20
            ))
            .hint("Split the file."));
        }
        found.push((name, fs::read_to_string(&path).context(Kind::Io, cannot)?));
    }
    found.sort();
    Ok(found)
}

/// The media type of a file, by its name's end.
pub fn media_type(name: &str) -> Option<String> {
    let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let known = match end.as_str() {
        "csv" => "text/csv",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "json" => "application/json",
        "pdf" => "application/pdf",
        _ => return None,
    };
    Some(known.to_owned())
}
