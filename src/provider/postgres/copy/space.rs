//! Whether a copy fits on the target's disk, where that disk is one of this machine's.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use serde::{Deserialize, Serialize};

use crate::domain::human;
use crate::error::{Error, Result};
use crate::provider::postgres::copy::inventory::Relation;
use crate::provider::postgres::copy::request::CopyRequest;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::url::Host;

/// How far apart the two notes of a server's start may be, in seconds.
const SAME_START: i64 = 10;

/// Where the server keeps this database, as far as it tells us: settings that a role may not read
/// are missing from the view.
const PLACE: &str =
    "SELECT (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory'),
   pg_catalog.pg_tablespace_location(d.dattablespace),
   (SELECT setting::int8 * 1024 * 1024 FROM pg_catalog.pg_settings WHERE name = 'max_wal_size'),
   extract(epoch FROM pg_catalog.pg_postmaster_start_time())::int8,
   (SELECT setting::int8 FROM pg_catalog.pg_settings WHERE name = 'port')
 FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

/// One file system that a copy writes to. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    pub folder: PathBuf,
    pub needs: u64,
    pub free: u64,
}

impl Room {
    /// "The copy needs 12 GB …", where it doesn't fit.
    pub fn refusal(&self) -> Option<Error> {
        let missing = self.needs.checked_sub(self.free).filter(|n| *n > 0)?;
        let (folder, needs) = (self.folder.display(), human::bytes(self.needs));
        Some(
            Error::refused(format!(
                "The copy needs about {needs} on the disk of {folder}, and {} are free.",
                human::bytes(self.free)
            ))
            .hint(format!(
                "Free at least {} there, or move the server's data to a larger disk.",
                human::bytes(missing)
            )),
        )
    }
}

/// Bytes of the tables, views and large objects of these that a copy makes, with their indexes.
pub async fn needed<'a>(
    source: &Session,
    relations: impl Iterator<Item = &'a Relation>,
    large_objects: bool,
) -> Result<u64> {
    let tables = relations
        .filter(|r| matches!(r.kind, 'r' | 'm') && r.extension.is_none())
        .map(|r| r.bytes + r.index_bytes)
        .sum();
    if !large_objects {
        return Ok(tables);
    }
    let size = "SELECT pg_catalog.pg_total_relation_size('pg_catalog.pg_largeobject')";
    let more: i64 = source
        .value(size, "Reading the large objects' size")
        .await?;
    Ok(tables + u64::try_from(more).unwrap_or_default())
}

/// The file systems of this machine that so many bytes would be written to; `None` where
/// they are another machine's, or where nobody tells.
pub async fn look(
    request: &CopyRequest,
    target: &Session,
    bytes: u64,
) -> Result<Option<Vec<Room>>> {
    if !request.target.is_local() {
        return Ok(None);
    }
    let rows = target
        .query(PLACE, &[], "Asking where the target keeps its data")
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let Some(data) = get::<Option<String>>(row, 0)? else {
        return Ok(None);
    };
    let server = Server {
        data: data.into(),
        tablespace: get::<Option<String>>(row, 1)?.unwrap_or_default().into(),
        started: get::<Option<i64>>(row, 3)?.unwrap_or_default(),
        port: get::<Option<i64>>(row, 4)?.unwrap_or_default(),
        over_socket: matches!(request.target.host, Host::Unix(_)),
    };
    let log = u64::try_from(get::<Option<i64>>(row, 2)?.unwrap_or_default()).unwrap_or_default();
    // A disk may hang, on a network.
    let looking = tokio::task::spawn_blocking(move || server.rooms(bytes, log.min(bytes)));
    Ok(looking.await.ok().flatten())
}

/// Refuses a copy that doesn't fit.
pub async fn hold(request: &CopyRequest, target: &Session, bytes: u64) -> Result<()> {
    let rooms = look(request, target, bytes).await?.unwrap_or_default();
    match rooms.iter().find_map(Room::refusal) {
        Some(refusal) => Err(refusal),
        None => Ok(()),
    }
}

