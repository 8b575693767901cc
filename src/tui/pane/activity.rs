//! What happened in an instance, newest first.

use ratatui::text::{Line, Span};

use crate::domain::human;
use crate::tui::state::State;
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::text;

use super::{dim, style};

pub fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let dimmed = |text: &str| vec![Line::from(dim(state, text.to_owned()))];
    match &state.activity.1 {
        Load::Nothing | Load::Loading => dimmed("Reading…"),
        Load::Failed(notice) => text::wrap(&notice.line(), width.saturating_sub(2))
            .into_iter()
            .enumerate()
            .map(|(i, line)| {
                let mark = if i == 0 { theme::FAILED } else { " " };
                Line::from(vec![
                    Span::styled(mark, style(state, Role::Bad)),
                    Span::raw(format!(" {line}")),
                ])
            })
            .collect(),
        Load::Ready(lines) if lines.is_empty() => {
            dimmed("Nothing happened here yet. Jobs and changes of this instance are listed here.")
        }
        Load::Ready(lines) => lines
            .iter()
            .map(|entry| {
                Line::from(vec![
                    dim(state, text::right(&human::ago(entry.at, state.now), 5)),
                    Span::raw("  "),
                    Span::raw(text::cut(&entry.text, width.saturating_sub(7))),
                ])
            })
            .collect(),
    }
}
