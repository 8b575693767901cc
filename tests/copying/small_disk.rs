//! A disk that is soon full.

use std::path::PathBuf;
use std::process::Command;

use matriz::provider::postgres::server::RunAs;
use matriz::provider::postgres::url::DatabaseUrl;

use crate::copying::Pair;
use crate::support;

/// A file system of few megabytes that is gone with the value.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, with a visible skip, where none can be mounted.
    pub fn mount(megabytes: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().ok()?.keep();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={megabytes}M,mode=0777"))
            .arg("none")
            .arg(&folder)
            .status();
        let disk = SmallDisk(folder);
        if mounted.is_ok_and(|status| status.success()) {
            return Some(disk);
        }
        println!("SKIP a full disk: this user can't mount a small one");
        None
    }

    /// A new database that lies on it.
    pub async fn database(&self, pair: &Pair) -> DatabaseUrl {
        let place = self.0.join("space");
        std::fs::create_dir(&place).unwrap();
        RunAs::choose().unwrap().give(&place).unwrap();
        let admin = support::connected(&pair.server.superuser("postgres")).await;
        for text in [
            &format!("CREATE TABLESPACE small LOCATION '{}'", place.display()),
            "CREATE DATABASE tight TABLESPACE small",
        ] {
            admin.batch_execute(text).await.unwrap();
        }
        pair.server.superuser("tight")
    }

    /// Somebody else takes all that is free.
    pub fn fill(&self) {
        let file = std::fs::File::create(self.0.join("other")).unwrap();
        let full = std::io::copy(&mut std::io::repeat(1), &mut &file).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    /// And gives it back.
    pub fn empty(&self) {
        std::fs::remove_file(self.0.join("other")).unwrap();
    }

    pub fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}
