//! The hook that looks before each commit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::git;
use crate::error::{Context, Error, Kind, Result};
use crate::service::Service;
use crate::workspace::file;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hook {
    Written(PathBuf),
    /// It looks already.
    There(PathBuf),
}

/// What a hook has in it that looks.
const CALL: &str = "doctor --staged";

impl Service {
    /// Writes git's pre-commit hook, where git looks for it (`core.hooksPath`). One that is there stays as
    /// it is.
    pub fn install_hook(&self) -> Result<Hook> {
        let root = self.workspace.root();
        let mut ask = git::here(root);
        ask.args([
            "rev-parse",
            "--show-toplevel",
            "--git-path",
            "hooks/pre-commit",
        ]);
        let said = String::from_utf8_lossy(&git::run(ask, None)?).into_owned();
        let mut lines = said.lines();
        let (top, path) = (
            lines.next().unwrap_or_default(),
            lines.next().unwrap_or_default(),
        );
        let path = root.join(path);
        let below = root.strip_prefix(top).unwrap_or(Path::new(""));
        let program = std::env::current_exe().unwrap_or_else(|_| "matriz".into());
        match file::read_text(&path)? {
            Some(text) if text.contains(CALL) => return Ok(Hook::There(path)),
            Some(_) => {
                return Err(Error::new(
                    Kind::Conflict,
                    format!("There is a pre-commit hook already: {}.", path.display()),
                )
                .hint(format!("Add this line to it: matriz {CALL} || exit 1")));
            }
            None => {}
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .context(Kind::Io, || format!("Can't create {}", folder.display()))?;
        }
        let text = script(&program, below);
        if !file::create_whole(&path, text.as_bytes(), 0o755)? {
            return Ok(Hook::There(path));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).context(Kind::Io, || {
            format!("Can't make {} executable", path.display())
        })?;
        self.audit("hook", "pre-commit", &path.display().to_string())?;
        Ok(Hook::Written(path))
    }
}

/// Where the program isn't found, the commit is refused: nobody would notice otherwise that nothing looks.
fn script(program: &Path, below: &Path) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
    format!(
        "#!/bin/sh
# Looks for secrets in what is about to be committed; \"git commit --no-verify\" leaves it out.
root=$(git rev-parse --show-toplevel)/{below}
program={program}
[ -x \"$program\" ] || program=$(command -v matriz) || {{
  echo 'matriz is not on the path, so nothing looks for secrets in this commit.' >&2
  exit 1
}}
exec \"$program\" --root \"$root\" {CALL}
",
        below = quoted(below),
        program = quoted(program),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_are_quoted() {
        let text = script(Path::new("/a b/it's"), Path::new("sub dir"));
        assert!(text.contains("program='/a b/it'\\''s'\n"), "{text}");
        assert!(text.contains("/'sub dir'\n"), "{text}");
    }
}
