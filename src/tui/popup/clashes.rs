//! Keys that were changed on both sides: here, and in the file.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::env::diff;
use crate::tui::state::popup::ClashView;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{text, window};

const WIDTH: u16 = 84;

pub fn draw(state: &State, view: &ClashView, buffer: &mut Buffer) {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let cells = usize::from(width);
    let head = text::wrap(
        "These keys were changed here and in the file. The marked value counts.",
        cells,
    );
    let wanted = head.len() + view.rows.len() + 5;
    let area = layout::centred(state.size, width, u16::try_from(wanted).unwrap_or(u16::MAX));
    let inner = super::open(state, "Changed on both sides", Role::Warn, area, buffer);
    let mut y = inner.y;
    let mut put = |line: Line<'static>, y: &mut u16| {
        if *y < inner.bottom() {
            buffer.set_line(inner.x, *y, &line, inner.width);
        }
        *y += 1;
    };
    for line in head {
        put(Line::from(pane::dim(state, line)), &mut y);
    }
    y += 1;
    let names = view.rows.iter().map(|(key, _)| text::width(key)).max();
    let names = names.unwrap_or(0).clamp(3, cells * 2 / 5);
    let side = cells.saturating_sub(names + 4) / 2;
    let columns = format!(
        "  {}{}{}",
        text::left("Key", names + 2),
        text::left("Here", side),
        text::left("In the file", side)
    );
    put(Line::from(pane::dim(state, columns)), &mut y);
    let height = usize::from(inner.bottom().saturating_sub(y)).saturating_sub(2);
    let offset = window::offset(0, view.at, view.rows.len(), height);
    let editor = state.env.editor.ready();
    for n in window::range(offset, view.rows.len(), height) {
        let Some((key, theirs)) = view.rows.get(n) else {
            continue;
        };
        let here = editor.and_then(|e| e.file.get(key));
        let there = editor.and_then(|e| e.disk().get(key));
        let bar = match n == view.at {
            true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
            false => Span::raw(" "),
        };
        let role = if n == view.at {
            Role::Strong
        } else {
            Role::Plain
        };
        let mut spans = vec![
            bar,
            Span::raw(" "),
            Span::styled(text::left(key, names), state.theme.style(role)),
            Span::raw("  "),
        ];
        for (value, counts) in [(here, !theirs), (there, *theirs)] {
            let (mark, role) = match counts {
                true => ("● ", Role::Accent),
                false => ("○ ", Role::Dim),
            };
            let words = value.map_or("removed".to_owned(), |v| diff::shown(key, v));
            spans.push(Span::styled(mark, state.theme.style(role)));
            let role = if counts { Role::Plain } else { Role::Dim };
            let words = text::left(&words, side.saturating_sub(2));
            spans.push(Span::styled(words, state.theme.style(role)));
        }
        put(Line::from(spans), &mut y);
    }
    let keys = [
        ("Space", "other side", true),
        ("Enter", "done", true),
        ("Esc", "later", true),
    ];
    super::buttons(state, &keys, inner, buffer);
}
