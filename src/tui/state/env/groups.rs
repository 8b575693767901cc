//! Keys under the titles that the schema gives them.

use std::collections::HashMap;

use crate::domain::env_schema::{KeySpec, Schema};
use crate::tui::widget::text;

use super::view::{Key, Row, View};

/// Keys that the schema puts nowhere.
const OTHER: &str = "Other";

/// The groups in the schema's order, the rest at the end.
pub(super) struct Groups {
    pub(super) all: Vec<(String, Vec<Key>)>,
    /// Position of each by its title.
    at: HashMap<String, usize>,
}

impl Groups {
    pub(super) fn new(schema: &Schema) -> Groups {
        let mut groups = Groups {
            all: Vec::new(),
            at: HashMap::new(),
        };
        for spec in schema.keys().filter(|spec| spec.group != OTHER) {
            groups.place(&spec.group);
        }
        groups.place(OTHER);
        groups
    }

    fn place(&mut self, title: &str) -> usize {
        if let Some(at) = self.at.get(title) {
            return *at;
        }
        self.all.push((title.to_owned(), Vec::new()));
        self.at.insert(title.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }

    pub(super) fn push(&mut self, spec: Option<&KeySpec>, key: Key) {
        let title = spec.map_or(OTHER, |spec| spec.group.as_str());
        let at = self.place(if title.is_empty() { OTHER } else { title });
        if let Some((_, keys)) = self.all.get_mut(at) {
            keys.push(key);
        }
    }

    pub(super) fn view(self) -> View {
        let mut view = View::default();
        for (title, keys) in self.all.into_iter().filter(|(_, keys)| !keys.is_empty()) {
            view.rows.push(Row::Head(title));
            for key in keys {
                view.names = view.names.max(text::width(&key.name));
                view.marks += usize::from(key.remark.is_some());
                view.keys.push(view.rows.len());
                view.rows.push(Row::Key(key));
            }
        }
        view
    }
}
