//! The Env tab: which instance's file is open, and what of it is shown.

pub mod compare;
pub mod diff;
mod editor;
mod filter;
mod groups;
pub mod paste;
mod refs;
pub mod remark;
pub mod view;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tui_input::Input;

use crate::domain::env_schema::{Schema, Wanted};
use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;
use crate::tui::backend::{Document, EnvRules};
use crate::tui::widget::window;

use super::notice::Load;

pub use editor::{Change, EnvEditor};
pub use refs::{Refs, Whose};
use view::{Around, Key, Row, View};

/// What the Env tab shows, and the unsaved changes of every instance.
pub struct EnvPane {
    pub of: Option<InstanceName>,
    pub editor: Load<EnvEditor>,
    /// Editors with unsaved changes, or with steps to take back, of instances that aren't selected.
    kept: HashMap<InstanceName, EnvEditor>,
    /// The selected value is shown.
    pub revealed: bool,
    pub offset: usize,
    pub filter: Input,
    /// The filter has the keyboard.
    pub typing: bool,
    /// Keys that nothing needs are offered too.
    pub optional: bool,
    pub schema: Arc<Schema>,
    /// What the selected instance is, as far as its keys depend on it.
    pub wanted: Option<Wanted>,
    pub refs: Refs,
    pub view: View,
    /// What `view` was made from; `None` where something outside the file is different.
    made: Option<Stamp>,
}

#[derive(PartialEq, Eq)]
struct Stamp {
    revision: u64,
    filter: String,
    optional: bool,
}

impl Default for EnvPane {
    fn default() -> Self {
        EnvPane {
            of: None,
            editor: Load::Nothing,
            kept: HashMap::new(),
            revealed: false,
            offset: 0,
            filter: Input::default(),
            typing: false,
            optional: false,
            schema: Arc::new(Schema::builtin()),
            wanted: None,
            refs: Refs::default(),
            view: View::default(),
            made: None,
        }
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
        self.made = None;
        self.wanted = None;
        self.clear_filter();
        let before = std::mem::take(&mut self.editor);
        if let (Some(of), Load::Ready(editor)) = (self.of.take(), before)
            && (editor.dirty() || editor.can_undo())
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
        self.made = None;
        if let Some(editor) = self.editor_of(name) {
            editor.changed_outside(document);
        } else if self.of.as_ref() == Some(name) {
            self.editor = Load::Ready(EnvEditor::new(document));
        }
    }

    /// Takes what the keys of an instance have to be.
    pub fn take_rules(&mut self, name: &InstanceName, rules: EnvRules) {
        if self.of.as_ref() == Some(name) {
            self.schema = rules.schema;
            self.wanted = Some(rules.wanted);
            self.made = None;
        }
    }

    /// Instances came or went, or live elsewhere now.
    pub fn look_again(&mut self) {
        self.made = None;
    }

    /// Makes the lines anew where something changed, and keeps the cursor on its key.
    pub fn refresh(&mut self, instances: &[InstanceView], now: Timestamp) {
        let (Some(of), Some(editor)) = (self.of.as_ref(), self.editor.ready_mut()) else {
            return;
        };
        let stamp = Stamp {
            revision: editor.revision,
            filter: self.filter.value().trim().to_owned(),
            optional: self.optional,
        };
        if self.made.as_ref() == Some(&stamp) {
            return;
        }
        let selected = self.view.key(editor.at).map(|key| key.name.clone());
        if self.made.is_none() {
            self.refs = Refs::new(of.as_str(), instances);
        }
        self.view = View::new(
            editor,
            &Around {
                schema: &self.schema,
                wanted: self.wanted.as_ref(),
                own: of.as_str(),
                refs: &self.refs,
                now: now.as_second(),
                filter: &stamp.filter,
                optional: stamp.optional,
            },
        );
        self.made = Some(stamp);
        if let Some(at) = selected.and_then(|name| self.view.position(&name)) {
            editor.at = at;
        }
        editor.at = editor.at.min(self.view.keys.len().saturating_sub(1));
    }

    pub fn clear_filter(&mut self) {
        self.filter = Input::default();
        self.typing = false;
    }

    pub fn filtered(&self) -> bool {
        !self.filter.value().trim().is_empty()
    }

    /// Puts the cursor on a key, where it's shown.
    pub fn go_to(&mut self, name: &str) {
        if let (Some(at), Some(editor)) = (self.view.position(name), self.editor.ready_mut()) {
            editor.at = at;
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
    pub fn selected(&self) -> Option<&Key> {
        self.view.key(self.editor.ready()?.at)
    }

    /// Keeps the cursor's line on the screen; `height` is that of the whole pane.
    pub fn settle(&mut self, height: usize) {
        let Some(editor) = self.editor.ready() else {
            return;
        };
        let line = match editor.at {
            // the first key brings its group's head along
            0 => 0,
            at => self.view.keys.get(at).copied().unwrap_or(0),
        };
        let height = self.list_height(height);
        // a group's first key brings its head along too, where it comes from below
        let line = match self.view.rows.get(line.wrapping_sub(1)) {
            Some(Row::Head(_)) if line <= self.offset => line - 1,
            _ => line,
        };
        self.offset = window::offset(self.offset, line, self.view.rows.len(), height);
    }

    /// Lines for the keys, in a pane of so many: the foot explains the selected one, and the filter
    /// has a line of its own.
    pub fn list_height(&self, height: usize) -> usize {
        let filter = usize::from(self.typing || self.filtered());
        height.saturating_sub(3 + filter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::state::sample::{self, name};

    fn document(text: &str) -> Document {
        Document {
            name: ".env".into(),
            path: "/nowhere/.env".into(),
            text: text.into(),
            stamp: text.len().to_string(),
        }
    }

    fn change(pane: &mut EnvPane, key: &str, value: &str) {
        let change = Change {
            key: key.into(),
            value: Some(value.into()),
        };
        pane.editor
            .ready_mut()
            .unwrap()
            .apply(vec![change])
            .unwrap();
    }

    #[test]
    fn unsaved_changes_wait_for_their_instance() {
        let (a, b) = (name("a"), name("b"));
        let mut pane = EnvPane::default();
        assert!(pane.show(&a));
        pane.take(&a, document("K=1\n"));
        change(&mut pane, "K", "2");
        assert!(pane.show(&b));
        assert_eq!(pane.unsaved(), [("a".to_owned(), 1)]);
        assert!(pane.show(&a));
        assert_eq!(pane.editor.ready().unwrap().file.get("K"), Some("2"));
    }

    #[test]
    fn the_cursor_stays_on_its_key_while_others_come() {
        let mut pane = EnvPane::default();
        pane.show(&name("default"));
        pane.take(&name("default"), document("MINE=1\nZED=2\n"));
        pane.refresh(&sample::instances(), sample::now());
        pane.go_to("ZED");
        pane.take(
            &name("default"),
            document("A=0\nMINE=1\nSUPABASE_URL=x\nZED=2\n"),
        );
        pane.refresh(&sample::instances(), sample::now());
        assert_eq!(pane.selected().unwrap().name, "ZED");
        pane.filter = "mine".into();
        pane.refresh(&sample::instances(), sample::now());
        assert_eq!(pane.selected().unwrap().name, "MINE");
        pane.clear_filter();
        pane.refresh(&sample::instances(), sample::now());
        assert_eq!(pane.selected().unwrap().name, "MINE");
    }
}
