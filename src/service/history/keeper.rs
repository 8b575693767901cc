//! Who writes the history: told before each write of a `.env`, and again when it's done.
//!
//! The change is written down first, as an intent, then the file, then that it's written. Killed in
//! between, the intent is held against the file at the next look: it happened, or it didn't.

use std::collections::{BTreeMap, BTreeSet};

use super::seal::Seal;
use crate::domain::env_file::EnvFile;
use crate::domain::fingerprint::Fingerprints;
use crate::error::Result;
use crate::job::crash;
use crate::registry::Registry;
use crate::registry::values::{NewValueChange, SealedValue, Settled};
use crate::service::actor;
use crate::workspace::{EnvWrite, InstanceDir, Workspace, Written};

/// The origin of what was changed past Matriz.
pub const OUTSIDE: &str = "outside";

#[derive(Clone)]
pub struct Keeper {
    registry: Registry,
    workspace: Workspace,
    origin: String,
    undoes: Option<i64>,
}

type Known = BTreeMap<String, SealedValue>;
type Values = BTreeMap<String, String>;

impl Keeper {
    pub fn new(registry: &Registry, workspace: &Workspace, origin: &str) -> Keeper {
        Keeper {
            registry: registry.clone(),
            workspace: workspace.clone(),
            origin: origin.to_owned(),
            undoes: None,
        }
    }

    /// What is written next takes this change back.
    #[must_use]
    pub fn undoing(mut self, change: i64) -> Keeper {
        self.undoes = Some(change);
        self
    }

    /// The workspace whose writes are told to this one.
    pub fn watched(&self) -> Workspace {
        let keeper = self.clone();
        self.workspace.watched(move |write| keeper.intend(write))
    }

    /// Looks at a file: settles what was about to be written, and writes down what others changed.
    /// The life, and the values as they are known now; `None` where the instance has no history and
    /// the file can't be read. The instance is locked.
    pub fn notice(&self, dir: &InstanceDir, text: Option<&str>) -> Result<Option<(i64, Known)>> {
        let marks = Marks::of(&self.workspace, dir)?;
        let values = text.and_then(values);
        let Some(life) = self.registry.value_life(&marks.instance, &marks.born)? else {
            return values.map(|values| self.begin(&marks, &values)).transpose();
        };
        let mut known = self.registry.known_values(life)?;
        // a file that isn't there, or can't be read, says nothing about its keys
        let Some(values) = values else {
            return Ok(Some((life, known)));
        };
        let mut settled = Settled::default();
        for intended in self.registry.intended_values(life)? {
            let change = intended.change;
            let there = values.get(&change.key).map(|v| marks.prints.of(v));
            if there.as_deref() == change.after.as_ref().map(|v| v.print.as_str()) {
                settled.written.push(intended.id);
                put(&mut known, &change.key, change.after);
            } else {
                settled.dropped.push(intended.id);
            }
        }
        settled.found = self.differences(&marks, &known, &values, OUTSIDE)?;
        for change in &settled.found {
            put(&mut known, &change.key, change.after.clone());
        }
        let nothing = settled.written.is_empty() && settled.dropped.is_empty();
        if !nothing || !settled.found.is_empty() {
            self.registry.settle_values(life, &settled)?;
        }
        Ok(Some((life, known)))
    }

    fn intend(&self, write: EnvWrite<'_>) -> Result<Written> {
        let Some(after) = values(write.after) else {
            // nobody writes what can't be read; if so, the next look finds it
            return Ok(Box::new(|| ()));
        };
        let marks = Marks::of(&self.workspace, write.dir)?;
        let (life, known) = match self.notice(write.dir, write.before)? {
            Some(found) => found,
            // a file that is made isn't a change
            None => self.begin(&marks, &after)?,
        };
        let changes = self.differences(&marks, &known, &after, &self.origin)?;
        if changes.is_empty() {
            return Ok(Box::new(|| ()));
        }
        let ids = self.registry.intend_values(life, &changes)?;
        crash::point("history", "intended");
        let registry = self.registry.clone();
        Ok(Box::new(move || {
            crash::point("history", "written");
            let settled = Settled {
                written: ids,
                ..Settled::default()
            };
            // the file is written: a failure here is made good at the next look
            let _ = registry.settle_values(life, &settled);
        }))
    }

    /// A name's new life. Earlier ones whose folder is neither here nor in the trash are over.
    fn begin(&self, marks: &Marks, values: &Values) -> Result<(i64, Known)> {
        let mut known = Known::new();
        for (key, value) in values {
            known.insert(key.clone(), marks.seal(key, value)?);
        }
        let trashed = self.workspace.trashed_births(&marks.instance)?;
        for life in self.registry.value_lives(&marks.instance)? {
            if life.born != marks.born && !trashed.contains(&life.born) {
                self.registry.forget_value_life(life.id)?;
            }
        }
        let life = self
            .registry
            .begin_value_life(&marks.instance, &marks.born, &known)?;
        Ok((life, known))
    }

    fn differences(
        &self,
        marks: &Marks,
        known: &Known,
        values: &Values,
        origin: &str,
    ) -> Result<Vec<NewValueChange>> {
        let keys: BTreeSet<&String> = known.keys().chain(values.keys()).collect();
        let mut changes = Vec::new();
        for key in keys {
            let before = known.get(key);
            let after = values.get(key);
            let same = before.map(|v| v.print.clone()) == after.map(|v| marks.prints.of(v));
            if same {
                continue;
            }
            let outside = origin == OUTSIDE;
            changes.push(NewValueChange {
                // whose editor it was isn't known
                actor: if outside { String::new() } else { actor() },
                origin: origin.to_owned(),
                key: key.clone(),
                before: before.cloned(),
                after: after.map(|value| marks.seal(key, value)).transpose()?,
                undoes: self.undoes.filter(|_| !outside),
            });
        }
        Ok(changes)
    }
}

fn put(known: &mut Known, key: &str, value: Option<SealedValue>) {
    match value {
        Some(value) => known.insert(key.to_owned(), value),
        None => known.remove(key),
    };
}

/// `None` where the text can't be read without guessing.
fn values(text: &str) -> Option<Values> {
    let file = EnvFile::parse(text).ok()?;
    let pairs = file.pairs();
    Some(
        pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
    )
}

/// How one instance's values are sealed and told apart.
pub(super) struct Marks {
    instance: String,
    pub(super) born: String,
    pub(super) prints: Fingerprints,
    seal: Seal,
}

impl Marks {
    pub(super) fn of(workspace: &Workspace, dir: &InstanceDir) -> Result<Marks> {
        Ok(Marks {
            instance: dir.name().to_string(),
            born: dir.born()?,
            prints: Fingerprints::new(workspace.key("fingerprint")?),
            seal: Seal::new(&workspace.key("history")?)?,
        })
    }

    fn belongs_to(&self, key: &str) -> String {
        format!("{}\n{}\n{key}", self.instance, self.born)
    }

    fn seal(&self, key: &str, value: &str) -> Result<SealedValue> {
        Ok(SealedValue {
            print: self.prints.of(value),
            sealed: self.seal.close(&self.belongs_to(key), value)?,
        })
    }

    pub(super) fn open(&self, key: &str, value: &SealedValue) -> Result<String> {
        self.seal.open(&self.belongs_to(key), &value.sealed)
    }
}
