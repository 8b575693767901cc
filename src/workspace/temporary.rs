//! Names of files that are being written, and what becomes of them when the writer dies.

use std::fs;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::file::folder_of;

/// A hidden name in the same folder, so that the rename stays on one file system.
pub(super) fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder_of(path).join(format!(
        ".{}.{}-{:016x}.tmp",
        name.trim_start_matches('.'),
        std::process::id(),
        rand::random::<u64>()
    ))
}

/// Removes what processes that died while writing left in a folder: it may hold secrets, and git
/// would see it. What a living process is writing stays.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if writer_of(&name).is_some_and(|pid| !is_alive(pid)) {
            let path = entry.path();
            // a failure shows again at the next write; there is nobody to tell here
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs::remove_dir_all(&path),
                _ => fs::remove_file(&path),
            };
        }
    }
}

/// The process that a temporary name belongs to.
fn writer_of(name: &str) -> Option<i32> {
    let inner = name.strip_prefix('.')?.strip_suffix(".tmp")?;
    let (pid, random) = inner.rsplit('.').next()?.split_once('-')?;
    let ours = random.len() == 16 && random.bytes().all(|b| b.is_ascii_hexdigit());
    pid.parse().ok().filter(|pid| ours && *pid > 0)
}

fn is_alive(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_writer_left_is_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = child.id();
        child.wait().unwrap();
        let living = std::process::id();
        for (pid, name) in [(dead, "env"), (living, "env"), (dead, "x.json")] {
            let name = format!(".{name}.{pid}-0123456789abcdef.tmp");
            fs::write(dir.path().join(name), "A=example").unwrap();
        }
        fs::create_dir(
            dir.path()
                .join(format!(".clone-1.{dead}-0123456789abcdef.tmp")),
        )
        .unwrap();
        fs::write(dir.path().join(".mine.tmp"), "").unwrap();
        sweep(dir.path());
        let mut left: Vec<String> = fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                format!(".env.{living}-0123456789abcdef.tmp"),
                ".mine.tmp".to_owned()
            ]
        );
    }
}
