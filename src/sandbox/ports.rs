//! What is chosen once and kept: the two ports, and the superuser's password.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Context, Kind, Result};
use crate::provider::postgres::server::{free_port, is_free};
use crate::sandbox::paths::Paths;

/// `server.json`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    pub api_port: u16,
    pub database_port: u16,
    /// The superuser's.
    pub password: String,
    /// A port was chosen anew, and the instances aren't rewritten yet.
    #[serde(default)]
    pub changed: bool,
}

impl Kept {
    pub fn read(paths: &Paths) -> Result<Option<Self>> {
        let path = paths.server();
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .context(Kind::Parse, || format!("{} is broken", path.display()))
                .map_err(|error| error.hint("Start over with: matriz sandbox reset")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                Err(error).context(Kind::Io, || format!("Cannot read {}", path.display()))
            }
        }
    }

    /// Reads what was chosen, or chooses. A port that another program has taken is replaced;
    /// `ours` is one that our own server still listens on.
    pub fn load(paths: &Paths, ours: Option<u16>) -> Result<Self> {
        let mut kept = match Self::read(paths)? {
            Some(kept) => kept,
            None => Kept {
                api_port: free_port()?,
                database_port: free_port()?,
                password: (0..2)
                    .map(|_| format!("{:016x}", rand::random::<u64>()))
                    .collect(),
                changed: false,
            },
        };
        for port in [&mut kept.api_port, &mut kept.database_port] {
            if ours != Some(*port) && !is_free(*port) {
                *port = free_port()?;
                kept.changed = true;
            }
        }
        kept.save(paths)?;
        Ok(kept)
    }

    pub fn save(&self, paths: &Paths) -> Result<()> {
        paths.write(&paths.server(), self)
    }
}

/// Says that every instance names the present ports: `ports_changed` becomes false.
pub fn acknowledge(root: &Path) -> Result<()> {
    let paths = Paths::of(root)?;
    match Kept::read(&paths)? {
        Some(kept) if kept.changed => Kept {
            changed: false,
            ..kept
        }
        .save(&paths),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn ports_stay_until_somebody_takes_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("instances")).unwrap();
        let paths = Paths::of(folder.path()).unwrap();
        let first = Kept::load(&paths, None).unwrap();
        let again = Kept::load(&paths, None).unwrap();
        assert_eq!(first.api_port, again.api_port);
        assert_eq!(first.password, again.password);
        assert!(!again.changed);

        let _thief = TcpListener::bind(("127.0.0.1", first.api_port)).unwrap();
        let moved = Kept::load(&paths, None).unwrap();
        assert_ne!(moved.api_port, first.api_port);
        assert_eq!(moved.database_port, first.database_port);
        assert!(moved.changed);
        let taken = TcpListener::bind(("127.0.0.1", moved.database_port)).unwrap();
        let kept = Kept::load(&paths, Some(moved.database_port)).unwrap();
        assert_eq!(kept.database_port, moved.database_port);
        drop(taken);
        acknowledge(folder.path()).unwrap();
        assert!(!Kept::read(&paths).unwrap().unwrap().changed);
    }
}
