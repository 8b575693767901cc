//! Making a workspace of an existing repository: its code moves under `core/`, its `.env` becomes
//! the first instance's.
//!
//! A plan is made first ([`survey`]). Carrying it out ([`carry_out`]) is a list of small acts, each of
//! which is written down before it's done, in `.matriz/adopt.json`, so that after a kill it is gone on
//! with or taken back ([`undo`]). Files are moved by renaming, so that what is in them, their modes
//! and what git doesn't know of come along; git's index gets the new names with the very same
//! contents, as `git mv` leaves it.

mod act;
mod checks;
mod derive;
mod git;
mod ignore;
mod mentions;
mod notice;
mod record;
mod survey;
mod walk;

use std::fs;
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};

use super::file::failed;
use super::root::Workspace;
use crate::error::{Error, Kind, Result};

pub use mentions::Mention;
pub use record::{Act, Record, State};
pub use survey::{Adoption, survey};

/// Called with the number of an act and a moment, `before` or `after`; tests end the program there.
pub type At<'a> = &'a dyn Fn(usize, &str);

/// What an adoption left, or was about to; `None` where there was none.
///
/// # Errors
/// `Parse` where the record can't be read.
pub fn found(folder: &Path) -> Result<Option<Record>> {
    Record::read(&root_of(folder)?)
}

/// Carries a plan out, or goes on with one that was interrupted.
pub fn carry_out(folder: &Path, record: Record, at: At<'_>) -> Result<Workspace> {
    let root = root_of(folder)?;
    let _lock = lock(&root)?;
    let mut record = record;
    let workspace = Workspace::at(root.clone());
    record.save(&workspace)?;
    for n in record.done..record.acts.len() {
        let Some(act) = record.acts.get(n).cloned() else {
            break;
        };
        at(n, "before");
        act.carry_out(&root)?;
        at(n, "after");
        record.done = n + 1;
        record.save(&workspace)?;
    }
    record.state = State::Done;
    record.save(&workspace)?;
    Ok(workspace)
}

/// Takes it all back. What was changed since comes along; what would be lost refuses it.
/// Answers with what stays where it is, a sentence each.
///
/// # Errors
/// `Refused` where a file that the adoption wrote was changed since, or where others stand in the way;
/// nothing was changed then.
pub fn undo(folder: &Path, at: At<'_>) -> Result<Vec<String>> {
    let root = root_of(folder)?;
    let _lock = lock(&root)?;
    let Some(mut record) = Record::read(&root)? else {
        return Err(Error::not_found(format!(
            "{} wasn't adopted by Matriz, or that was taken back already.",
            root.display()
        )));
    };
    let workspace = Workspace::at(root.clone());
    if record.state != State::Undoing {
        refuse_what_would_be_lost(&root, &record)?;
        // the act that was under way may be half done
        record.done = (record.done + 1).min(record.acts.len());
        record.state = State::Undoing;
        record.save(&workspace)?;
    }
    let mut stays = Vec::new();
    while let Some(n) = record.done.checked_sub(1) {
        let Some(act) = record.acts.get(n).cloned() else {
            break;
        };
        at(n, "undo-before");
        stays.extend(act.take_back(&root)?);
        at(n, "undo-after");
        record.done = n;
        record.save(&workspace)?;
    }
    record.forget(&root)?;
    Ok(stays)
}

fn refuse_what_would_be_lost(root: &Path, record: &Record) -> Result<()> {
    let workspace = Workspace::at(root.to_owned());
    let others: Vec<String> = workspace
        .instances()?
        .into_iter()
        .map(String::from)
        .filter(|name| name != survey::FIRST)
        .collect();
    let mut reasons: Vec<String> = match others.is_empty() {
        true => Vec::new(),
        false => vec![format!("there are other instances ({})", others.join(", "))],
    };
    let done = record.acts.iter().take(record.done);
    for act in done {
        reasons.extend(act.in_the_way(root)?);
    }
    match reasons.is_empty() {
        true => Ok(()),
        false => Err(Error::refused(format!(
            "The adoption can't be taken back: {}.",
            reasons.join("; ")
        ))
        .hint("Nothing was changed. Move those aside, and try again.")),
    }
}

fn root_of(folder: &Path) -> Result<std::path::PathBuf> {
    fs::canonicalize(folder).map_err(|e| failed("open", folder, e))
}

fn lock(root: &Path) -> Result<Flock<fs::File>> {
    let folder = fs::File::open(root).map_err(|e| failed("open", root, e))?;
    Flock::lock(folder, FlockArg::LockExclusiveNonblock).map_err(|_| {
        Error::new(
            Kind::Conflict,
            format!("Another process is reorganising {}.", root.display()),
        )
    })
}
