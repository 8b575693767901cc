//! Taking a change back: a change itself, which can be taken back in turn.

use serde::Serialize;

use super::entries::HistoryEntry;
use super::keeper::{Keeper, Marks};
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::service::Service;

/// Which change is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoTarget {
    /// The newest that wasn't taken back, and takes none back itself.
    Last,
    /// By its number.
    Number(i64),
    /// The newest of a key, likewise.
    Key(String),
}

impl UndoTarget {
    /// A number (`12`, `#12`) or a key.
    pub fn parse(text: Option<&str>) -> UndoTarget {
        let Some(text) = text else {
            return UndoTarget::Last;
        };
        match text.strip_prefix('#').unwrap_or(text).parse() {
            Ok(number) => UndoTarget::Number(number),
            Err(_) => UndoTarget::Key(text.to_owned()),
        }
    }
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    pub number: i64,
    pub key: String,
    /// The key has a value again or still; else it's gone.
    pub set: bool,
}

impl Service {
    /// Takes a change back. Refused where the key was changed since, unless `over` names the change
    /// that is lost by it. `dry_run`: says what would be done.
    pub fn env_undo(
        &self,
        name: &InstanceName,
        target: &UndoTarget,
        over: Option<i64>,
        dry_run: bool,
    ) -> Result<Undone> {
        self.refuse_busy(name)?;
        let all = self.env_history(name, None)?;
        let chosen = choose(name, &all, target)?;
        let newest = all.iter().find(|entry| entry.key == chosen.key);
        let marks = Marks::of(&self.workspace, &self.workspace.instance(name)?)?;
        let life = self.registry.value_life(name.as_str(), &marks.born)?;
        let changes = match life {
            Some(life) => self.registry.value_changes(life)?,
            None => Vec::new(),
        };
        let before = changes
            .iter()
            .find(|change| change.id == chosen.number)
            .and_then(|change| change.change.before.as_ref());
        let value = before
            .map(|value| marks.open(&chosen.key, value))
            .transpose()?;
        let undone = Undone {
            number: chosen.number,
            key: chosen.key.clone(),
            set: value.is_some(),
        };
        let keeper = Keeper::new(&self.registry, &self.workspace, "undo").undoing(chosen.number);
        let dir = keeper.watched().instance(name)?;
        if !dry_run {
            self.by("undo").instance(name)?.ensure_env()?;
        }
        let put = |env: &mut EnvFile| {
            let now = env.get(&chosen.key).map(|value| marks.prints.of(value));
            if now == chosen.before {
                return Err(Error::refused(format!(
                    "{} holds already what it held before change {}.",
                    chosen.key, chosen.number
                )));
            }
            let changed_since = now != chosen.after;
            if changed_since && (over.is_none() || over != newest.map(|n| n.number)) {
                return Err(changed(chosen, newest));
            }
            match &value {
                Some(value) => env.set(&chosen.key, value),
                None => env.unset(&chosen.key).map(|_| ()),
            }
        };
        if dry_run {
            let (mut env, _) = dir.read_env()?;
            put(&mut env)?;
            return Ok(undone);
        }
        dir.edit_env(put)?;
        self.audit(
            "env undo",
            name.as_str(),
            &format!("{}, change {}", undone.key, undone.number),
        )?;
        self.touch(name)?;
        Ok(undone)
    }
}

fn choose<'a>(
    name: &InstanceName,
    all: &'a [HistoryEntry],
    target: &UndoTarget,
) -> Result<&'a HistoryEntry> {
    let open = |entry: &&HistoryEntry| entry.undoes.is_none() && entry.undone_by.is_none();
    let hint = format!("matriz env history -i {name} shows the changes.");
    match target {
        UndoTarget::Last => all.iter().find(open).ok_or_else(|| {
            Error::not_found(format!("{name} has no change that can be taken back.")).hint(hint)
        }),
        UndoTarget::Key(key) => all
            .iter()
            .filter(|entry| entry.key == *key)
            .find(open)
            .ok_or_else(|| {
                Error::not_found(format!(
                    "{key} has no change in {name} that can be taken back."
                ))
                .hint(hint)
            }),
        UndoTarget::Number(number) => {
            let found = all.iter().find(|entry| entry.number == *number);
            let entry = found.ok_or_else(|| {
                Error::not_found(format!("{name} has no change {number}.")).hint(hint)
            })?;
            match entry.undone_by {
                None => Ok(entry),
                Some(by) => Err(Error::refused(format!(
                    "Change {number} is taken back already, by change {by}."
                ))
                .hint(format!("To have it again: matriz env -i {name} undo {by}"))),
            }
        }
    }
}

fn changed(chosen: &HistoryEntry, newest: Option<&HistoryEntry>) -> Error {
    let Some(newest) = newest.filter(|newest| newest.number != chosen.number) else {
        return Error::refused(format!(
            "{} isn't what change {} made it.",
            chosen.key, chosen.number
        ))
        .hint("Look at the history again.");
    };
    let who = match newest.who.is_empty() {
        true => newest.by.clone(),
        false => format!("{}, {}", newest.who, newest.by),
    };
    Error::refused(format!(
        "{} was changed since: change {} ({who}, {}).",
        chosen.key,
        newest.number,
        newest.moment()
    ))
    .hint(format!(
        "Take that one back first, or lose it: --force {}",
        newest.number
    ))
}
