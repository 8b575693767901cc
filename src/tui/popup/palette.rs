//! Every command by its name.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::keymap;
use crate::tui::layout;
use crate::tui::palette::{self, Hit};
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::popup::Palette;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{field, frame, text, window};

const WIDTH: u16 = 76;
const ROWS: u16 = 14;

pub fn draw(state: &State, open: &Palette, buffer: &mut Buffer) {
    let found = palette::matches(state, open.input.value());
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let area = layout::centred(state.size, width, ROWS + 2);
    let inner = super::open(state, "Commands", Role::Accent, area, buffer);
    let cells = usize::from(inner.width);
    let look = super::field_look(state);
    let cursor = Some(open.input.cursor());
    let hint = "type a part of what you want to do";
    let line = field::line(open.input.value(), cursor, hint, cells, false, look);
    buffer.set_line(inner.x, inner.y, &line, inner.width);
    let height = usize::from(inner.height).saturating_sub(2);
    let offset = window::offset(0, open.selected, found.len(), height);
    for (i, n) in window::range(offset, found.len(), height).enumerate() {
        let Some(hit) = found.get(n) else { continue };
        let line = row(state, hit, n == open.selected, cells);
        buffer.set_line(inner.x, inner.y + 2 + i as u16, &line, inner.width);
    }
    if found.is_empty() {
        let line = Line::from(pane::dim(state, "No command has this name."));
        buffer.set_line(inner.x, inner.y + 2, &line, inner.width);
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, offset, found.len(), height, bar, buffer);
}

fn row(state: &State, hit: &Hit, selected: bool, cells: usize) -> Line<'static> {
    let bar = match selected {
        true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
        false => Span::raw(" "),
    };
    let off = hit.disabled.is_some();
    let role = match (off, selected) {
        (true, _) => Role::Dim,
        (false, true) => Role::Strong,
        (false, false) => Role::Plain,
    };
    let keys = keymap::keys_text(hit.action, 1);
    let said = hit.disabled.as_deref().unwrap_or(hit.action.description);
    let room = cells.saturating_sub(2 + 14 + 2 + 9);
    Line::from(vec![
        bar,
        Span::raw(" "),
        Span::styled(text::left(hit.action.label, 14), state.theme.style(role)),
        Span::raw("  "),
        pane::dim(state, text::left(said, room)),
        Span::styled(text::right(&keys, 9), state.theme.style(role)),
    ])
}
