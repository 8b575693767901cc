//! What a job did, or how two instances differ, for reading.

use ratatui::buffer::Buffer;
use ratatui::text::Line;

use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::notice::Load;
use crate::tui::state::popup::{Reading, ReportView};
use crate::tui::theme::Role;
use crate::tui::widget::{frame, text};

const WIDTH: u16 = 110;

pub fn draw(state: &State, view: &ReportView, buffer: &mut Buffer) {
    let width = width(state);
    let lines = lines(state, view);
    let len = lines.len();
    let wanted = u16::try_from(len + 2).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, wanted);
    let title = match &view.of {
        Reading::Job(job) => format!("Report of job {job}"),
        Reading::Difference(left, right) => format!("{left} and {right}"),
    };
    let inner = super::open(state, &title, Role::Accent, area, buffer);
    let mut part = inner;
    part.height = inner.height.saturating_sub(2);
    let height = usize::from(part.height);
    let top = view.scroll.min(len.saturating_sub(height));
    pane::put_lines(lines.into_iter(), top, part, buffer);
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, top, len, height, bar, buffer);
    super::buttons(state, &[("Esc", "close", true)], inner, buffer);
}

fn width(state: &State) -> u16 {
    WIDTH.min(state.size.0.saturating_sub(6))
}

/// How many cells a line may have.
pub fn cells(state: &State) -> usize {
    usize::from(width(state))
}

/// How far the report can be scrolled.
pub fn line_count(state: &State, view: &ReportView) -> usize {
    lines(state, view).len()
}

fn lines(state: &State, view: &ReportView) -> Vec<Line<'static>> {
    let width = usize::from(width(state));
    match &view.lines {
        Load::Nothing | Load::Loading => vec![Line::from(pane::dim(state, "Reading it."))],
        Load::Failed(notice) => wrapped(&notice.line(), width).map(Line::from).collect(),
        // its lines were made for this width
        Load::Ready(lines) if matches!(view.of, Reading::Difference(..)) => {
            lines.iter().map(|line| Line::from(line.clone())).collect()
        }
        Load::Ready(lines) => lines
            .iter()
            .flat_map(|line| wrapped(line, width))
            .map(Line::from)
            .collect(),
    }
}

/// What goes on in the next line keeps the first one's indent and two cells more.
fn wrapped(line: &str, width: usize) -> impl Iterator<Item = String> {
    let indent = line.len() - line.trim_start().len();
    let room = width.saturating_sub(indent + 2).max(8);
    let mut pieces = text::wrap(line.trim_start(), room);
    if pieces.is_empty() {
        pieces.push(String::new());
    }
    pieces.into_iter().enumerate().map(move |(n, piece)| {
        let more = if n == 0 { 0 } else { 2 };
        format!("{}{piece}", " ".repeat(indent + more))
    })
}
