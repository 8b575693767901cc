//! The whole screen from the state: panes below, the topmost popup above.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::link::{self, Link};
use super::pane;
use super::popup;
use super::state::{SMALLEST, State};
use super::widget::text;

/// Draws one frame. It reads the state and changes nothing.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    if state.too_small() {
        let (columns, rows) = SMALLEST;
        let said = format!("Matriz needs {columns} × {rows} characters.");
        let line = Line::from(text::cut(&said, usize::from(area.width)));
        let x = (usize::from(area.width).saturating_sub(line.width()) / 2) as u16;
        if area.height > 0 {
            buffer.set_line(area.x + x, area.y + area.height / 2, &line, area.width);
        }
        return;
    }
    // the state's size is the truth for everything below; a frame of another size is a resize
    // whose message is on its way
    if (area.width, area.height) != state.size {
        return;
    }
    let areas = state.areas();
    pane::header::draw(state, areas.header, buffer);
    if let (Some(area), Some(log)) = (areas.log, state.log.as_ref()) {
        pane::log::draw(state, log, area, buffer);
    }
    if let Some(area) = areas.list {
        pane::instances::draw(state, area, buffer);
    }
    if let Some(area) = areas.detail {
        pane::detail::draw(state, area, buffer);
    }
    if let Some(area) = areas.jobs {
        pane::jobs::draw(state, area, buffer);
    }
    if let Some(area) = areas.strip {
        pane::strip::draw(state, area, buffer);
    }
    pane::footer::draw(state, areas.footer, buffer);
    if let Some(top) = state.popups.last() {
        popup::draw(state, top, buffer);
    }
}

/// What of a frame that was drawn leads to an address.
pub(super) fn links(state: &State, buffer: &Buffer) -> Vec<Link> {
    if state.too_small() {
        return Vec::new();
    }
    let detail = state.areas().detail;
    let links = detail.map(|area| pane::detail::links(state, area));
    link::seen(links.unwrap_or_default(), buffer)
}
