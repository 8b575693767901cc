//! The Env tab: keys in groups, secrets masked, remarks where they belong.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::domain::secret::MASK;
use crate::tui::popup::field_look;
use crate::tui::state::State;
use crate::tui::state::env::EnvEditor;
use crate::tui::state::env::remark::Weight;
use crate::tui::state::env::view::{Key, Row};
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{field, frame, text, window};

use super::{dim, style};

/// In a pane of fewer cells a mask is shorter: what is said beside it matters more.
const ROOMY: usize = 74;
const SHORT_MASK: &str = "••••••";

pub fn draw(state: &State, focused: bool, frame: Rect, area: Rect, buffer: &mut Buffer) {
    let editor = match &state.env.editor {
        Load::Ready(editor) => editor,
        Load::Nothing | Load::Loading => return,
        Load::Failed(notice) => {
            let hint = notice.hint.clone().unwrap_or_default();
            super::empty(state, &[&notice.message, "", &hint], area, buffer);
            return;
        }
    };
    if !editor.file.problems().is_empty() {
        broken(state, editor, area, buffer);
        return;
    }
    let height = state.env.list_height(usize::from(area.height)) as u16;
    let searching = state.env.typing || state.env.filtered();
    let top = area.y + u16::from(searching);
    if searching {
        filter(state, area, buffer);
    }
    let list = Rect::new(area.x, top, area.width, height);
    let rows = &state.env.view.rows;
    if rows.is_empty() {
        let line = match searching {
            true => "No key matches the filter. Esc shows all of them.",
            false => "No key is set. a adds one; pasted lines of KEY=VALUE are added at once.",
        };
        super::empty(state, &[line], list, buffer);
    }
    let most = usize::from(area.width) * 9 / 20;
    let names = state.env.view.names.clamp(12, most.max(12));
    let selected = state.env.view.keys.get(editor.at).copied();
    for (i, n) in window::range(state.env.offset, rows.len(), usize::from(height)).enumerate() {
        let line = match rows.get(n) {
            Some(Row::Head(title)) => Line::from(dim(state, title.clone())),
            Some(Row::Key(key)) => {
                let look = Look {
                    selected: selected == Some(n),
                    focused,
                    names,
                    width: usize::from(area.width),
                };
                row(state, editor, key, &look)
            }
            None => continue,
        };
        buffer.set_line(list.x, list.y + i as u16, &line, list.width);
    }
    let role = if focused { Role::Accent } else { Role::Dim };
    let track = Rect::new(
        frame.x,
        frame.y + u16::from(searching),
        frame.width,
        height + 2,
    );
    let (offset, len) = (state.env.offset, rows.len());
    let bar = style(state, role);
    frame::scroll_bar(track, offset, len, usize::from(height), bar, buffer);
    let below = Rect::new(
        area.x,
        top + height,
        area.width,
        area.bottom().saturating_sub(top + height),
    );
    foot(state, editor, below, buffer);
}

/// The filter's own line.
fn filter(state: &State, area: Rect, buffer: &mut Buffer) {
    let input = &state.env.filter;
    let cursor = state.env.typing.then(|| input.cursor());
    let n = state.env.view.keys.len();
    let count = format!("{n} {}", if n == 1 { "key" } else { "keys" });
    let room = usize::from(area.width).saturating_sub(text::width(&count) + 3);
    let mut spans = vec![Span::styled("/", style(state, Role::Accent))];
    let hint = "name, group or visible value";
    let typed = field::line(input.value(), cursor, hint, room, false, field_look(state));
    spans.extend(typed.spans);
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
    let x = area.right().saturating_sub(text::width(&count) as u16);
    buffer.set_line(x, area.y, &Line::from(dim(state, count)), area.width);
}

struct Look {
    selected: bool,
    focused: bool,
    names: usize,
    width: usize,
}

