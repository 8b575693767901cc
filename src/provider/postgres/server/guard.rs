//! What becomes of a server whose supervisor was killed. It goes on, so that the next start takes
//! it over within milliseconds and its clients notice nothing; stopping it would mean to write out
//! all that was changed since the last checkpoint, file by file. If nobody comes, it's stopped.
//!
//! A shell waits for that, in a process of its own: it reads from a pipe that ends with us,
//! however we end. Who may stop the server is told by a file that holds the last supervisor's mark.

use std::ffi::OsString;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, io::Write};

use crate::error::{Context, Kind, Result};

/// Words: the file with the mark, the mark, `postmaster.pid`, the server's process, and for how
/// many seconds another supervisor is waited for.
const SCRIPT: &str = r#"
while read -r _; do :; done
n=0
while [ "$n" -lt "$5" ]; do
    [ "$(cat "$1" 2>/dev/null)" = "$2" ] || exit 0
    kill -0 "$4" 2>/dev/null || exit 0
    sleep 1
    n=$((n + 1))
done
[ "$(cat "$1" 2>/dev/null)" = "$2" ] || exit 0
[ "$(head -n 1 "$3" 2>/dev/null)" = "$4" ] && kill -INT "$4"
"#;

/// The right to supervise the server on a data folder. Whoever claimed it last has it.
pub struct Claim {
    file: PathBuf,
    mark: String,
}

impl Claim {
    pub fn on(data: &Path) -> Result<Self> {
        let file = data.with_extension("supervisor");
        let failed = || format!("Cannot write {}", file.display());
        let mark = format!("{:032x}", rand::random::<u128>());
        let mut written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&file)
            .context(Kind::Io, failed)?;
        written
            .write_all(mark.as_bytes())
            .context(Kind::Io, failed)?;
        Ok(Claim { file, mark })
    }
}

/// Sees to it that the server ends if we do and nobody follows.
#[derive(Debug)]
pub struct Guard(Option<Child>);

impl Guard {
    pub fn over(claim: &Claim, data: &Path, pid: u32, patience: Duration) -> Result<Self> {
        let words: [OsString; 7] = [
            SCRIPT.into(),
            "guard".into(),
            claim.file.clone().into(),
            claim.mark.clone().into(),
            data.join("postmaster.pid").into(),
            pid.to_string().into(),
            patience.as_secs().max(1).to_string().into(),
        ];
        let child = Command::new("/bin/sh")
            .arg("-c")
            .args(words)
            .current_dir("/")
            // what is sent to our group must not reach it
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context(Kind::Missing, || "Cannot start /bin/sh".into())?;
        Ok(Guard(Some(child)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            // it looks around once the pipe ends; somebody has to take note of its end
            drop(child.stdin.take());
            std::thread::spawn(move || child.wait());
        }
    }
}
