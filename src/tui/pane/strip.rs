//! One line for the running job, where the jobs themselves aren't shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::state::State;

use super::{dim, job_lines};

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(job) = state.jobs.active().next() else {
        return;
    };
    let width = usize::from(area.width).saturating_sub(2);
    let more = state.jobs.active().count() - 1;
    let tail = match more {
        0 => String::new(),
        n => format!("  and {n} more"),
    };
    let cells = width.saturating_sub(tail.len());
    let line = job_lines::head(state, job, cells);
    buffer.set_line(area.x + 1, area.y, &line, cells as u16);
    let x = area.x + 1 + cells as u16;
    buffer.set_span(x, area.y, &dim(state, tail), (width - cells) as u16);
}
