//! Pasted keys before they are taken: what each would do.

use std::fmt;

use crate::domain::env_paste::{self, Pasted};

use super::diff::shown;
use super::editor::{Change, EnvEditor};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    Adds,
    Changes,
    Nothing,
    /// It can't be read.
    Unread,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasteLine {
    pub does: Does,
    /// A key, or the place of a line that can't be read.
    pub what: String,
    /// The value as it may be shown, or why it can't be read.
    pub detail: String,
}

/// A preview. Its `Debug` holds no value.
pub struct PasteView {
    pub lines: Vec<PasteLine>,
    pub changes: Vec<Change>,
    pub comments: usize,
    pub scroll: usize,
}

impl PasteView {
    /// `None` where the text has nothing that could be a key.
    pub fn new(text: &str, editor: &EnvEditor) -> Option<PasteView> {
        let Pasted {
            pairs,
            unreadable,
            comments,
        } = env_paste::read(text);
        if pairs.is_empty() {
            return None;
        }
        let mut view = PasteView {
            lines: Vec::new(),
            changes: Vec::new(),
            comments,
            scroll: 0,
        };
        for (key, value) in pairs {
            let does = match editor.file.get(&key) {
                None => Does::Adds,
                Some(now) if now == value => Does::Nothing,
                Some(_) => Does::Changes,
            };
            let new = shown(&key, &value);
            let detail = match (does, editor.file.get(&key)) {
                (Does::Nothing, _) => "as it is".to_owned(),
                (Does::Changes, Some(now)) => {
                    let old = shown(&key, now);
                    match old == new {
                        true => "another value".to_owned(),
                        false => format!("{old} → {new}"),
                    }
                }
                _ => new,
            };
            view.lines.push(PasteLine {
                does,
                what: key.clone(),
                detail,
            });
            if does != Does::Nothing {
                view.changes.push(Change {
                    key,
                    value: Some(value),
                });
            }
        }
        for (line, why) in unreadable {
            view.lines.push(PasteLine {
                does: Does::Unread,
                what: match line {
                    0 => "in the object".to_owned(),
                    line => format!("line {line}"),
                },
                detail: why,
            });
        }
        Some(view)
    }

    pub fn count(&self, does: Does) -> usize {
        self.lines.iter().filter(|line| line.does == does).count()
    }
}

impl fmt::Debug for PasteView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasteView")
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}