fn row(state: &State, editor: &EnvEditor, key: &Key, look: &Look) -> Line<'static> {
    let here = look.selected && look.focused;
    let bar = match (look.selected, look.focused) {
        (true, true) => Span::styled(theme::BAR, style(state, Role::Accent)),
        (true, false) => Span::styled(theme::BAR, style(state, Role::Dim)),
        (false, _) => Span::raw(" "),
    };
    let changed = match key.changed {
        true => Span::styled(theme::CHANGED, style(state, Role::Accent)),
        false => Span::raw(" "),
    };
    let role = match (key.present, here) {
        (false, false) => Role::Dim,
        (_, true) => Role::Strong,
        (true, false) => Role::Plain,
    };
    let mut spans = vec![bar, changed, Span::raw(" ")];
    spans.extend(name(state, key, look.names, style(state, role)));
    spans.push(Span::raw("  "));
    let shown = here && state.env.revealed;
    let room = look.width.saturating_sub(look.names + 5);
    let (mut value, role) = value(editor, key, shown);
    if value == MASK && look.width < ROOMY {
        value = SHORT_MASK.to_owned();
    }
    // a value that is asked for gets all the room
    let said = said(state, key).filter(|_| !shown);
    let said_width = said.as_ref().map_or(0, |line| line.width() + 2);
    let least = text::width(&value).min(12);
    let cells = room.saturating_sub(said_width).max(least).min(room);
    let value = text::cut(&value, cells);
    let used = text::width(&value);
    spans.push(Span::styled(value, style(state, role)));
    if let Some(said) = said {
        let room = room.saturating_sub(used + 2);
        if room > 3 {
            spans.push(Span::raw("  "));
            spans.extend(cut(said, room));
        }
    }
    Line::from(spans)
}

/// A line within its cells: only its last span is cut.
fn cut(line: Line<'static>, cells: usize) -> Vec<Span<'static>> {
    let mut left = cells;
    let mut spans = Vec::new();
    for span in line.spans {
        let words = text::cut(&span.content, left);
        left = left.saturating_sub(text::width(&words));
        spans.push(Span::styled(words, span.style));
    }
    spans
}

/// The name in its cells, with what the filter found of it.
fn name(state: &State, key: &Key, cells: usize, look: Style) -> Vec<Span<'static>> {
    let padded = text::left(&key.name, cells);
    if key.hits.is_empty() {
        return vec![Span::styled(padded, look)];
    }
    let found = style(state, Role::Accent).add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut piece = String::new();
    let mut marked = false;
    for (n, c) in padded.chars().enumerate() {
        let hit = key.hits.contains(&n);
        if hit != marked && !piece.is_empty() {
            let style = if marked { found } else { look };
            spans.push(Span::styled(std::mem::take(&mut piece), style));
        }
        marked = hit;
        piece.push(c);
    }
    spans.push(Span::styled(piece, if marked { found } else { look }));
    spans
}

/// What stands in the value's place.
fn value(editor: &EnvEditor, key: &Key, shown: bool) -> (String, Role) {
    let word = |word: &str| (word.to_owned(), Role::Dim);
    if !key.present {
        return match (key.changed, key.optional, key.remark.is_some()) {
            (true, ..) => word("removed"),
            (_, true, _) => word("not set"),
            (_, _, true) => ("missing".to_owned(), Role::Warn),
            _ => word("missing"),
        };
    }
    let value = match (&key.value, shown) {
        (Some(value), _) => value.as_str(),
        (None, true) => editor.file.get(&key.name).unwrap_or_default(),
        (None, false) => return word(MASK),
    };
    match value {
        "" => word("empty"),
        value => (text::printable(value), Role::Plain),
    }
}

