//! The jobs, and how far each one is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::state::job_parts::Part;
use crate::tui::state::{Focus, State};
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, window};

use super::{dim, job_lines, style, title};

/// The cells of a line: less the frame and its air, the selection's bar and a blank.
pub fn cells(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(6))
}

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let jobs = &state.jobs;
    let focused = state.focus == Focus::Jobs;
    let running = jobs.active().count();
    let count = match (running, jobs.rows.len()) {
        (0, 0) => String::new(),
        (0, n) => format!("{n} done or stopped"),
        (n, _) => format!("{n} running"),
    };
    let inner = super::frame(state, focused)
        .title(title(state, "Jobs", focused))
        .right(dim(state, count))
        .draw(area, buffer);
    if let Some(notice) = jobs.error.as_ref().filter(|_| jobs.rows.is_empty()) {
        super::empty(state, &[&notice.line()], inner, buffer);
        return;
    }
    if jobs.rows.is_empty() {
        if jobs.loaded {
            let line = "No jobs yet. Setting up, cloning, seeding and deleting show their progress here; c clones the selected instance.";
            super::empty(state, &[line], inner, buffer);
        }
        return;
    }
    let width = cells(area);
    let lines = jobs.lines(width);
    let height = usize::from(inner.height);
    for (i, n) in window::range(jobs.offset, lines.len(), height).enumerate() {
        let Some(line) = lines.get(n) else { continue };
        let Some(job) = jobs.rows.get(line.job) else {
            continue;
        };
        let y = inner.y + i as u16;
        if focused && line.job == jobs.selected {
            let bar = match line.part {
                Part::Head => Span::styled(theme::BAR, style(state, Role::Accent)),
                _ => Span::styled("▏", style(state, Role::Accent)),
            };
            buffer.set_span(inner.x, y, &bar, 1);
        }
        let drawn = job_lines::line(state, job, line.part, width);
        buffer.set_line(inner.x + 2, y, &drawn, width as u16);
    }
    let role = if focused { Role::Accent } else { Role::Dim };
    frame::scroll_bar(
        area,
        jobs.offset,
        lines.len(),
        height,
        style(state, role),
        buffer,
    );
}
