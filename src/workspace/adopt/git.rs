//! Asking git, and giving files in its index other names.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::domain::secret;
use crate::error::{Context, Error, Kind, Result};

/// Git in one folder.
pub(super) struct Git<'a> {
    root: &'a Path,
}

impl<'a> Git<'a> {
    pub fn at(root: &'a Path) -> Self {
        Git { root }
    }

    /// The top of the repository that the folder is in; `None` where it's in none.
    pub fn top(&self) -> Result<Option<PathBuf>> {
        if !self
            .root
            .ancestors()
            .any(|folder| folder.join(".git").exists())
        {
            return Ok(None);
        }
        let top = self.text(&["rev-parse", "--show-toplevel"])?;
        Ok(Some(PathBuf::from(top.trim_end_matches('\n'))))
    }

    /// Files below these that differ from what was committed, or are being merged.
    pub fn changed(&self, paths: &[&str]) -> Result<Vec<String>> {
        let mut ask = vec![
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=no",
            "--",
        ];
        ask.extend(paths);
        let text = self.text(&ask)?;
        Ok(parts(&text)
            .filter_map(|line| line.get(3..))
            .map(str::to_owned)
            .collect())
    }

    /// Files below these that git was told to look away from (skip-worktree, assume-unchanged).
    pub fn flagged(&self, paths: &[&str]) -> Result<Vec<String>> {
        let mut ask = vec!["ls-files", "-v", "-z", "--"];
        ask.extend(paths);
        let text = self.text(&ask)?;
        let odd = parts(&text).filter(|line| !line.starts_with("H "));
        Ok(odd
            .filter_map(|line| line.get(2..))
            .map(str::to_owned)
            .collect())
    }

    /// Submodules at or below these.
    pub fn submodules(&self, paths: &[&str]) -> Result<Vec<String>> {
        let entries = self.entries(paths)?;
        let modules = entries.iter().filter(|entry| entry.mode == "160000");
        Ok(modules.map(|entry| entry.path.clone()).collect())
    }

    pub fn tracks(&self, path: &str) -> Result<bool> {
        Ok(!self.entries(&[path])?.is_empty())
    }

    /// What is ignored at or below these: a folder as one, with a slash at its end.
    pub fn ignored(&self, paths: &[&str]) -> Result<Vec<String>> {
        let mut ask = vec![
            "ls-files",
            "-o",
            "-i",
            "--exclude-standard",
            "--directory",
            "-z",
            "--",
        ];
        ask.extend(paths);
        let text = self.text(&ask)?;
        Ok(parts(&text).map(str::to_owned).collect())
    }

    /// Gives every file of the index at or below the old names the new ones, contents and modes as they
    /// are; in one step, or not at all. Doing it again changes nothing.
    pub fn rename(&self, moves: &[(String, String)]) -> Result<()> {
        let (mut gone, mut come) = (String::new(), String::new());
        for (from, to) in moves {
            for entry in self.entries(&[from.as_str()])? {
                let Some(rest) = entry.path.strip_prefix(from.as_str()) else {
                    continue;
                };
                let Entry {
                    mode,
                    object,
                    stage,
                    path,
                } = &entry;
                let none = "0".repeat(object.len());
                gone.push_str(&format!("0 {none}\t{path}\0"));
                come.push_str(&format!("{mode} {object} {stage}\t{to}{rest}\0"));
            }
        }
        if come.is_empty() {
            return Ok(());
        }
        self.run(&["update-index", "-z", "--index-info"], &(gone + &come))?;
        // the files' times were never in these entries; a file that differs isn't a failure
        let _ = self.run(&["update-index", "-q", "--refresh"], "");
        Ok(())
    }

    fn entries(&self, paths: &[&str]) -> Result<Vec<Entry>> {
        let mut ask = vec!["ls-files", "-s", "-z", "--"];
        ask.extend(paths);
        let text = self.text(&ask)?;
        Ok(parts(&text).filter_map(Entry::parse).collect())
    }

    fn text(&self, arguments: &[&str]) -> Result<String> {
        self.run(arguments, "")
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<String> {
        let verb = arguments.first().copied().unwrap_or_default();
        let failed = || format!("git {verb} can't be run in {}", self.root.display());
        let mut command = Command::new("git");
        // a caller's own repository or index isn't this one
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        let child = command
            .arg("--literal-pathspecs")
            .args(arguments)
            .current_dir(self.root)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match child {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::new(
                    Kind::Missing,
                    "git isn't on this machine, but this is a git repository.",
                )
                .hint("Install git, and try again."));
            }
            other => other.context(Kind::Io, failed)?,
        };
        let writer = child.stdin.take().map(|mut stdin| {
            let input = input.to_owned();
            std::thread::spawn(move || stdin.write_all(input.as_bytes()))
        });
        let out = child.wait_with_output().context(Kind::Io, failed)?;
        if let Some(writer) = writer {
            // git that ended early says why itself
            let _ = writer.join();
        }
        if !out.status.success() {
            let said = String::from_utf8_lossy(&out.stderr);
            let line = said.lines().next().unwrap_or("no reason given");
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "git {verb} refused: {}.",
                    secret::redact(line.trim_end_matches('.'))
                ),
            )
            .hint("See to it, then go on with the same command."));
        }
        String::from_utf8(out.stdout)
            .map_err(|_| Error::refused("A file's name here isn't UTF-8, which this can't move."))
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('\0').filter(|part| !part.is_empty())
}

/// A line of the index.
struct Entry {
    mode: String,
    object: String,
    stage: String,
    path: String,
}

impl Entry {
    fn parse(line: &str) -> Option<Entry> {
        let (facts, path) = line.split_once('\t')?;
        let mut facts = facts.split(' ').map(str::to_owned);
        Some(Entry {
            mode: facts.next()?,
            object: facts.next()?,
            stage: facts.next()?,
            path: path.to_owned(),
        })
    }
}
