//! The panes: what stands on the screen all the time. They read the state and draw, nothing else.

pub mod activity;
pub mod configs;
pub mod detail;
pub mod env;
pub mod footer;
pub mod header;
pub mod instances;
pub mod job_lines;
pub mod jobs;
pub mod log;
pub mod overview;
pub mod strip;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::state::State;
use super::theme::{Mark, Role};
use super::widget::frame::Frame;
use super::widget::spinner;

/// The frame of a pane, in the accent where it has the keyboard.
pub(super) fn frame<'a>(state: &State, focused: bool) -> Frame<'a> {
    let role = if focused { Role::Accent } else { Role::Dim };
    Frame::new(state.theme.style(role))
}

/// The title of a pane.
pub(super) fn title(state: &State, text: impl Into<String>, focused: bool) -> Span<'static> {
    let style = match focused {
        true => state.theme.bold(Role::Accent),
        false => state.theme.style(Role::Strong),
    };
    Span::styled(text.into(), style)
}

/// A state's glyph; it turns where something works.
pub(super) fn glyph(state: &State, mark: Mark) -> Span<'static> {
    let text = match mark.turning {
        true => spinner::glyph(state.now.as_millisecond()),
        false => mark.glyph,
    };
    Span::styled(text, state.theme.style(mark.role))
}

pub(super) fn dim(state: &State, text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), state.theme.style(Role::Dim))
}

/// A few lines in the middle of an empty pane: what it is for, and which key fills it.
pub(super) fn empty(
    state: &State,
    lines: &[&str],
    area: Rect,
    buffer: &mut ratatui::buffer::Buffer,
) {
    let wrapped: Vec<String> = lines
        .iter()
        .flat_map(|line| match line.is_empty() {
            true => vec![String::new()],
            false => super::widget::text::wrap(line, usize::from(area.width)),
        })
        .collect();
    let top = usize::from(area.height).saturating_sub(wrapped.len()) / 3;
    for (i, line) in wrapped.iter().enumerate() {
        let y = area.y + (top + i) as u16;
        if y < area.bottom() {
            buffer.set_line(
                area.x,
                y,
                &Line::from(dim(state, line.as_str())),
                area.width,
            );
        }
    }
}

/// Puts lines one below the other, from the one at `skip` on.
pub(super) fn put_lines<'a>(
    lines: impl Iterator<Item = Line<'a>>,
    skip: usize,
    area: Rect,
    buffer: &mut ratatui::buffer::Buffer,
) {
    for (i, line) in lines.skip(skip).take(usize::from(area.height)).enumerate() {
        buffer.set_line(area.x, area.y + i as u16, &line, area.width);
    }
}

/// A moment as people write it, in their time zone.
pub(super) fn moment(state: &State, at: Timestamp) -> String {
    at.to_zoned_datetime(state.zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

pub(super) fn style(state: &State, role: Role) -> Style {
    state.theme.style(role)
}
