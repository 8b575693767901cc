//! The environment editor: a list of changes on top of what stands on the disk.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::env_file::EnvFile;
use crate::error::Result;
use crate::tui::backend::Document;
use crate::tui::state::notice::Notice;

/// So many steps can be taken back; older ones are forgotten.
const STEPS: usize = 500;

/// One change: a key's new value, or none.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    pub key: String,
    pub value: Option<String>,
}

/// What one act did to the file: its text before and after.
struct Step {
    before: Arc<str>,
    after: Arc<str>,
    /// A key's name, or "3 keys".
    what: String,
}

pub struct EnvEditor {
    /// What stands on the disk, as far as is known.
    pub document: Document,
    disk: EnvFile,
    pub file: EnvFile,
    done: Vec<Step>,
    undone: Vec<Step>,
    /// Rises with every change of what is to be shown.
    pub revision: u64,
    /// The key that the cursor is on.
    pub at: usize,
    /// Keys that were changed on the disk as well, while they were being changed here.
    pub clashes: HashSet<String>,
    /// The file changed on the disk under unsaved changes.
    pub moved: bool,
    pub saving: bool,
    pub error: Option<Notice>,
}

impl EnvEditor {
    pub fn new(document: Document) -> Self {
        let file = EnvFile::parse_lenient(&document.text);
        EnvEditor {
            document,
            disk: file.clone(),
            file,
            done: Vec::new(),
            undone: Vec::new(),
            revision: 0,
            at: 0,
            clashes: HashSet::new(),
            moved: false,
            saving: false,
            error: None,
        }
    }

    /// The changes that a save would write, by key, those of the new file first.
    pub fn changes(&self) -> Vec<(String, Option<&str>, Option<&str>)> {
        let old: HashMap<&str, &str> = self.disk.pairs().collect();
        let new: HashMap<&str, &str> = self.file.pairs().collect();
        let gone = self.disk.pairs().filter(|(key, _)| !new.contains_key(key));
        self.file
            .pairs()
            .chain(gone)
            .map(|(key, _)| (key, old.get(key).copied(), new.get(key).copied()))
            .filter(|(_, before, after)| before != after)
            .map(|(key, before, after)| (key.to_owned(), before, after))
            .collect()
    }

    pub fn dirty(&self) -> bool {
        self.file.text() != self.disk.text()
    }

    /// The file as it stands on the disk.
    pub fn disk(&self) -> &EnvFile {
        &self.disk
    }

    /// Makes some changes at once; either all of them or none.
    pub fn apply(&mut self, changes: Vec<Change>) -> Result<()> {
        let mut file = self.file.clone();
        play(&mut file, &changes)?;
        let what = match changes.as_slice() {
            [one] => one.key.clone(),
            many => format!("{} keys", many.len()),
        };
        self.take(file, what);
        Ok(())
    }

    /// Writes a key's line in the form that the most readers read alike; false where it stands in it.
    pub fn cure(&mut self, key: &str) -> Result<bool> {
        let mut file = self.file.clone();
        let cured = file.cure(key)?;
        self.take(file, key.to_owned());
        Ok(cured)
    }

    fn take(&mut self, file: EnvFile, what: String) {
        if file.text() == self.file.text() {
            return;
        }
        let before = match self.done.last() {
            // a step's end is the next one's start: one text for both
            Some(last) if *last.after == *self.file.text() => Arc::clone(&last.after),
            _ => Arc::from(self.file.text()),
        };
        self.done.push(Step {
            before,
            after: Arc::from(file.text()),
            what,
        });
        if self.done.len() > STEPS {
            self.done.remove(0);
        }
        self.undone.clear();
        self.show(file);
    }

