//! The detail of the selected instance: a frame with tabs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::layout;
use crate::tui::state::{Focus, State, Tab};
use crate::tui::theme::Role;
use crate::tui::widget::frame;

use super::{activity, overview, style, title};

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let focused = state.focus == Focus::Detail;
    let name = state
        .selected()
        .map_or("Detail".to_owned(), |i| i.name.to_string());
    let inner = super::frame(state, focused)
        .title(title(state, name, focused))
        .right(tabs(state, focused))
        .draw(area, buffer);
    if state.selected().is_none() {
        if state.instances.loaded {
            let lines = [
                "The selected instance shows its database, its environment and what happened in it here.",
            ];
            super::empty(state, &lines, inner, buffer);
        }
        return;
    }
    match state.tab {
        Tab::Env => super::env::draw(state, focused, area, inner, buffer),
        Tab::Configs => super::configs::draw(state, focused, area, inner, buffer),
        Tab::Overview | Tab::Activity => {
            let lines = lines(state, usize::from(inner.width));
            let len = lines.len();
            super::put_lines(lines.into_iter(), state.scroll, inner, buffer);
            let bar = style(state, if focused { Role::Accent } else { Role::Dim });
            frame::scroll_bar(
                area,
                state.scroll,
                len,
                usize::from(inner.height),
                bar,
                buffer,
            );
        }
    }
}

fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    match state.tab {
        Tab::Activity => activity::lines(state, width),
        _ => overview::lines(state, width),
    }
}

/// How many lines the overview or the activity has now.
pub fn line_count(state: &State) -> usize {
    let width = state
        .areas()
        .detail
        .map_or(0, |a| a.width.saturating_sub(4));
    let _ = layout::inside;
    lines(state, usize::from(width)).len()
}

fn tabs(state: &State, focused: bool) -> Line<'static> {
    let mut spans = Vec::new();
    for tab in Tab::ALL {
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        let style = match (tab == state.tab, focused) {
            (true, true) => state.theme.bold(Role::Accent).underlined(),
            (true, false) => state.theme.style(Role::Strong).underlined(),
            (false, _) => state.theme.style(Role::Dim),
        };
        spans.push(Span::styled(tab.title(), style));
    }
    Line::from(spans)
}