/// What a server says of itself.
struct Server {
    data: PathBuf,
    /// Empty: in the data folder.
    tablespace: PathBuf,
    /// Seconds since 1970.
    started: i64,
    port: i64,
    over_socket: bool,
}

impl Server {
    fn rooms(&self, tables: u64, log: u64) -> Option<Vec<Room>> {
        if !self.is_here() {
            return None;
        }
        let place = match self.tablespace.as_os_str().is_empty() {
            true => &self.data,
            false => &self.tablespace,
        };
        let (device, mut room) = room(place, tables)?;
        // The log may be on a disk of its own.
        let inner = self.data.join("pg_wal");
        let (log_device, log_room) =
            self::room(&inner, log).or_else(|| self::room(&self.data, log))?;
        if device == log_device {
            room.needs += log;
            return Some(vec![room]);
        }
        Some(vec![room, log_room])
    }

    /// A folder of this name may be another server's, of this machine or behind a tunnel: the note
    /// of the one that runs there says when it began and on which port.
    fn is_here(&self) -> bool {
        match std::fs::read_to_string(self.data.join("postmaster.pid")) {
            Ok(note) => {
                let number = |line| note.lines().nth(line).and_then(|l| l.trim().parse().ok());
                let near = |started: i64| started.abs_diff(self.started) <= SAME_START as u64;
                number(2).is_some_and(near) && number(3) == Some(self.port)
            }
            // Another user's, and reached without a network.
            Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied && self.over_socket,
        }
    }
}

/// The device of a folder, and what is free on it for those who aren't root.
fn room(folder: &Path, needs: u64) -> Option<(u64, Room)> {
    let device = std::fs::metadata(folder).ok()?.dev();
    let file_system = statvfs(folder).ok()?;
    // Not every system counts in u64.
    #[allow(clippy::useless_conversion)]
    let free = u64::from(file_system.blocks_available())
        .saturating_mul(u64::from(file_system.fragment_size()));
    let folder = folder.to_owned();
    Some((
        device,
        Room {
            folder,
            needs,
            free,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(data: &Path) -> Server {
        Server {
            data: data.to_owned(),
            tablespace: PathBuf::new(),
            started: 1_700_000_000,
            port: 5433,
            over_socket: true,
        }
    }

    fn note(data: &Path, started: i64, port: i64) {
        let text = format!("4711\n{}\n{started}\n{port}\n/tmp\n*\n", data.display());
        std::fs::write(data.join("postmaster.pid"), text).unwrap();
    }

    #[test]
    fn a_folder_counts_only_if_this_server_runs_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        assert_eq!(server(data).rooms(1, 1), None, "nobody runs there");
        for (started, port, here) in [
            (1_700_000_002, 5433, true),
            (1_700_000_100, 5433, false),
            (1_700_000_000, 5432, false),
        ] {
            note(data, started, port);
            assert_eq!(server(data).is_here(), here, "{started} {port}");
        }
        assert_eq!(server(&data.join("none")).rooms(1, 1), None);
    }

    #[test]
    fn tables_and_log_add_up_on_one_disk() {
        let folder = tempfile::tempdir().unwrap();
        note(folder.path(), 1_700_000_000, 5433);
        let rooms = server(folder.path()).rooms(70, 7).unwrap();
        let [room] = rooms.as_slice() else {
            panic!("{rooms:?}");
        };
        assert_eq!(room.needs, 77);
        assert!(room.free > 0);
        assert!(room.refusal().is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused_with_figures() {
        let room = |needs, free| Room {
            folder: "/data".into(),
            needs,
            free,
        };
        assert!(room(5, 5).refusal().is_none());
        let error = room(12_000_000_000, 3_200_000_000).refusal().unwrap();
        assert_eq!(error.exit_code(), 3);
        assert_eq!(
            error.message,
            "The copy needs about 12 GB on the disk of /data, and 3.2 GB are free."
        );
        assert!(error.hint.unwrap().contains("Free at least 8.8 GB"));
    }
}
