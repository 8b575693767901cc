//! `env export`: an instance's values for another program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Service;
use crate::domain::env_export::{ExportFormat, Exported, export};
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::error::{Error, Kind, Result};
use crate::workspace::file::{self, PRIVATE};

impl Service {
    /// The text; secrets stand in it only with `reveal`, which a person has to have asked for.
    pub fn env_export(
        &self,
        name: &InstanceName,
        format: ExportFormat,
        reveal: bool,
    ) -> Result<String> {
        if reveal {
            self.refuse_agents()?;
        }
        let (env, _) = self.workspace.instance(name)?.read_env()?;
        let pairs: Vec<Exported<'_>> = env
            .pairs()
            .map(|(key, value)| Exported {
                key,
                value: (reveal || !secret::is_secret(key, value)).then_some(value),
            })
            .collect();
        let text = export(format, &pairs)?;
        if reveal {
            self.audit("reveal", name.as_str(), "export of all keys")?;
        }
        Ok(text)
    }

    /// Writes all values in clear into a new file for its owner alone, where git won't take it along.
    pub fn env_export_to(
        &self,
        name: &InstanceName,
        format: ExportFormat,
        to: &Path,
    ) -> Result<PathBuf> {
        self.refuse_agents()?;
        let target = absolute(to)?;
        refuse_git(&target)?;
        let (env, _) = self.workspace.instance(name)?.read_env()?;
        let pairs: Vec<Exported<'_>> = env
            .pairs()
            .map(|(key, value)| Exported {
                key,
                value: Some(value),
            })
            .collect();
        let text = export(format, &pairs)?;
        self.audit(
            "reveal",
            name.as_str(),
            &format!("all keys into {}", target.display()),
        )?;
        match file::create_whole(&target, text.as_bytes(), PRIVATE)? {
            true => Ok(target),
            false => Err(Error::new(
                Kind::Conflict,
                format!("{} is there already; it stays as it is.", target.display()),
            )
            .hint("Name another file, or remove that one first.")),
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    let failed = |error: std::io::Error| {
        Error::new(
            Kind::Io,
            format!("Can't write to {}: {error}.", path.display()),
        )
    };
    let whole = std::path::absolute(path).map_err(failed)?;
    let folder = whole.parent().unwrap_or(Path::new("/"));
    let folder = std::fs::canonicalize(folder).map_err(failed)?;
    let file = whole
        .file_name()
        .ok_or_else(|| Error::usage(format!("{} names no file.", path.display())))?;
    Ok(folder.join(file))
}

/// A file in a git work tree has to be one that git ignores.
fn refuse_git(target: &Path) -> Result<()> {
    let folder = target.parent().unwrap_or(target);
    let tree = folder.ancestors().find(|f| f.join(".git").exists());
    let Some(tree) = tree else {
        return Ok(());
    };
    let ignored = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(target)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match ignored {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Error::refused(format!(
            "{} lies in the git repository {}, which doesn't ignore it: the secrets would be committed.",
            target.display(),
            tree.display()
        ))
        .hint("Name a file outside of the repository, or one that its .gitignore names.")),
    }
}
