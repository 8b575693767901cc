//! The saved changes of one key: when, by whom, and which values were equal. No value is shown.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::backend::KeyChange;
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::notice::Load;
use crate::tui::state::popup::HistoryView;
use crate::tui::theme::Role;
use crate::tui::widget::{frame, text};

const WIDTH: u16 = 96;

pub fn draw(state: &State, view: &HistoryView, buffer: &mut Buffer) {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let cells = usize::from(width);
    let words = match &view.changes {
        Load::Nothing | Load::Loading => "Reading it.".to_owned(),
        Load::Failed(notice) => notice.line(),
        Load::Ready(all) if all.is_empty() => "No change of this key was saved yet.".to_owned(),
        Load::Ready(_) => format!(
            "Equal codes are equal values. matriz env undo NUMBER -i {} takes a change back.",
            view.instance
        ),
    };
    let head = text::wrap(&words, cells);
    let changes = view.changes.ready().map_or(&[][..], Vec::as_slice);
    let gap = usize::from(!changes.is_empty());
    let wanted = head.len() + gap + changes.len() + 2;
    let area = layout::centred(state.size, width, u16::try_from(wanted).unwrap_or(u16::MAX));
    let title = format!("History of {}", view.key);
    let inner = super::open(state, &title, Role::Accent, area, buffer);
    let head_lines = head
        .iter()
        .map(|line| Line::from(pane::dim(state, line.clone())));
    let top = (head.len() + gap) as u16;
    pane::put_lines(head_lines, 0, inner, buffer);
    let height = usize::from(inner.height).saturating_sub(usize::from(top) + 2);
    let scroll = view.scroll.min(changes.len().saturating_sub(height));
    for (i, change) in changes.iter().skip(scroll).take(height).enumerate() {
        let line = row(state, change, cells);
        buffer.set_line(inner.x, inner.y + top + i as u16, &line, inner.width);
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, scroll, changes.len(), height, bar, buffer);
    super::buttons(state, &[("Esc", "close", true)], inner, buffer);
}

fn row(state: &State, change: &KeyChange, cells: usize) -> Line<'static> {
    let print = |value: &Option<String>| value.clone().unwrap_or_else(|| "not there".into());
    let what = match change.undone_by {
        Some(number) => format!("{}, taken back by {number}", change.what),
        None => change.what.to_owned(),
    };
    let prints = format!("{} → {}", print(&change.before), print(&change.after));
    let fixed = format!(
        "{}  {}  ",
        text::right(&change.number.to_string(), 5),
        pane::moment(state, change.at)
    );
    // the codes matter most, then who it was
    let by = cells.saturating_sub(text::width(&fixed) + text::width(&prints) + 4);
    let by = text::cut(&format!("{what} · {}", change.by), by);
    Line::from(vec![
        pane::dim(state, fixed),
        Span::raw(prints),
        Span::raw("  "),
        pane::dim(state, by),
    ])
}
