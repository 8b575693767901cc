//! The configuration files of an instance: their values, one a line, with what is wrong with each.

use crate::domain::config_file::{self, ConfigValue, Misfit, fields};
use crate::domain::name::InstanceName;
use crate::tui::backend::Document;
use crate::tui::widget::window;

use super::notice::{Load, Notice};

#[derive(Default)]
pub struct ConfigPane {
    pub of: Option<InstanceName>,
    pub files: Load<Vec<ConfigFile>>,
    /// The value that the cursor is on, counted over all files.
    pub at: usize,
    pub offset: usize,
    done: Vec<Step>,
    undone: Vec<Step>,
    /// What was sent off to be saved.
    pub pending: Option<Pending>,
}

/// A saved change: a file's text before and after it.
struct Step {
    file: String,
    before: String,
    after: String,
}

/// Why a file is being saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    Change,
    Undo,
    Redo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// The program can't read the file like this.
    Error,
    /// The value is of another sort than its key asks for.
    Sort,
    /// The program doesn't know the key.
    Unknown,
}

/// What is to be said about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigMark {
    pub kind: MarkKind,
    /// With file, line and column.
    pub text: String,
}

pub struct ConfigFile {
    pub document: Document,
    pub values: Result<Vec<ConfigValue>, Notice>,
    /// One for each value.
    pub marks: Vec<Option<ConfigMark>>,
    /// What keeps the program from reading the file.
    pub misfit: Option<Misfit>,
}

/// A line of the tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Blank,
    Head(usize),
    Broken(usize),
    /// A line of the text of a file that can't be read, from 1.
    Source(usize, usize),
    /// Where in the line above the mistake is.
    Pointer(usize),
    Value(usize, usize),
}

/// So many lines of a broken file are shown before and after the mistake.
const AROUND: usize = 3;

impl ConfigFile {
    pub fn new(document: Document) -> Self {
        let (name, text) = (&document.name, &document.text);
        let values = config_file::values(name, text);
        let values = values.map_err(|error| Notice::from(&error));
        let misfit = config_file::misfit(name, text);
        let marks = match &values {
            Ok(values) => marks(name, values, misfit.as_ref()),
            Err(_) => Vec::new(),
        };
        ConfigFile {
            document,
            values,
            marks,
            misfit,
        }
    }

    /// The known keys that the file hasn't.
    pub fn missing(&self) -> Vec<&'static fields::Field> {
        let Ok(values) = &self.values else {
            return Vec::new();
        };
        let there = |key: &str| {
            values
                .iter()
                .any(|v| v.path.first().is_some_and(|k| k == key))
        };
        let known = fields::fields(&self.document.name).unwrap_or_default();
        known.iter().filter(|field| !there(field.key)).collect()
    }

    /// The lines of the text around the mistake, from 1; none where there is no place.
    fn around(&self) -> std::ops::Range<usize> {
        let line = self.misfit.as_ref().map_or(0, |misfit| misfit.place.0);
        let last = self.document.text.lines().count();
        match line {
            0 => 0..0,
            line => line.saturating_sub(AROUND).max(1)..(line + AROUND).min(last) + 1,
        }
    }
}

/// A mark for each value that something is to be said about.
fn marks(name: &str, values: &[ConfigValue], misfit: Option<&Misfit>) -> Vec<Option<ConfigMark>> {
    // the reader stops at the end of the value that it can't take
    let guilty = misfit.and_then(|misfit| {
        let before = values.iter().enumerate();
        let before = before.filter(|(_, value)| value.place <= misfit.place);
        before.max_by_key(|(_, value)| value.place).map(|(n, _)| n)
    });
    let of = |n: usize, value: &ConfigValue| {
        let field = fields::known(name, &value.path);
        let wrong = field.and_then(|field| field.kind.check(&value.text).err());
        let mark = |kind: MarkKind, text: &str| {
            let (line, column) = value.place;
            let text = format!("{name}:{line}:{column}: {text}");
            ConfigMark { kind, text }
        };
        if let Some(misfit) = misfit.filter(|_| guilty == Some(n)) {
            let expected = wrong.unwrap_or_else(|| format!("{}.", misfit.what));
            return Some(mark(MarkKind::Error, &expected));
        }
        if let Some(wrong) = wrong {
            return Some(mark(MarkKind::Sort, &wrong));
        }
        let unknown = "Matriz doesn't know this key; it is kept as it is.";
        fields::is_unknown(name, &value.path).then(|| mark(MarkKind::Unknown, unknown))
    };
    values.iter().enumerate().map(|(n, v)| of(n, v)).collect()
}

