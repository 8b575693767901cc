//! A question with one yes, an error that stands for itself, and a short wait.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::popup::{Confirm, ErrorPopup, Working};
use crate::tui::theme::Role;
use crate::tui::widget::{spinner, text};

fn width(state: &State, most: u16) -> u16 {
    most.min(state.size.0.saturating_sub(6))
}

pub fn working(state: &State, working: &Working, buffer: &mut Buffer) {
    let said = working.request.working();
    let width = width(state, text::width(&said).max(40) as u16 + 2);
    let area = layout::centred(state.size, width, 3);
    let inner = super::open(state, "One moment", Role::Accent, area, buffer);
    let glyph = spinner::glyph(state.now.as_millisecond());
    let line = Line::from(vec![
        Span::styled(glyph, state.theme.style(Role::Accent)),
        Span::raw(format!(" {said}")),
    ]);
    buffer.set_line(inner.x, inner.y, &line, inner.width);
    super::buttons(state, &[("Esc", "not now", true)], inner, buffer);
}

pub fn confirm(state: &State, confirm: &Confirm, buffer: &mut Buffer) {
    let width = width(state, 64);
    let lines: Vec<String> = confirm
        .lines
        .iter()
        .flat_map(|line| text::wrap(line, usize::from(width)))
        .collect();
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, height);
    let inner = super::open(state, &confirm.title, Role::Warn, area, buffer);
    pane::put_lines(lines.into_iter().map(Line::from), 0, inner, buffer);
    let keys = [
        ("Enter", confirm.verb.as_str(), true),
        ("Esc", "not now", true),
    ];
    super::buttons(state, &keys, inner, buffer);
}

pub fn error(state: &State, error: &ErrorPopup, buffer: &mut Buffer) {
    let width = width(state, 72);
    let cells = usize::from(width);
    let mut lines: Vec<Line> = text::wrap(&error.notice.message, cells)
        .into_iter()
        .map(Line::from)
        .collect();
    if let Some(hint) = &error.notice.hint {
        lines.push(Line::default());
        lines.extend(text::wrap(hint, cells).into_iter().map(Line::from));
    }
    if let Some(details) = error.notice.details.as_ref().filter(|_| error.open) {
        lines.push(Line::default());
        let wrapped = text::wrap(details, cells).into_iter();
        lines.extend(wrapped.map(|line| Line::from(pane::dim(state, line))));
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, height);
    let inner = super::open(state, &error.title, Role::Bad, area, buffer);
    pane::put_lines(lines.into_iter(), 0, inner, buffer);
    let more = error.notice.details.is_some() && !error.open;
    let keys: &[(&str, &str, bool)] = match more {
        true => &[("Enter", "details", true), ("Esc", "close", true)],
        false => &[("Esc", "close", true)],
    };
    super::buttons(state, keys, inner, buffer);
}
