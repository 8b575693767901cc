//! A job's log, in place of the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::human::plural;
use crate::tui::state::State;
use crate::tui::state::log::LogView;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, text};

use super::{dim, style, title};

pub fn draw(state: &State, log: &LogView, area: Rect, buffer: &mut Buffer) {
    let job = state.jobs.find(log.job);
    let name = job.map_or_else(|| format!("job {}", log.job), |j| j.title());
    let live = job.is_some_and(|j| j.state.is_active());
    let n = log.lines.len() as u64;
    let mut right = vec![dim(state, format!("{n} {}", plural(n, "line", "lines")))];
    if live {
        let word = if log.follow {
            "following"
        } else {
            "held, f follows"
        };
        right.push(dim(state, " · "));
        right.push(Span::styled(word, style(state, Role::Accent)));
    }
    let inner = super::frame(state, true)
        .title(Line::from(vec![
            title(state, "Log", true),
            dim(state, format!("  {name}")),
        ]))
        .right(Line::from(right))
        .draw(area, buffer);
    if let Some(error) = &log.error {
        super::empty(state, &[&error.line()], inner, buffer);
        return;
    }
    if log.lines.is_empty() {
        let word = if log.reading {
            "Reading…"
        } else {
            "The log is empty so far."
        };
        super::empty(state, &[word], inner, buffer);
        return;
    }
    let height = usize::from(inner.height);
    let top = log.top(height);
    let lines = log.lines.iter().skip(top).map(|line| {
        let shown: String = text::printable(line).chars().skip(log.column).collect();
        colored(state, text::cut(&shown, usize::from(inner.width)))
    });
    super::put_lines(lines, 0, inner, buffer);
    frame::scroll_bar(
        area,
        top,
        log.lines.len(),
        height,
        style(state, Role::Accent),
        buffer,
    );
}

/// A line that tells of a failure is found at a glance.
fn colored(state: &State, line: String) -> Line<'static> {
    let lower = line.to_ascii_lowercase();
    let role = if lower.contains("error") || lower.contains("failed") {
        Role::Bad
    } else if lower.contains("warning") {
        Role::Warn
    } else {
        Role::Plain
    };
    match role {
        Role::Plain => Line::from(line),
        role => Line::from(vec![
            Span::styled(theme::BAR, style(state, role)),
            Span::raw(line),
        ]),
    }
}