    fn show(&mut self, file: EnvFile) {
        self.file = file;
        self.revision += 1;
        let disk = &self.disk;
        let file = &self.file;
        self.clashes.retain(|key| disk.get(key) != file.get(key));
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes the last change back, to the byte, saved or not; names its keys.
    pub fn undo(&mut self) -> Option<String> {
        let step = self.done.pop()?;
        self.show(EnvFile::parse_lenient(&step.before));
        let what = step.what.clone();
        self.undone.push(step);
        Some(what)
    }

    pub fn redo(&mut self) -> Option<String> {
        let step = self.undone.pop()?;
        self.show(EnvFile::parse_lenient(&step.after));
        let what = step.what.clone();
        self.done.push(step);
        Some(what)
    }

    /// Lets all changes go.
    pub fn discard(&mut self) {
        let (at, revision) = (self.at, self.revision);
        *self = EnvEditor::new(self.document.clone());
        self.at = at;
        self.revision = revision + 1;
    }

    /// Takes what stands in the file for a key that was changed on both sides, as a step of its own.
    pub fn take_theirs(&mut self, keys: &[String]) -> Result<()> {
        let changes = keys
            .iter()
            .map(|key| Change {
                key: key.clone(),
                value: self.disk.get(key).map(str::to_owned),
            })
            .collect();
        self.apply(changes)
    }

    /// What stands here counts for these keys: nothing more is to be asked about them.
    pub fn keep_mine(&mut self, keys: &[String]) {
        self.clashes.retain(|key| !keys.contains(key));
        self.revision += 1;
    }

    /// The save went through: what stands on the disk is what is here.
    pub fn saved(&mut self, document: Document) {
        self.saving = false;
        self.moved = false;
        self.clashes.clear();
        self.revision += 1;
        if document.text == self.file.text() {
            self.disk = EnvFile::parse_lenient(&document.text);
            self.document = document;
        } else {
            self.changed_outside(document);
        }
    }

    /// The file has another content now: the unsaved changes are put on top of it.
    pub fn changed_outside(&mut self, document: Document) {
        self.saving = false;
        if document.stamp == self.document.stamp && document.text == self.document.text {
            return;
        }
        let fresh = EnvFile::parse_lenient(&document.text);
        let mine: Vec<Change> = self
            .changes()
            .into_iter()
            .map(|(key, _, after)| Change {
                key,
                value: after.map(str::to_owned),
            })
            .collect();
        let clashes = mine
            .iter()
            .filter(|c| fresh.get(&c.key) != self.disk.get(&c.key))
            .filter(|c| fresh.get(&c.key) != c.value.as_deref())
            .map(|c| c.key.clone())
            .collect();
        self.disk = fresh.clone();
        self.file = fresh;
        self.document = document;
        self.revision += 1;
        // the steps lead to texts that were made without what came from outside
        self.done.clear();
        self.undone.clear();
        self.moved = !mine.is_empty();
        for change in mine {
            if let Err(error) = self.apply(vec![change]) {
                self.error = Some(Notice::from(&error));
            }
        }
        self.moved &= self.dirty();
        self.clashes = clashes;
    }
}

fn play(file: &mut EnvFile, changes: &[Change]) -> Result<()> {
    for change in changes {
        match &change.value {
            Some(value) => file.set(&change.key, value)?,
            None => {
                file.unset(&change.key)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document {
            name: ".env".into(),
            path: "/nowhere/.env".into(),
            text: text.into(),
            stamp: text.len().to_string(),
        }
    }

    fn set(key: &str, value: &str) -> Vec<Change> {
        vec![Change {
            key: key.into(),
            value: Some(value.into()),
        }]
    }

    #[test]
    fn undo_gives_the_very_same_bytes_back_even_after_a_save() {
        let text = "# first\nA=1 # note\n\nB = 2\n";
        let mut editor = EnvEditor::new(document(text));
        editor.apply(set("A", "9")).unwrap();
        editor
            .apply(vec![Change {
                key: "B".into(),
                value: None,
            }])
            .unwrap();
        let written = editor.file.text().to_owned();
        editor.saved(document(&written));
        assert!(!editor.dirty());
        editor.undo();
        editor.undo();
        assert_eq!(editor.file.text(), text);
        assert!(editor.dirty());
        editor.redo();
        editor.redo();
        assert_eq!(editor.file.text(), written);
        assert!(!editor.dirty());
    }

    #[test]
    fn a_change_outside_keeps_both_sides() {
        let mut editor = EnvEditor::new(document("A=1\nB=2\n"));
        editor.apply(set("A", "mine")).unwrap();
        editor.apply(set("C", "new")).unwrap();
        editor.changed_outside(document("A=theirs\nB=22\nD=4\n"));
        assert_eq!(editor.file.get("A"), Some("mine"));
        assert_eq!(editor.file.get("B"), Some("22"));
        assert_eq!(editor.file.get("C"), Some("new"));
        assert_eq!(editor.file.get("D"), Some("4"));
        assert!(editor.clashes.contains("A") && !editor.clashes.contains("C"));
        assert!(editor.moved);
        assert_eq!(editor.changes().len(), 2);
    }

    #[test]
    fn the_same_change_outside_is_no_clash() {
        let mut editor = EnvEditor::new(document("A=1\n"));
        editor.apply(set("A", "2")).unwrap();
        editor.changed_outside(document("A=2\n"));
        assert!(editor.clashes.is_empty() && !editor.moved && !editor.dirty());
    }

    #[test]
    fn a_refused_change_changes_nothing() {
        let mut editor = EnvEditor::new(document("A=1\n"));
        let mut changes = set("B", "2");
        changes.extend(set("not a key", "3"));
        assert!(editor.apply(changes).is_err());
        assert_eq!(editor.file.text(), "A=1\n");
        assert!(!editor.can_undo());
    }

    #[test]
    fn a_clash_is_settled_key_by_key() {
        let mut editor = EnvEditor::new(document("A=1\nB=2\n"));
        editor.apply(set("A", "mine")).unwrap();
        editor.apply(set("B", "mine")).unwrap();
        editor.changed_outside(document("A=theirs\nB=theirs too\n"));
        editor.take_theirs(&["A".to_owned()]).unwrap();
        assert_eq!(editor.file.get("A"), Some("theirs"));
        assert!(!editor.clashes.contains("A") && editor.clashes.contains("B"));
        editor.keep_mine(&["B".to_owned()]);
        assert!(editor.clashes.is_empty());
        assert_eq!(editor.changes().len(), 1);
        editor.undo();
        assert_eq!(editor.file.get("A"), Some("mine"));
    }

    #[test]
    fn a_cure_is_a_step_like_any_other() {
        let text = "A = pa$word # note\nB=1\n";
        let mut editor = EnvEditor::new(document(text));
        assert!(editor.cure("A").unwrap());
        assert_eq!(editor.file.text(), "A='pa$word' # note\nB=1\n");
        assert!(!editor.cure("B").unwrap());
        editor.undo();
        assert_eq!(editor.file.text(), text);
        assert!(!editor.dirty() && !editor.can_undo());
    }
}
