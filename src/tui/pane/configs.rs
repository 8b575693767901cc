//! The Configs tab: the JSON and TOML files of an instance, a value a line; what is wrong stands where
//! it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::config_file::fields;
use crate::domain::secret::{self, MASK};
use crate::tui::state::State;
use crate::tui::state::configs::{self, ConfigFile, MarkKind};
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, text, window};

use super::{dim, style};

/// Cells for the number of a line of a broken file.
const GUTTER: usize = 5;

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
    let height = configs::list_height(usize::from(area.height));
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
    let track = Rect::new(frame.x, frame.y, frame.width, height as u16 + 2);
    let offset = state.configs.offset;
    frame::scroll_bar(track, offset, lines.len(), height, bar, buffer);
    let below = Rect::new(
        area.x,
        area.y + height as u16,
        area.width,
        area.height.saturating_sub(height as u16),
    );
    foot(state, below, buffer);
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
        configs::Line::Source(n, number) => {
            let file = files.get(n);
            let source = file.and_then(|f| f.document.text.lines().nth(number.saturating_sub(1)));
            let guilty = file.and_then(|f| f.misfit.as_ref()).map(|m| m.place.0) == Some(number);
            let role = if guilty { Role::Plain } else { Role::Dim };
            // a line that can't be read may hold a secret all the same
            let source = secret::redact(source.unwrap_or_default());
            Line::from(vec![
                dim(state, text::right(&number.to_string(), GUTTER - 2)),
                Span::raw("  "),
                Span::styled(
                    text::cut(&text::printable(&source), width.saturating_sub(GUTTER + 2)),
                    style(state, role),
                ),
            ])
        }
        configs::Line::Pointer(n) => {
            let misfit = files.get(n).and_then(|file| file.misfit.as_ref());
            let (column, what) = misfit.map_or((1, ""), |m| (m.place.1, m.what.as_str()));
            let most = width.saturating_sub(GUTTER + 4);
            let before = column.saturating_sub(1).min(most);
            let room = most.saturating_sub(before + 2);
            Line::from(vec![
                Span::raw(" ".repeat(GUTTER + before)),
                Span::styled("^", style(state, Role::Bad)),
                Span::raw(" "),
                dim(state, text::cut(what, room)),
            ])
        }
        configs::Line::Value(f, v) => match files.get(f) {
            Some(file) => value(state, file, v, names, width),
            None => Line::default(),
        },
    }
}

fn value(state: &State, file: &ConfigFile, n: usize, names: usize, width: usize) -> Line<'static> {
    let values = file.values.as_ref().ok();
    let Some(value) = values.and_then(|values| values.get(n)) else {
        return Line::default();
    };
    let room = width.saturating_sub(names + 4);
    let (shown, role) = match (value.secret, value.text.clone()) {
        (true, _) => (MASK.to_owned(), Role::Dim),
        (false, text) if text.is_empty() => ("empty".to_owned(), Role::Dim),
        (false, text) => (text, Role::Plain),
    };
    let mark = file.marks.get(n).and_then(Option::as_ref);
    let said = mark.map(|mark| match mark.kind {
        MarkKind::Error => (theme::FAILED, Role::Bad, "can't be read"),
        MarkKind::Sort => (theme::ATTENTION, Role::Warn, "of another sort"),
        MarkKind::Unknown => ("·", Role::Dim, "not known, kept"),
    });
    let taken = said.map_or(0, |(_, _, words)| text::width(words) + 4);
    let mut spans = vec![
        Span::raw(text::left(&value.name(), names)),
        Span::raw("  "),
        Span::styled(
            text::cut(&shown, room.saturating_sub(taken)),
            style(state, role),
        ),
    ];
    if let Some((glyph, role, words)) = said {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(glyph, style(state, role)));
        spans.push(dim(state, format!(" {words}")));
    }
    Line::from(spans)
}

/// Two lines at the bottom: what is wrong with the selected value, or what it is for.
fn foot(state: &State, area: Rect, buffer: &mut Buffer) {
    let (mark, words) = match (state.configs.mark(), state.configs.selected()) {
        (Some(mark), _) => {
            let glyph = match mark.kind {
                MarkKind::Error => Span::styled("▲ ", style(state, Role::Bad)),
                MarkKind::Sort => Span::styled("▲ ", style(state, Role::Warn)),
                MarkKind::Unknown => Span::raw(""),
            };
            (glyph, mark.text.clone())
        }
        (None, Some((file, Some(value)))) => {
            let field = fields::known(&file.document.name, &value.path);
            let help = field.map_or("", |field| field.help);
            (Span::raw(""), help.to_owned())
        }
        (None, Some((_, None))) => (Span::raw(""), "E opens the file in your editor.".to_owned()),
        (None, None) => return,
    };
    let room = usize::from(area.width).saturating_sub(mark.width());
    let lines: Vec<String> = text::wrap(&words, room).into_iter().take(2).collect();
    let top = usize::from(area.height).saturating_sub(lines.len());
    for (i, line) in lines.into_iter().enumerate() {
        let first = match i {
            0 => mark.clone(),
            _ => Span::raw(" ".repeat(mark.width())),
        };
        let words = match state.configs.mark() {
            Some(_) => Span::raw(line),
            None => dim(state, line),
        };
        let y = area.y + (top + i) as u16;
        buffer.set_line(area.x, y, &Line::from(vec![first, words]), area.width);
    }
}
