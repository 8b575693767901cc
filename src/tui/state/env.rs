//! The environment editor: a list of changes on top of what stands on the disk.

use std::collections::{HashMap, HashSet};

use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::tui::backend::Document;
use crate::tui::widget::window;

use super::env_rows::{self, Row};
use super::notice::{Load, Notice};

/// What the Env tab shows, and the unsaved changes of every instance.
#[derive(Default)]
pub struct EnvPane {
    pub of: Option<InstanceName>,
    pub editor: Load<EnvEditor>,
    /// Editors with unsaved changes of instances that aren't selected now.
    kept: HashMap<InstanceName, EnvEditor>,
    /// The selected value is shown until the next key.
    pub revealed: bool,
    pub offset: usize,
}

/// One change: a key's new value, or none.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    pub key: String,
    pub value: Option<String>,
}

pub struct EnvEditor {
    /// What stands on the disk, as far as is known.
    pub document: Document,
    disk: EnvFile,
    /// Where the changes start from; replaying them gives `file`.
    origin: EnvFile,
    pub file: EnvFile,
    done: Vec<Vec<Change>>,
    undone: Vec<Vec<Change>>,
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
            origin: file.clone(),
            file,
            done: Vec::new(),
            undone: Vec::new(),
            at: 0,
            clashes: HashSet::new(),
            moved: false,
            saving: false,
            error: None,
        }
    }

    /// The changes that a save would write, by key.
    pub fn changes(&self) -> Vec<(String, Option<&str>, Option<&str>)> {
        let mut keys: Vec<&str> = Vec::new();
        for (key, _) in self.file.pairs().chain(self.disk.pairs()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.into_iter()
            .map(|key| (key.to_owned(), self.disk.get(key), self.file.get(key)))
            .filter(|(_, before, after)| before != after)
            .collect()
    }

    pub fn dirty(&self) -> bool {
        self.file.text() != self.disk.text()
    }

    pub fn disk_value(&self, key: &str) -> Option<&str> {
        self.disk.get(key)
    }

    /// Makes some changes at once; either all of them or none.
    pub fn apply(&mut self, changes: Vec<Change>) -> Result<()> {
        let mut file = self.file.clone();
        play(&mut file, &changes)?;
        if file != self.file {
            self.file = file;
            self.done.push(changes);
            self.undone.clear();
        }
        Ok(())
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes the last change back, to the byte; names its keys.
    pub fn undo(&mut self) -> Option<String> {
        let last = self.done.pop()?;
        let keys = names(&last);
        self.undone.push(last);
        self.replay();
        Some(keys)
    }

    pub fn redo(&mut self) -> Option<String> {
        let next = self.undone.pop()?;
        let keys = names(&next);
        self.done.push(next);
        self.replay();
        Some(keys)
    }

    fn replay(&mut self) {
        let mut file = self.origin.clone();
        // each of these was accepted on the very same text before
        self.done.retain(|changes| play(&mut file, changes).is_ok());
        self.file = file;
    }

    /// Lets all changes go.
    pub fn discard(&mut self) {
        let document = self.document.clone();
        let at = self.at;
        *self = EnvEditor::new(document);
        self.at = at;
    }

    /// The save went through: what stands on the disk is what is here.
    pub fn saved(&mut self, document: Document) {
        self.saving = false;
        self.moved = false;
        self.clashes.clear();
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
        self.clashes = mine
            .iter()
            .filter(|c| fresh.get(&c.key) != self.disk.get(&c.key))
            .filter(|c| fresh.get(&c.key) != c.value.as_deref())
            .map(|c| c.key.clone())
            .collect();
        self.disk = fresh.clone();
        self.origin = fresh.clone();
        self.file = fresh;
        self.document = document;
        self.done.clear();
        self.undone.clear();
        self.moved = !mine.is_empty();
        for change in mine {
            if let Err(error) = self.apply(vec![change]) {
                self.error = Some(Notice::from(&error));
            }
        }
        self.moved &= self.dirty();
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

fn names(changes: &[Change]) -> String {
    match changes {
        [one] => one.key.clone(),
        many => format!("{} keys", many.len()),
    }
}

impl EnvPane {
    /// Turns to an instance; true where its file has to be read.
    pub fn show(&mut self, name: &InstanceName) -> bool {
        if self.of.as_ref() == Some(name) {
            return false;
        }
        self.revealed = false;
        self.offset = 0;
        let before = std::mem::take(&mut self.editor);
        if let (Some(of), Load::Ready(editor)) = (self.of.take(), before)
            && editor.dirty()
        {
            self.kept.insert(of, editor);
        }
        self.of = Some(name.clone());
        self.editor = match self.kept.remove(name) {
            Some(editor) => Load::Ready(editor),
            None => Load::Loading,
        };
        true
    }

    /// Somebody here holds the file of this instance.
    pub fn wants(&self, name: &InstanceName) -> bool {
        self.of.as_ref() == Some(name) || self.kept.contains_key(name)
    }

    pub fn editor_of(&mut self, name: &InstanceName) -> Option<&mut EnvEditor> {
        if self.of.as_ref() == Some(name) {
            self.editor.ready_mut()
        } else {
            self.kept.get_mut(name)
        }
    }

    /// Takes a file that was read.
    pub fn take(&mut self, name: &InstanceName, document: Document) {
        if let Some(editor) = self.editor_of(name) {
            editor.changed_outside(document);
        } else if self.of.as_ref() == Some(name) {
            self.editor = Load::Ready(EnvEditor::new(document));
        }
    }

    /// Instances with unsaved changes, and how many.
    pub fn unsaved(&self) -> Vec<(String, usize)> {
        let shown = self.of.iter().zip(self.editor.ready());
        let mut all: Vec<(String, usize)> = shown
            .chain(self.kept.iter())
            .filter(|(_, editor)| editor.dirty())
            .map(|(name, editor)| (name.to_string(), editor.changes().len().max(1)))
            .collect();
        all.sort();
        all
    }

    /// Hides what was shown; true where something was.
    pub fn hide(&mut self) -> bool {
        std::mem::take(&mut self.revealed)
    }

    pub fn discard(&mut self) {
        if let Some(editor) = self.editor.ready_mut() {
            editor.discard();
        }
    }

    /// The key that the cursor is on.
    pub fn selected(&self) -> Option<Row> {
        let editor = self.editor.ready()?;
        env_rows::keys(editor).into_iter().nth(editor.at)
    }

    /// Keeps the cursor on a key, and its line on the screen.
    pub fn settle(&mut self, height: usize) {
        let Some(editor) = self.editor.ready_mut() else {
            return;
        };
        let keys = env_rows::keys(editor).len();
        editor.at = editor.at.min(keys.saturating_sub(1));
        let rows = env_rows::rows(editor);
        let line = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !matches!(row, Row::Head(_)))
            .nth(editor.at)
            .map_or(0, |(line, _)| line);
        // the first key brings its group's head along
        let line = if editor.at == 0 { 0 } else { line };
        let height = env_rows::list_height(height);
        self.offset = window::offset(self.offset, line, rows.len(), height);
    }
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
    fn unsaved_changes_wait_for_their_instance() {
        let (a, b) = (
            InstanceName::parse("a").unwrap(),
            InstanceName::parse("b").unwrap(),
        );
        let mut pane = EnvPane::default();
        assert!(pane.show(&a));
        pane.take(&a, document("K=1\n"));
        pane.editor
            .ready_mut()
            .unwrap()
            .apply(set("K", "2"))
            .unwrap();
        assert!(pane.show(&b));
        assert_eq!(pane.unsaved(), [("a".to_owned(), 1)]);
        assert!(pane.show(&a));
        assert_eq!(pane.editor.ready().unwrap().file.get("K"), Some("2"));
    }
}
