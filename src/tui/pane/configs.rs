//! The Configs tab: the JSON and TOML files of an instance, a value a line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::secret::MASK;
use crate::tui::state::State;
use crate::tui::state::configs::{self, ConfigFile};
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, text, window};

use super::{dim, style};

pub fn draw(state: &State, focused: bool, frame: Rect, area: Rect, buffer: &mut Buffer) {
    let files = match &state.configs.files {
        Load::Ready(files) => files,
        Load::Nothing | Load::Loading => return,
        Load::Failed(notice) => {
            super::empty(state, &[&notice.line()], area, buffer);
            return;
        }
    };
    if files.is_empty() {
        let line = "This instance has no configuration files. Setting it up with i writes them.";
        super::empty(state, &[line], area, buffer);
        return;
    }
    let names = files
        .iter()
        .filter_map(|f| f.values.as_ref().ok())
        .flatten()
        .map(|v| text::width(&v.name()));
    let names = names.max().unwrap_or(0).min(usize::from(area.width) / 2);
    let lines = state.configs.lines();
    let cursor = state.configs.cursor();
    let height = usize::from(area.height);
    for (i, n) in window::range(state.configs.offset, lines.len(), height).enumerate() {
        let Some(line) = lines.get(n) else { continue };
        let selected = cursor == Some(n);
        let drawn = draw_line(state, files, *line, names, usize::from(area.width));
        let y = area.y + i as u16;
        if selected {
            let role = if focused { Role::Accent } else { Role::Dim };
            let bar = Span::styled(theme::BAR, style(state, role));
            buffer.set_span(area.x, y, &bar, 1);
        }
        let x = match line {
            configs::Line::Head(_) => area.x,
            _ => area.x + 2,
        };
        buffer.set_line(x, y, &drawn, area.right().saturating_sub(x));
    }
    let role = if focused { Role::Accent } else { Role::Dim };
    let bar = style(state, role);
    frame::scroll_bar(
        frame,
        state.configs.offset,
        lines.len(),
        height,
        bar,
        buffer,
    );
}

fn draw_line(
    state: &State,
    files: &[ConfigFile],
    line: configs::Line,
    names: usize,
    width: usize,
) -> Line<'static> {
    match line {
        configs::Line::Blank => Line::default(),
        configs::Line::Head(n) => {
            let name = files.get(n).map_or("", |f| f.document.name.as_str());
            Line::from(dim(state, name.to_owned()))
        }
        configs::Line::Broken(n) => {
            let why = match files.get(n).map(|f| &f.values) {
                Some(Err(notice)) => notice.message.clone(),
                _ => String::new(),
            };
            Line::from(vec![
                Span::styled(theme::FAILED, style(state, Role::Bad)),
                Span::raw(" "),
                Span::raw(text::cut(&why, width.saturating_sub(4))),
            ])
        }
        configs::Line::Value(f, v) => {
            let values = files.get(f).and_then(|file| file.values.as_ref().ok());
            let Some(value) = values.and_then(|values| values.get(v)) else {
                return Line::default();
            };
            let room = width.saturating_sub(names + 4);
            let (shown, role) = match (value.secret, value.text.clone()) {
                (true, _) => (MASK.to_owned(), Role::Dim),
                (false, text) if text.is_empty() => ("empty".to_owned(), Role::Dim),
                (false, text) => (text, Role::Plain),
            };
            Line::from(vec![
                Span::raw(text::left(&value.name(), names)),
                Span::raw("  "),
                Span::styled(text::cut(&shown, room), style(state, role)),
            ])
        }
    }
}