/// What is said beside the value.
fn said(state: &State, key: &Key) -> Option<Line<'static>> {
    if let Some(remark) = &key.remark {
        let words = dim(state, remark.short.clone());
        return Some(match remark.weight {
            Weight::Missing => Line::from(words),
            weight => Line::from(vec![
                Span::styled(theme::ATTENTION, style(state, role(weight))),
                Span::raw(" "),
                words,
            ]),
        });
    }
    let says = key.says.clone().or_else(|| {
        let spec = state.env.schema.key(&key.name)?;
        (key.optional && !spec.help.is_empty()).then(|| spec.help.clone())
    });
    says.map(|says| Line::from(dim(state, says)))
}

fn role(weight: Weight) -> Role {
    match weight {
        Weight::Missing | Weight::Warn => Role::Warn,
        Weight::Bad => Role::Bad,
    }
}

/// Two lines at the bottom: what is to be said about the selected key, in full.
fn foot(state: &State, editor: &EnvEditor, area: Rect, buffer: &mut Buffer) {
    let mark = |role| Span::styled(format!("{} ", theme::ATTENTION), style(state, role));
    let plain = || Span::raw("");
    let moved =
        "The file was changed outside. Your unsaved changes stand on top of what it says now.";
    let (mark, words, look) = if let Some(error) = &editor.error {
        (mark(Role::Bad), error.line(), Role::Plain)
    } else if let Some(key) = state.env.selected() {
        match &key.remark {
            Some(remark) => (mark(role(remark.weight)), remark.full.clone(), Role::Plain),
            None if editor.moved => (mark(Role::Warn), moved.to_owned(), Role::Plain),
            None => (plain(), about(state, key), Role::Dim),
        }
    } else {
        return;
    };
    let indent = mark.width();
    let lines = text::wrap(&words, usize::from(area.width).saturating_sub(indent));
    // one line of air above, as far as there is room
    let most = usize::from(area.height).min(2);
    let shown = fitted(lines, most, usize::from(area.width).saturating_sub(indent));
    let top = usize::from(area.height).saturating_sub(shown.len());
    for (i, line) in shown.into_iter().enumerate() {
        let first = match i {
            0 => mark.clone(),
            _ => Span::raw(" ".repeat(indent)),
        };
        let line = Line::from(vec![first, Span::styled(line, style(state, look))]);
        buffer.set_line(area.x, area.y + (top + i) as u16, &line, area.width);
    }
}

/// At most so many lines; where that isn't all, the last one says so.
fn fitted(mut lines: Vec<String>, most: usize, cells: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = text::cut(&format!("{last}…"), cells);
        }
    }
    lines
}

/// What a key is for, where nothing else is to be said.
fn about(state: &State, key: &Key) -> String {
    let Some(spec) = state.env.schema.key(&key.name) else {
        return String::new();
    };
    let from = spec.from.as_deref().unwrap_or_default();
    let from = if key.present { "" } else { from };
    let says = key
        .says
        .as_ref()
        .map_or_else(String::new, |says| format!("{says}. "));
    format!("{says}{} {from}", spec.help).trim().to_owned()
}

/// A file that can't be read: what is wrong, where, and the way out.
fn broken(state: &State, editor: &EnvEditor, area: Rect, buffer: &mut Buffer) {
    let mut lines = vec![
        Line::from(vec![
            Span::styled(theme::FAILED, style(state, Role::Bad)),
            Span::raw(format!(
                " {} can't be read, so nothing is changed here.",
                editor.document.name
            )),
        ]),
        Line::default(),
    ];
    for problem in editor.file.problems() {
        lines.push(Line::from(vec![
            dim(state, text::right(&format!("line {}", problem.line), 10)),
            Span::raw("  "),
            Span::raw(problem.message()),
        ]));
        let room = usize::from(area.width).saturating_sub(12);
        let error = problem.to_error(&editor.document.name);
        for piece in text::wrap(error.hint.as_deref().unwrap_or_default(), room) {
            lines.push(Line::from(vec![
                Span::raw(" ".repeat(12)),
                dim(state, piece),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(Line::from(dim(state, "E opens the file in your editor.")));
    super::put_lines(lines.into_iter(), 0, area, buffer);
}
