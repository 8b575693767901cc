//! What the terminal reports, as messages.

use ratatui::crossterm::event::{Event, KeyCode, KeyEventKind};

use super::msg::Msg;

/// `None` for what the screen takes no notice of: the mouse, and most keys that are let go.
pub(super) fn message(event: Event) -> Option<Msg> {
    match event {
        // a letter may be held to see a value
        Event::Key(key)
            if key.kind == KeyEventKind::Release && !matches!(key.code, KeyCode::Char(_)) =>
        {
            None
        }
        Event::Key(key) => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(columns, rows) => Some(Msg::Resize(columns, rows)),
        Event::FocusGained => Some(Msg::Focus(true)),
        Event::FocusLost => Some(Msg::Focus(false)),
        Event::Mouse(_) => None,
    }
}
