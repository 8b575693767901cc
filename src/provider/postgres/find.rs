//! Finding Postgres: the configured folder, the machine's, the one in the user's cache.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::fetch;
use crate::provider::postgres::tools::{Origin, Postgres, Tool};

/// Where to look.
#[derive(Debug, Clone)]
pub struct Search {
    /// A bin folder named in the configuration; it comes first.
    pub configured: Option<PathBuf>,
    /// The user's cache folder, where a fetched Postgres lies.
    pub cache: PathBuf,
}

impl Search {
    /// `configured` first, then the machine, then the user's cache folder ([`fetch::cache_dir`]).
    pub fn new(configured: Option<PathBuf>) -> Result<Self> {
        Ok(Search {
            configured,
            cache: fetch::cache_dir()?,
        })
    }
}

/// What a server must offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    pub vector: bool,
    /// Exactly this major version, as an existing data folder demands.
    pub major: Option<u32>,
}

/// Everything there is, in the order in which it is preferred.
pub async fn all(search: &Search) -> Vec<Postgres> {
    let mut found: Vec<Postgres> = Vec::new();
    for (bin, origin) in candidates(search).await {
        let bin = bin.canonicalize().unwrap_or(bin);
        if found.iter().any(|known| known.bin == bin) {
            continue;
        }
        found.extend(Postgres::probe(&bin, origin).await);
    }
    found
}

/// The first Postgres that can run a sandbox's server; `None` if one must be fetched.
pub async fn for_sandbox(search: &Search, needs: Needs) -> Option<Postgres> {
    let found = all(search).await;
    found.into_iter().find(|postgres| {
        postgres.can_serve()
            && (!needs.vector || postgres.has_vector())
            && needs
                .major
                .is_none_or(|major| postgres.version.major == major)
    })
}

/// The `pg_dump` with the smallest major version that can read a server of `server_major`
/// (`pg_dump` reads older servers, never newer ones); of equals, one that can speak TLS. One that
/// can't will do as well: [`crate::provider::postgres::tunnel`] speaks it in its place.
pub async fn pg_dump_for(search: &Search, server_major: u32) -> Result<Postgres> {
    let found = all(search).await;
    let newest = found
        .iter()
        .filter(|postgres| postgres.has(Tool::PgDump))
        .map(|postgres| postgres.version.major)
        .max();
    choose_pg_dump(found, server_major).ok_or_else(|| {
        let there = match newest {
            Some(major) => format!("the newest pg_dump here is version {major}"),
            None => "there is no pg_dump here".to_owned(),
        };
        Error::new(
            Kind::Missing,
            format!("The database runs Postgres {server_major}, and {there}."),
        )
        .hint(format!(
            "Install the Postgres client tools, version {server_major} or newer, or let Matriz fetch them."
        ))
    })
}

fn choose_pg_dump(found: Vec<Postgres>, server_major: u32) -> Option<Postgres> {
    found
        .into_iter()
        .filter(|postgres| postgres.has(Tool::PgDump) && postgres.version.major >= server_major)
        .min_by_key(|postgres| (postgres.version.major, !postgres.tls))
}

async fn candidates(search: &Search) -> Vec<(PathBuf, Origin)> {
    let mut out = Vec::new();
    if let Some(bin) = &search.configured {
        out.push((bin.clone(), Origin::Configured));
    }
    if let Some(bin) = pg_config_bindir().await {
        out.push((bin, Origin::Machine));
    }
    for pattern in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        let bins = versions_below(Path::new(pattern.0));
        out.extend(bins.map(|folder| (folder.join(pattern.1), Origin::Machine)));
    }
    for bin in ["/usr/local/pgsql/bin", "/usr/bin"] {
        // Debian's /usr/bin holds wrappers that choose a version by themselves.
        if Path::new(bin).join("postgres").exists() {
            out.push((PathBuf::from(bin), Origin::Machine));
        }
    }
    out.extend(fetch::installed(&search.cache).map(|bin| (bin, Origin::Fetched)));
    out
}

/// Folders such as `15`, `postgresql@16`, `latest`: the newest first.
fn versions_below(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix("postgresql@").unwrap_or(&name);
            let numbered: Option<u32> = version.parse().ok();
            let fits = numbered.is_some() || name == "postgresql" || name == "libpq";
            fits.then(|| (numbered.unwrap_or(0), entry.path()))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path)
}

async fn pg_config_bindir() -> Option<PathBuf> {
    let output = Command::new("pg_config")
        .arg("--bindir")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .await
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let bin = text.trim();
    (output.status.success() && !bin.is_empty()).then(|| PathBuf::from(bin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::postgres::tools::Version;

    fn postgres(major: u32, tls: bool) -> Postgres {
        Postgres {
            bin: PathBuf::from(format!("/pg/{major}/{tls}")),
            version: Version { major, minor: 1 },
            origin: Origin::Machine,
            tools: [Tool::PgDump].into(),
            extensions: Default::default(),
            tls,
        }
    }

    #[test]
    fn the_oldest_pg_dump_that_can_read_the_server_is_taken() {
        let found = || {
            vec![
                postgres(18, false),
                postgres(15, true),
                postgres(17, false),
                postgres(17, true),
            ]
        };
        let chosen = |major| choose_pg_dump(found(), major).map(|p| (p.version.major, p.tls));
        assert_eq!(chosen(15), Some((15, true)));
        assert_eq!(chosen(16), Some((17, true)));
        assert_eq!(chosen(18), Some((18, false)));
        assert_eq!(chosen(19), None);
    }

    #[tokio::test]
    async fn a_configured_folder_without_postgres_is_passed_over() {
        let empty = tempfile::tempdir().unwrap();
        let search = Search {
            configured: Some(empty.path().to_owned()),
            cache: empty.path().join("cache"),
        };
        let found = all(&search).await;
        assert!(found.iter().all(|p| p.origin == Origin::Machine));
    }
}
