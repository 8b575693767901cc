//! What an instance holds back, one line each.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::domain::held::{HeldState, HeldView};
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::notice::Load;
use crate::tui::state::popup::HeldList;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, text, window};

const WIDTH: u16 = 92;
const MOST_ROWS: usize = 16;

pub fn draw(state: &State, list: &HeldList, buffer: &mut Buffer) {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let cells = usize::from(width);
    let head = intro(list, cells);
    let rows = list.items.ready().map_or(0, Vec::len);
    let shown = rows.min(MOST_ROWS);
    // below the rows: a message, a blank, the keys
    let notice = usize::from(list.error.is_some());
    let gap = usize::from(shown > 0);
    let wanted = u16::try_from(head.len() + gap + shown + notice + 2).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, wanted);
    let title = format!("Held back in {}", list.instance);
    let inner = super::open(state, &title, Role::Accent, area, buffer);
    let mut y = inner.y;
    for line in &head {
        buffer.set_line(
            inner.x,
            y,
            &Line::from(pane::dim(state, line.clone())),
            inner.width,
        );
        y += 1;
    }
    y += gap as u16;
    let height = usize::from(inner.bottom().saturating_sub(y)).saturating_sub(notice + 2);
    let offset = window::offset(0, list.selected, rows, height);
    for n in window::range(offset, rows, height) {
        let Some(item) = list.items.ready().and_then(|all| all.get(n)) else {
            continue;
        };
        let line = row(state, list, item, n == list.selected, cells);
        buffer.set_line(inner.x, y, &line, inner.width);
        y += 1;
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, offset, rows, height, bar, buffer);
    if let Some(notice) = &list.error {
        let line = Line::from(vec![
            Span::styled(theme::FAILED, state.theme.style(Role::Bad)),
            Span::raw(format!(
                " {}",
                text::cut(&notice.line(), cells.saturating_sub(2))
            )),
        ]);
        buffer.set_line(inner.x, y, &line, inner.width);
    }
    let can = list
        .item()
        .is_some_and(|item| item.state == HeldState::Off && list.turning.is_none());
    let keys = [("Enter", "turn on", can), ("Esc", "close", true)];
    super::buttons(state, &keys, inner, buffer);
}

fn intro(list: &HeldList, cells: usize) -> Vec<String> {
    let words = match &list.items {
        Load::Nothing | Load::Loading => "Looking at its database.".to_owned(),
        Load::Failed(notice) => notice.line(),
        Load::Ready(all) if all.is_empty() => {
            "Nothing is held back: its source has no scheduled job and no trigger that calls out."
                .to_owned()
        }
        Load::Ready(_) => {
            "These act on the world. They came over switched off, and stay off until you turn them on."
                .to_owned()
        }
    };
    text::wrap(&words, cells)
}

fn row(
    state: &State,
    list: &HeldList,
    item: &HeldView,
    selected: bool,
    cells: usize,
) -> Line<'static> {
    let bar = match selected {
        true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
        false => Span::raw(" "),
    };
    let (mark, role, word) = match item.state {
        _ if list.turning.as_deref() == Some(item.id.as_str()) => ("◌", Role::Accent, "turning on"),
        HeldState::Off => ("○", Role::Plain, "off"),
        HeldState::On => ("●", Role::Good, "on"),
        HeldState::Gone => ("·", Role::Dim, "gone"),
    };
    let title = (cells / 2).saturating_sub(8).max(16);
    let room = cells.saturating_sub(4 + 12 + title + 2);
    let strong = match selected {
        true => Role::Strong,
        false => Role::Plain,
    };
    Line::from(vec![
        bar,
        Span::raw(" "),
        Span::styled(mark, state.theme.style(role)),
        Span::raw(" "),
        Span::styled(text::left(word, 12), state.theme.style(role)),
        Span::styled(text::left(&item.title, title), state.theme.style(strong)),
        Span::raw("  "),
        pane::dim(state, text::cut(&item.does, room)),
    ])
}
