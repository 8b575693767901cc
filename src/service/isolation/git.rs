//! What git is asked. Its programs run without a shell, and with nothing of the caller's that would make
//! them look elsewhere.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::domain::isolation::GitFacts;
use crate::error::{Context, Error, Kind, Result};

/// Set by git for its hooks.
const HOOK: [&str; 2] = ["GIT_DIR", "GIT_INDEX_FILE"];

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(["-c", "core.fsmonitor=false"])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command
}

/// Which files below the root are tracked, and which neither that nor ignored; one call. `None` where
/// there is no git, or no repository.
pub fn files(root: &Path) -> Option<GitFacts> {
    let mut command = git(root);
    for name in HOOK.iter().chain(&["GIT_WORK_TREE"]) {
        command.env_remove(name);
    }
    let listed = command
        .args([
            "ls-files",
            "-z",
            "-t",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|out| out.status.success())?;
    let mut facts = GitFacts::default();
    for entry in listed.stdout.split(|b| *b == 0).filter(|e| !e.is_empty()) {
        let entry = String::from_utf8_lossy(entry);
        match entry.split_once(' ') {
            Some(("?", path)) => facts.unignored.insert(path.to_owned()),
            Some((_, path)) => facts.tracked.insert(path.to_owned()),
            None => false,
        };
    }
    Some(facts)
}

/// A call in the repository around `root`. In a hook, git says itself where it is, seen from the folder
/// that it starts the hook in.
pub fn here(root: &Path) -> Command {
    let in_hook = HOOK.iter().any(|name| std::env::var_os(name).is_some());
    let cwd = std::env::current_dir().ok().filter(|_| in_hook);
    git(cwd.as_deref().unwrap_or(root))
}

/// Runs it, with this on its standard input; its output.
pub fn run(mut command: Command, input: Option<&[u8]>) -> Result<Vec<u8>> {
    let missing = || "Git can't be started".to_owned();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().context(Kind::Missing, missing)?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // git answers while it still reads
        scope.spawn(move || {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // it ended early: its status says so
                let _ = stdin.write_all(input);
            }
        });
        child.wait_with_output()
    })
    .context(Kind::Io, missing)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("fatal: ");
    Err(Error::new(Kind::Conflict, format!("Git refused: {said}."))
        .hint("Run it in a git repository, as the repository's owner."))
}
