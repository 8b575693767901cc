//! The target's own files: rewritten, then looked through once more.

use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::created;
use super::pairs::{self, Place};
use super::summary;
use crate::domain::name::InstanceName;
use crate::domain::reference::{Leftover, Reason, Rewriter};
use crate::domain::report::{self, FileChange, FileChanges};
use crate::error::{Context, Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::world::World;
use crate::workspace::InstanceDir;
use crate::workspace::file::write_whole;

pub struct RewriteReferences {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
}

/// Folders that others fill and can fill again.
const NOT_OURS: [&str; 3] = [".git", "node_modules", "target"];
/// Larger files aren't settings, seeds or code.
const LARGEST: u64 = 64 * 1024 * 1024;

#[async_trait]
impl Step for RewriteReferences {
    fn name(&self) -> &str {
        "references"
    }

    fn title(&self) -> &str {
        "Rewrite the references"
    }

    fn weight(&self) -> u32 {
        1
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let (settings, text) = rewriters(ctx, &self.world, &self.source, &self.target)?;
        let folder = self.world.instance(&self.target)?.path().to_owned();
        let mut changes = FileChanges::default();
        for path in files_in(&folder)? {
            ctx.check_cancelled()?;
            let shown = path.strip_prefix(&folder).unwrap_or(&path);
            let shown = shown.display().to_string();
            // these hold nothing but settings
            let rewriter = if InstanceDir::own_files().any(|own| own == shown) {
                &settings
            } else {
                &text
            };
            rewrite(&path, &shown, rewriter, &mut changes)?;
        }
        for change in &changes.files {
            ctx.log(format!(
                "{}: {} references rewritten",
                change.file, change.references
            ));
        }
        let unexplained = changes.left.iter().find(|l| !l.reason.is_explained());
        for left in &changes.left {
            ctx.log(left.line());
        }
        ctx.save_report(report::FILES, &changes)?;
        summary::with_issues_and_pages(ctx)?;
        match unexplained {
            None => Ok(()),
            Some(left) => Err(Error::new(
                Kind::Internal,
                format!("The clone still points to its source: {}.", left.line()),
            )
            .hint("Mend this line, then resume the job.")),
        }
    }

    /// What it made goes with the project and the folder.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// For files that hold nothing but settings, and for all others.
pub(super) fn rewriters(
    ctx: &StepContext,
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
) -> Result<(Rewriter, Rewriter)> {
    let journal = ctx.journal()?;
    let of = |place| -> Result<Rewriter> {
        let mut map = pairs::map(world, source, target, place)?;
        created::add(&mut map, &journal);
        map.compile()
    };
    Ok((of(Place::Settings)?, of(Place::Text)?))
}

pub(super) fn rewrite(
    path: &Path,
    shown: &str,
    rewriter: &Rewriter,
    changes: &mut FileChanges,
) -> Result<()> {
    let (mut now, binary) = read(path)?;
    if !binary {
        let new = rewriter.text(&now);
        if new.count > 0 {
            let references = new.count as u64;
            let written = new.text.into_owned();
            write_whole(path, written.as_bytes(), 0o600)?;
            now = written;
            changes.files.push(FileChange {
                file: shown.to_owned(),
                references,
            });
        }
    }
    left_in(&now, binary, shown, rewriter, changes);
    Ok(())
}

/// A file's text, and whether it's bytes of something else.
pub(super) fn read(path: &Path) -> Result<(String, bool)> {
    let bytes = fs::read(path).context(Kind::Io, || format!("Can't read {}", path.display()))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(e) => (String::from_utf8_lossy(e.as_bytes()).into_owned(), true),
    })
}

/// Adds what of a file's text still names the source.
pub(super) fn left_in(
    now: &str,
    binary: bool,
    shown: &str,
    rewriter: &Rewriter,
    changes: &mut FileChanges,
) {
    for residue in rewriter.residues(now) {
        let line = now.get(..residue.at).unwrap_or_default();
        let line = line.matches('\n').count() + 1;
        changes.left.push(Leftover {
            place: format!("{shown}:{line}"),
            row: None,
            names: residue.names,
            reason: if binary {
                Reason::Binary
            } else {
                residue.reason
            },
        });
    }
}

/// Every regular file below the folder, sorted. Links lead out of it and are left alone.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let unreadable = || format!("Can't read {}", folder.display());
        for entry in fs::read_dir(&folder).context(Kind::Io, unreadable)? {
            let entry = entry.context(Kind::Io, unreadable)?;
            let kind = entry.file_type().context(Kind::Io, unreadable)?;
            let name = entry.file_name();
            if kind.is_dir() && !NOT_OURS.iter().any(|n| name == *n) {
                folders.push(entry.path());
            } else if kind.is_file() && entry.metadata().is_ok_and(|m| m.len() <= LARGEST) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reference::{ReferenceKind, ReferenceMap};

    #[test]
    fn files_are_rewritten_and_what_stays_is_said() {
        let mut map = ReferenceMap::default();
        map.add(
            ReferenceKind::ProjectRef,
            "abcdefghijklmnopqrst",
            "zyxwvutsrqponmlkjihg",
        );
        let rewriter = map.compile().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        fs::create_dir_all(folder.join("supabase")).unwrap();
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        for (file, bytes) in [
            (
                "supabase/config.toml",
                &b"# mine\nproject_id = \"abcdefghijklmnopqrst\"\n"[..],
            ),
            ("node_modules/x.js", b"abcdefghijklmnopqrst"),
            ("words.md", b"\nxabcdefghijklmnopqrst"),
            ("image.bin", b"\xff\xfe abcdefghijklmnopqrst"),
        ] {
            fs::write(folder.join(file), bytes).unwrap();
        }
        let mut changes = FileChanges::default();
        for path in files_in(folder).unwrap() {
            let shown = path.strip_prefix(folder).unwrap().display().to_string();
            rewrite(&path, &shown, &rewriter, &mut changes).unwrap();
        }
        let config = fs::read_to_string(folder.join("supabase/config.toml")).unwrap();
        assert_eq!(config, "# mine\nproject_id = \"zyxwvutsrqponmlkjihg\"\n");
        let expected = FileChange {
            file: "supabase/config.toml".into(),
            references: 1,
        };
        assert_eq!(changes.files, [expected]);
        let left: Vec<_> = changes
            .left
            .iter()
            .map(|l| (&*l.place, &l.reason))
            .collect();
        assert_eq!(
            left,
            [
                ("image.bin:1", &Reason::Binary),
                ("words.md:2", &Reason::LongerWord)
            ]
        );
    }
}
