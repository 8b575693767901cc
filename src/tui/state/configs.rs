//! The configuration files of an instance: their values, one a line.

use crate::domain::config_file::{self, ConfigValue};
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
}

pub struct ConfigFile {
    pub document: Document,
    pub values: Result<Vec<ConfigValue>, Notice>,
}

/// A line of the tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Blank,
    Head(usize),
    Broken(usize),
    Value(usize, usize),
}

impl ConfigFile {
    pub fn new(document: Document) -> Self {
        let values = config_file::values(&document.name, &document.text);
        let values = values.map_err(|error| Notice::from(&error));
        ConfigFile { document, values }
    }
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
                Err(_) => lines.push(Line::Broken(n)),
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
                Some((file, file.values.as_ref().ok().and_then(|v2| v2.get(v))))
            }
            Line::Broken(f) | Line::Head(f) => files.get(f).map(|file| (file, None)),
            Line::Blank => None,
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

    pub fn settle(&mut self, height: usize) {
        self.move_by(0);
        let len = self.lines().len();
        let line = if self.at == 0 {
            0
        } else {
            self.cursor().unwrap_or(0)
        };
        self.offset = window::offset(self.offset, line, len, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_its_place() {
        let file = ConfigFile::new(Document {
            name: "mcp.json".into(),
            path: "/nowhere".into(),
            text: "{\n  \"a\": \n}".into(),
            stamp: String::new(),
        });
        let notice = file.values.unwrap_err();
        assert!(notice.message.contains("mcp.json") && notice.message.contains("line"));
    }
}
