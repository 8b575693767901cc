//! What stands above the panes. Only the topmost one is drawn.

mod about;
pub mod clashes;
pub mod compare;
pub mod form;
pub mod held;
pub mod help;
pub mod history;
pub mod isolation;
pub mod palette;
pub mod plan;
pub mod question;
pub mod report;
pub mod save;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::pane;
use super::state::State;
use super::state::popup::Popup;
use super::theme::Role;
use super::widget::field::Look;
use super::widget::frame::Frame;

/// Nothing is shown for what takes less than this, in milliseconds.
const NOTICEABLE: i64 = 150;

pub fn draw(state: &State, popup: &Popup, buffer: &mut Buffer) {
    match popup {
        Popup::Working(working) => {
            let waited = state.now.as_millisecond() - working.since.as_millisecond();
            if waited >= NOTICEABLE {
                question::working(state, working, buffer);
            }
        }
        Popup::Plan(popup) => plan::draw(state, popup, buffer),
        Popup::Form(form) => form::draw(state, form, buffer),
        Popup::Confirm(confirm) => question::confirm(state, confirm, buffer),
        Popup::Error(error) => question::error(state, error, buffer),
        Popup::Palette(palette) => palette::draw(state, palette, buffer),
        Popup::Help(help) => help::draw(state, help, buffer),
        Popup::Isolation(list) => isolation::draw(state, list, buffer),
        Popup::Held(list) => held::draw(state, list, buffer),
        Popup::Report(view) => report::draw(state, view, buffer),
        Popup::History(view) => history::draw(state, view, buffer),
        Popup::Save(view) => save::draw(state, view, buffer),
        Popup::Paste(view) => save::paste(state, view, buffer),
        Popup::Clashes(view) => clashes::draw(state, view, buffer),
        Popup::Compare(view) => compare::draw(state, view, buffer),
    }
}

/// How fields look everywhere.
pub fn field_look(state: &State) -> Look {
    Look {
        text: state.theme.style(Role::Plain),
        cursor: state
            .theme
            .style(Role::Plain)
            .add_modifier(Modifier::REVERSED),
        placeholder: state.theme.style(Role::Dim),
    }
}

/// A popup's frame; `role` says how serious it is.
fn open(state: &State, title: &str, role: Role, area: Rect, buffer: &mut Buffer) -> Rect {
    Frame::new(state.theme.style(role))
        .title(Span::styled(title.to_owned(), state.theme.bold(role)))
        .draw_over(area, buffer)
}

/// The keys at the bottom right of a popup: `Enter clone     Esc not now`.
fn buttons(state: &State, keys: &[(&str, &str, bool)], area: Rect, buffer: &mut Buffer) {
    let mut spans = Vec::new();
    for (key, word, enabled) in keys {
        if !spans.is_empty() {
            spans.push(Span::raw("     "));
        }
        let role = if *enabled { Role::Strong } else { Role::Dim };
        spans.push(Span::styled((*key).to_owned(), state.theme.style(role)));
        spans.push(pane::dim(state, format!(" {word}")));
    }
    let line = Line::from(spans);
    let width = (line.width() as u16).min(area.width);
    let y = area.bottom().saturating_sub(1);
    buffer.set_line(area.right().saturating_sub(width), y, &line, width);
}
