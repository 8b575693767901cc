//! A job's log: `.matriz/logs/job-N.log`, one line a fact, readable while it's written and after.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::domain::job::JobId;
use crate::error::{Context, Kind, Result};

/// The most that one [`JobLog::read`] gives, in bytes.
const CHUNK: u64 = 256 * 1024;

/// A log that is being written.
pub struct JobLog {
    file: Mutex<File>,
}

/// A piece of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogChunk {
    pub lines: Vec<String>,
    /// Where to read on.
    pub next: u64,
}

impl JobLog {
    pub fn path(state_dir: &Path, id: JobId) -> PathBuf {
        state_dir.join("logs").join(format!("job-{id}.log"))
    }

    /// Opens a log to write at its end, creating it (0600).
    pub fn open(state_dir: &Path, id: JobId) -> Result<JobLog> {
        let file = append(&Self::path(state_dir, id))?;
        Ok(JobLog {
            file: Mutex::new(file),
        })
    }

    /// Writes a line with the time and who says it. A log that can't be written stops no job.
    pub fn line(&self, who: &str, text: &str) {
        let at = jiff::Timestamp::now();
        // a line is one fact: what has several lines is indented under its first
        let text = text.trim_end().replace('\n', "\n    ");
        let line = format!("{at:.3} {who}: {text}\n");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(line.as_bytes());
    }

    /// Removes a log, where there is one.
    pub fn remove(state_dir: &Path, id: JobId) -> Result<()> {
        let path = Self::path(state_dir, id);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context(Kind::Io, || format!("Cannot remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// The whole lines from an offset on, 256 KiB at the most; nothing where there is no log yet.
    pub fn read(state_dir: &Path, id: JobId, from: u64) -> Result<LogChunk> {
        let path = Self::path(state_dir, id);
        let file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(LogChunk::default());
            }
            other => other.context(Kind::Io, || format!("Cannot read {}", path.display()))?,
        };
        chunk(file, from).context(Kind::Io, || format!("Cannot read {}", path.display()))
    }
}

fn chunk(mut file: File, from: u64) -> std::io::Result<LogChunk> {
    // a file that is shorter than it was is another file: read it from its start
    let from = if from > file.metadata()?.len() {
        0
    } else {
        from
    };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    let read = file.take(CHUNK).read_to_end(&mut bytes)?;
    let whole = match bytes.iter().rposition(|b| *b == b'\n') {
        Some(end) => end + 1,
        // one line that fills a chunk is given in pieces rather than never
        None if read as u64 == CHUNK => read,
        None => 0,
    };
    bytes.truncate(whole);
    let text = String::from_utf8_lossy(&bytes);
    Ok(LogChunk {
        lines: text.lines().map(str::to_owned).collect(),
        next: from + whole as u64,
    })
}

/// A private file in a private folder, opened for writing at its end.
pub(super) fn append(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .context(Kind::Io, || format!("Cannot create {}", folder.display()))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .context(Kind::Io, || format!("Cannot open {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_tail_gives_whole_lines_once() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(JobLog::read(dir.path(), 7, 0).unwrap(), LogChunk::default());
        let log = JobLog::open(dir.path(), 7).unwrap();
        log.line("engine", "one\ntwo");
        let first = JobLog::read(dir.path(), 7, 0).unwrap();
        assert_eq!(first.lines.len(), 2);
        assert!(
            first.lines[0].ends_with(" engine: one"),
            "{:?}",
            first.lines
        );
        assert_eq!(first.lines[1], "    two");

        append(&JobLog::path(dir.path(), 7))
            .unwrap()
            .write_all(b"half a")
            .unwrap();
        let second = JobLog::read(dir.path(), 7, first.next).unwrap();
        assert_eq!(
            second,
            LogChunk {
                lines: vec![],
                next: first.next
            }
        );
        append(&JobLog::path(dir.path(), 7))
            .unwrap()
            .write_all(b" line\n")
            .unwrap();
        let third = JobLog::read(dir.path(), 7, second.next).unwrap();
        assert_eq!(third.lines, ["half a line"]);
        let mode = std::fs::metadata(JobLog::path(dir.path(), 7))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_line_longer_than_a_chunk_is_passed() {
        let dir = tempfile::tempdir().unwrap();
        let log = JobLog::open(dir.path(), 1).unwrap();
        log.line("a", &"x".repeat(CHUNK as usize * 2));
        log.line("a", "end");
        let (mut from, mut last) = (0, String::new());
        for _ in 0..10 {
            let chunk = JobLog::read(dir.path(), 1, from).unwrap();
            from = chunk.next;
            last = chunk.lines.last().cloned().unwrap_or(last);
        }
        assert!(last.ends_with("a: end"));
    }
}
