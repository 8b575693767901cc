//! The first line: where one is, what is current, whether anything is under way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::human::plural;
use crate::tui::state::State;
use crate::tui::theme::{self, Role};
use crate::tui::widget::text;

use super::{dim, glyph, style};

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let left = Line::from(vec![
        Span::raw(" "),
        Span::styled("matriz", state.theme.style(Role::Dim)),
        Span::raw("  "),
        Span::styled(
            text::cut(&state.workspace, usize::from(area.width) / 3),
            state.theme.style(Role::Strong),
        ),
    ]);
    let room = usize::from(area.width).saturating_sub(left.width() + 4);
    buffer.set_line(area.x, area.y, &left, area.width);
    // what matters least goes first when the line is short
    let mut parts = vec![current(state), kind(state), jobs(state)];
    parts.retain(|part| part.width() > 0);
    while line_width(&parts) > room && !parts.is_empty() {
        let least = parts.len().min(2) - 1;
        parts.remove(least);
    }
    let mut spans = Vec::new();
    for part in parts {
        if !spans.is_empty() {
            spans.push(Span::raw("   "));
        }
        spans.extend(part.spans);
    }
    let right = Line::from(spans);
    let width = right.width() as u16;
    let x = area.right().saturating_sub(width + 1);
    buffer.set_line(x, area.y, &right, width);
}

fn line_width(parts: &[Line<'_>]) -> usize {
    let gaps = parts.len().saturating_sub(1) * 3;
    parts.iter().map(Line::width).sum::<usize>() + gaps
}

fn current(state: &State) -> Line<'static> {
    match state.instances.current() {
        Some(instance) => {
            let mut spans = vec![
                Span::styled(theme::CURRENT, style(state, Role::Accent)),
                Span::raw(" "),
                Span::styled(instance.name.to_string(), state.theme.bold(Role::Accent)),
            ];
            if state.locked.is_some() {
                spans.push(dim(state, " locked"));
            }
            Line::from(spans)
        }
        None => Line::default(),
    }
}

/// Where the current instance lives, with its state.
fn kind(state: &State) -> Line<'static> {
    match state.instances.current() {
        Some(instance) => Line::from(vec![
            glyph(state, theme::instance(instance.state)),
            Span::raw(format!(" {}", instance.kind.word())),
        ]),
        None => Line::default(),
    }
}

fn jobs(state: &State) -> Line<'static> {
    let n = state.jobs.active().count() as u64;
    match n {
        0 => Line::from(dim(state, "no jobs")),
        n => Line::from(format!("{n} {}", plural(n, "job", "jobs"))),
    }
}
