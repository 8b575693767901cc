//! Bodies on the disk, from when a list gives them until each has its turn: memory holds one page
//! of a list, however large the space is.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::{Context, Kind, Result};

/// A file without a name: it's gone when the value is, or the process.
pub struct Spool {
    file: File,
    end: u64,
    places: HashMap<String, (u64, usize)>,
}

fn io() -> String {
    "Page bodies can't be kept on the disk while they are copied".into()
}

impl Spool {
    pub fn new(folder: &Path) -> Result<Spool> {
        let path = folder.join(format!("pages.{:016x}.tmp", rand::random::<u64>()));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .context(Kind::Io, io)?;
        std::fs::remove_file(&path).context(Kind::Io, io)?;
        Ok(Spool {
            file,
            end: 0,
            places: HashMap::new(),
        })
    }

    pub fn put(&mut self, id: &str, text: &str) -> Result<()> {
        self.file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(text.as_bytes()))
            .context(Kind::Io, io)?;
        self.places.insert(id.to_owned(), (self.end, text.len()));
        self.end += text.len() as u64;
        Ok(())
    }

    pub fn get(&mut self, id: &str) -> Result<Option<String>> {
        let Some((start, length)) = self.places.get(id).copied() else {
            return Ok(None);
        };
        let mut bytes = vec![0; length];
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .context(Kind::Io, io)?;
        let text = String::from_utf8(bytes);
        text.map(Some).context(Kind::Io, io)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_comes_back_and_no_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(dir.path()).unwrap();
        spool.put("1", "um").unwrap();
        spool.put("2", "").unwrap();
        spool.put("3", "três").unwrap();
        assert_eq!(spool.get("3").unwrap().as_deref(), Some("três"));
        assert_eq!(spool.get("1").unwrap().as_deref(), Some("um"));
        assert_eq!(spool.get("2").unwrap().as_deref(), Some(""));
        assert_eq!(spool.get("4").unwrap(), None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
