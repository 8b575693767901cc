//! The sandbox's files, all in `.matriz/sandbox/` (0700, files 0600).

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Context, Kind, Result};
use crate::provider::postgres::server::RunAs;
use crate::workspace::Workspace;
use crate::workspace::file::{PRIVATE, private_folder, write_whole};

/// Where everything of one workspace's sandbox lies.
#[derive(Debug, Clone)]
pub struct Paths {
    pub root: PathBuf,
    pub dir: PathBuf,
}

impl Paths {
    /// Makes the folder where it's missing.
    pub fn of(root: &Path) -> Result<Self> {
        let workspace = Workspace::find(Some(root), root)?;
        let dir = workspace.state_dir()?.join("sandbox");
        private_folder(&dir)?;
        Ok(Paths {
            root: workspace.root().to_owned(),
            dir,
        })
    }

    /// Held by the serving process while it lives.
    pub fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// Held by whoever starts it.
    pub fn start_lock(&self) -> PathBuf {
        self.dir.join("start.lock")
    }

    /// Ports and the superuser's password; kept for good.
    pub fn server(&self) -> PathBuf {
        self.dir.join("server.json")
    }

    /// The serving process, once it's ready.
    pub fn process(&self) -> PathBuf {
        self.dir.join("process.json")
    }

    /// Why the last start failed.
    pub fn failure(&self) -> PathBuf {
        self.dir.join("failure.json")
    }

    pub fn log(&self) -> PathBuf {
        self.dir.join("serve.log")
    }

    pub fn postgres_log(&self) -> PathBuf {
        self.dir.join("postgres.log")
    }

    /// Touched by those who want it to go on.
    pub fn keep_alive(&self) -> PathBuf {
        self.dir.join("keep-alive")
    }

    /// The server's data. Another user than root can't enter the workspace's folder, so his data
    /// lie outside of it, in a folder named after it.
    pub fn data(&self, run_as: RunAs) -> Result<PathBuf> {
        let RunAs::Other { .. } = run_as else {
            return Ok(self.dir.join("postgres"));
        };
        let home = self.outside();
        std::fs::create_dir_all(&home).context(Kind::Io, || {
            format!("Cannot make the folder {}", home.display())
        })?;
        run_as.give(&home)?;
        Ok(home.join("postgres"))
    }

    /// See [`Paths::data`].
    pub fn outside(&self) -> PathBuf {
        let digest = Sha256::digest(self.dir.as_os_str().as_encoded_bytes());
        let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        PathBuf::from(format!("/var/tmp/matriz-{name}"))
    }

    pub fn write(&self, path: &Path, value: &impl serde::Serialize) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(value).context(Kind::Internal, || {
            format!("Cannot write {}", path.display())
        })?;
        write_whole(path, &bytes, PRIVATE)
    }
}