impl ConfigPane {
    /// Turns to an instance; true where its files have to be read.
    pub fn show(&mut self, name: &InstanceName) -> bool {
        if self.of.as_ref() == Some(name) {
            return false;
        }
        *self = ConfigPane {
            of: Some(name.clone()),
            files: Load::Loading,
            ..ConfigPane::default()
        };
        true
    }

    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (n, file) in self.files.ready().into_iter().flatten().enumerate() {
            if n > 0 {
                lines.push(Line::Blank);
            }
            lines.push(Line::Head(n));
            match &file.values {
                Ok(values) => lines.extend((0..values.len()).map(|v| Line::Value(n, v))),
                Err(_) => {
                    lines.push(Line::Broken(n));
                    let place = file.misfit.as_ref().map(|misfit| misfit.place.0);
                    for line in file.around() {
                        lines.push(Line::Source(n, line));
                        if place == Some(line) {
                            lines.push(Line::Pointer(n));
                        }
                    }
                }
            }
        }
        lines
    }

    /// What the cursor can stand on: values, and files that can't be read.
    fn stops(&self) -> Vec<Line> {
        let mut lines = self.lines();
        lines.retain(|line| matches!(line, Line::Value(..) | Line::Broken(_)));
        lines
    }

    pub fn selected(&self) -> Option<(&ConfigFile, Option<&ConfigValue>)> {
        let files = self.files.ready()?;
        match self.stops().get(self.at).copied()? {
            Line::Value(f, v) => {
                let file = files.get(f)?;
                Some((file, file.values.as_ref().ok().and_then(|all| all.get(v))))
            }
            Line::Broken(f) => files.get(f).map(|file| (file, None)),
            Line::Blank | Line::Head(_) | Line::Source(..) | Line::Pointer(_) => None,
        }
    }

    /// What is to be said about the selected value.
    pub fn mark(&self) -> Option<&ConfigMark> {
        let files = self.files.ready()?;
        match self.stops().get(self.at).copied()? {
            Line::Value(f, v) => files.get(f)?.marks.get(v)?.as_ref(),
            _ => None,
        }
    }

    pub fn move_by(&mut self, by: isize) {
        let last = self.stops().len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// The position of the cursor among all lines.
    pub fn cursor(&self) -> Option<usize> {
        let stop = self.stops().get(self.at).copied()?;
        self.lines().iter().position(|line| *line == stop)
    }

    /// Puts the cursor on a key of a file, where it's there.
    pub fn go_to(&mut self, file: &str, key: &str) {
        let found = self.stops().iter().position(|line| match line {
            Line::Value(f, v) => {
                let of = self.files.ready().and_then(|files| files.get(*f));
                let value = of.and_then(|of| of.values.as_ref().ok()?.get(*v));
                of.is_some_and(|of| of.document.name == file)
                    && value.is_some_and(|value| value.path.first().is_some_and(|k| k == key))
            }
            _ => false,
        });
        self.at = found.unwrap_or(self.at);
    }

    /// The next value with a mark, or the next file that can't be read, going round at the ends.
    pub fn go_to_mark(&mut self, forward: bool) -> bool {
        let stops = self.stops();
        let len = stops.len();
        let marked = |line: &Line| match line {
            Line::Value(f, v) => {
                let of = self.files.ready().and_then(|files| files.get(*f));
                of.is_some_and(|of| of.marks.get(*v).is_some_and(Option::is_some))
            }
            Line::Broken(_) => true,
            _ => false,
        };
        let found = (1..=len)
            .map(|n| match forward {
                true => (self.at + n) % len,
                false => (self.at + len - n) % len,
            })
            .find(|at| stops.get(*at).is_some_and(marked));
        self.at = found.unwrap_or(self.at);
        found.is_some()
    }

    pub fn settle(&mut self, height: usize) {
        self.move_by(0);
        let len = self.lines().len();
        let line = if self.at == 0 {
            0
        } else {
            self.cursor().unwrap_or(0)
        };
        self.offset = window::offset(self.offset, line, len, list_height(height));
    }

    pub fn file(&self, name: &str) -> Option<&ConfigFile> {
        let files = self.files.ready()?;
        files.iter().find(|file| file.document.name == name)
    }

    /// A file was saved, or was found to be another one.
    pub fn take(&mut self, document: Document, written: bool) {
        let pending = self.pending.take();
        let name = document.name.clone();
        let after = document.text.clone();
        let files = self.files.ready_mut().into_iter().flatten();
        let Some(found) = files.into_iter().find(|file| file.document.name == name) else {
            return;
        };
        let before = std::mem::replace(found, ConfigFile::new(document));
        let step = Step {
            file: name.clone(),
            before: before.document.text,
            after,
        };
        match pending.filter(|_| written) {
            Some(Pending::Change) => {
                self.done.push(step);
                self.undone.clear();
            }
            Some(Pending::Undo) => {
                if let Some(step) = self.done.pop() {
                    self.undone.push(step);
                }
            }
            Some(Pending::Redo) => {
                if let Some(step) = self.undone.pop() {
                    self.done.push(step);
                }
            }
            // another hand wrote it: the steps lead to texts that knew nothing of that
            None => self.forget(&name),
        }
    }

    /// The files were read again.
    pub fn loaded(&mut self, documents: Vec<Document>) {
        let changed: Vec<String> = documents
            .iter()
            .filter(|new| {
                let old = self.file(&new.name);
                old.is_some_and(|old| old.document.text != new.text)
            })
            .map(|new| new.name.clone())
            .collect();
        for name in changed {
            self.forget(&name);
        }
        self.files = Load::Ready(documents.into_iter().map(ConfigFile::new).collect());
    }

    fn forget(&mut self, file: &str) {
        self.done.retain(|step| step.file != file);
        self.undone.retain(|step| step.file != file);
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// The file and its text before the last change, or after the one that was taken back.
    pub fn step(&self, undo: bool) -> Option<(&ConfigFile, String)> {
        let (step, text) = match undo {
            true => self.done.last().map(|step| (step, &step.before))?,
            false => self.undone.last().map(|step| (step, &step.after))?,
        };
        Some((self.file(&step.file)?, text.clone()))
    }
}

/// Lines for the values, in a pane of so many: the foot says what is wrong with the selected one.
pub fn list_height(height: usize) -> usize {
    height.saturating_sub(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::state::sample::name;

    fn document(name: &str, text: &str) -> Document {
        Document {
            name: name.into(),
            path: "/nowhere".into(),
            text: text.into(),
            stamp: text.len().to_string(),
        }
    }

    fn file(name: &str, text: &str) -> ConfigFile {
        ConfigFile::new(document(name, text))
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_its_place_and_shown_around_it() {
        let file = file("mcp.json", "{\n  \"a\": \n}");
        assert_eq!(file.misfit.as_ref().unwrap().place, (3, 1));
        assert_eq!(file.around(), 1..4);
        let notice = file.values.unwrap_err();
        assert!(notice.message.contains("mcp.json") && notice.message.contains("line"));
    }

    #[test]
    fn a_mark_stands_at_its_value_with_its_place() {
        let text = "strategy = \"hybrid\"\nexpiry = \"soon\"\nodd = 1\n";
        let manifest = file("instance.toml", text);
        let mark = |n: usize| manifest.marks[n].clone();
        assert_eq!(mark(0), None);
        let wrong = mark(1).unwrap();
        assert!(
            wrong.kind == MarkKind::Error
                && wrong.text.starts_with("instance.toml:2:10: It should be"),
            "{wrong:?}"
        );
        let unknown = mark(2).unwrap();
        assert!(
            unknown.kind == MarkKind::Unknown && unknown.text.contains("kept"),
            "{unknown:?}"
        );
        let json = file(
            "supabase.config.json",
            "{\n  \"region\": \"x\",\n  \"kind\": \"moon\"\n}\n",
        );
        assert_eq!(json.marks[0], None);
        assert!(
            json.marks[1]
                .as_ref()
                .unwrap()
                .text
                .contains(":3:11: It should be one of")
        );
        let shape = file(
            "supabase.config.json",
            "{\"region\": 5, \"kind\": \"cloud\"}",
        );
        assert!(
            shape.marks[0]
                .as_ref()
                .is_some_and(|mark| mark.kind == MarkKind::Error),
            "{:?}",
            shape.marks
        );
        assert_eq!(manifest.missing().len(), 6);
    }

    #[test]
    fn a_step_is_forgotten_when_another_hand_writes_the_file() {
        let mut pane = ConfigPane::default();
        pane.show(&name("default"));
        pane.loaded(vec![document("instance.toml", "owner = \"a\"\n")]);
        pane.pending = Some(Pending::Change);
        pane.take(document("instance.toml", "owner = \"b\"\n"), true);
        assert_eq!(pane.step(true).unwrap().1, "owner = \"a\"\n");
        pane.pending = Some(Pending::Undo);
        pane.take(document("instance.toml", "owner = \"a\"\n"), true);
        assert!(!pane.can_undo());
        assert_eq!(pane.step(false).unwrap().1, "owner = \"b\"\n");
        pane.loaded(vec![document("instance.toml", "owner = \"c\"\n")]);
        assert!(!pane.can_undo() && !pane.can_redo());
    }
}
