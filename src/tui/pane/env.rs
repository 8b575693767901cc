//! The Env tab: keys in groups, secrets masked, remarks where they belong.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::env_file::LintCode;
use crate::domain::secret::MASK;
use crate::tui::state::State;
use crate::tui::state::env::EnvEditor;
use crate::tui::state::env_rows::{self, Key, Row};
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, text, window};

use super::{dim, style};

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
    let rows = env_rows::rows(editor);
    let height = env_rows::list_height(usize::from(area.height));
    let widest = rows.iter().filter_map(|row| match row {
        Row::Key(key) => Some(text::width(&key.name)),
        Row::Head(_) => None,
    });
    let most = usize::from(area.width) / 2;
    let names = widest.max().unwrap_or(0).clamp(12, most.max(12));
    let mut at = rows
        .iter()
        .take(state.env.offset)
        .filter(|r| matches!(r, Row::Key(_)))
        .count();
    for (i, n) in window::range(state.env.offset, rows.len(), height).enumerate() {
        let line = match rows.get(n) {
            Some(Row::Head(title)) => Line::from(dim(state, *title)),
            Some(Row::Key(key)) => {
                let selected = at == editor.at;
                at += 1;
                row(
                    state,
                    editor,
                    key,
                    selected,
                    focused,
                    names,
                    usize::from(area.width),
                )
            }
            None => continue,
        };
        buffer.set_line(area.x, area.y + i as u16, &line, area.width);
    }
    let role = if focused { Role::Accent } else { Role::Dim };
    let track = Rect::new(frame.x, frame.y, frame.width, height as u16 + 2);
    frame::scroll_bar(
        track,
        state.env.offset,
        rows.len(),
        height,
        style(state, role),
        buffer,
    );
    let below = Rect::new(
        area.x,
        area.y + height as u16,
        area.width,
        area.height - height as u16,
    );
    explain(state, editor, below, buffer);
}

fn row(
    state: &State,
    editor: &EnvEditor,
    key: &Key,
    selected: bool,
    focused: bool,
    names: usize,
    width: usize,
) -> Line<'static> {
    let bar = match (selected, focused) {
        (true, true) => Span::styled(theme::BAR, style(state, Role::Accent)),
        (true, false) => Span::styled(theme::BAR, style(state, Role::Dim)),
        (false, _) => Span::raw(" "),
    };
    let changed = match key.changed {
        true => Span::styled(theme::CHANGED, style(state, Role::Accent)),
        false => Span::raw(" "),
    };
    let role = match (key.present, selected && focused) {
        (false, _) => Role::Dim,
        (true, true) => Role::Strong,
        (true, false) => Role::Plain,
    };
    let mut spans = vec![
        bar,
        changed,
        Span::raw(" "),
        Span::styled(text::left(&key.name, names), style(state, role)),
        Span::raw("  "),
    ];
    let shown = selected && focused && state.env.revealed;
    // a value that is asked for gets all the room
    let remark = remark(state, editor, key).filter(|_| !shown);
    let room = width.saturating_sub(names + 5);
    let remark_width = remark.as_ref().map_or(0, |r| text::width(r) + 4);
    let value = editor.file.get(&key.name).unwrap_or_default();
    let (value, role) = match (key.present, key.secret && !shown) {
        (false, _) if key.changed => ("removed".to_owned(), Role::Dim),
        (false, _) => ("missing".to_owned(), Role::Dim),
        (true, true) => (MASK.to_owned(), Role::Dim),
        (true, false) if value.is_empty() => ("empty".to_owned(), Role::Dim),
        (true, false) => (text::printable(value), Role::Plain),
    };
    let least = text::width(&value).min(12);
    let cells = room.saturating_sub(remark_width).max(least).min(room);
    let value = text::cut(&value, cells);
    let used = text::width(&value);
    spans.push(Span::styled(value, style(state, role)));
    if let Some(remark) = remark {
        let room = room.saturating_sub(used + 4);
        if room > 0 {
            spans.push(Span::raw("  "));
            spans.push(Span::styled(theme::ATTENTION, style(state, Role::Warn)));
            spans.push(Span::raw(" "));
            spans.push(dim(state, text::cut(&remark, room)));
        }
    }
    Line::from(spans)
}

/// The most important thing to say about a key, in a few words.
fn remark(state: &State, editor: &EnvEditor, key: &Key) -> Option<String> {
    if editor.clashes.contains(&key.name) {
        return Some("changed outside too".into());
    }
    if let Some(other) = another(state, editor, key) {
        return Some(format!("opens {other}"));
    }
    let first = key.lints.first()?;
    Some(format!("{} {}", first.code(), in_short(*first)))
}

/// A remark in so few words that it fits beside the value; the pane's foot has all of it.
fn in_short(code: LintCode) -> &'static str {
    match code {
        LintCode::HashAmbiguous => "the # may cut the value",
        LintCode::DollarAmbiguous => "others expand the $",
        LintCode::CommandSubstitution => "a shell runs the $(",
        LintCode::EscapeAmbiguous => "backslash read differently",
        LintCode::NotSourceable => "a shell can't load it",
        LintCode::Duplicate => "set twice",
        LintCode::ByteOrderMark => "byte order mark",
        LintCode::TextAfterQuote => "text after the quote",
        LintCode::NoValue => "no =",
        LintCode::UnreadableLine => "ignored line",
        LintCode::Colon => "colon in place of =",
        LintCode::Backtick => "a shell runs the backticks",
        LintCode::SwallowedLine => "holds another line",
    }
}

fn another(state: &State, editor: &EnvEditor, key: &Key) -> Option<String> {
    let own = state.instances.find(state.env.of.as_ref()?.as_str())?;
    env_rows::opens_another(state, own, editor.file.get(&key.name)?)
}

/// Two lines at the bottom: what is to be said about the selected key, in full.
fn explain(state: &State, editor: &EnvEditor, area: Rect, buffer: &mut Buffer) {
    let mark = |role| Span::styled(format!("{} ", theme::ATTENTION), style(state, role));
    let (mark, said) = if let Some(error) = &editor.error {
        (mark(Role::Bad), error.line())
    } else if let Some(Row::Key(key)) = state.env.selected() {
        let own = state
            .env
            .of
            .as_ref()
            .map_or("this instance", |n| n.as_str());
        if let Some(theirs) = editor.clashes.get(&key.name) {
            (
                mark(Role::Warn),
                format!(
                    "{theirs} was changed in the file as well. Saving keeps the value that stands here; X lets all changes here go."
                ),
            )
        } else if let Some(other) = another(state, editor, &key) {
            (
                mark(Role::Warn),
                format!(
                    "This value belongs to the project of {other}. Whatever reads it works on {other}, not on {own}."
                ),
            )
        } else if let Some(lint) = key.lints.first() {
            (
                mark(Role::Warn),
                format!("{} {}", lint.code(), lint.explain()),
            )
        } else if editor.moved {
            (mark(Role::Warn), "The file was changed outside. Your unsaved changes stand on top of what it says now.".into())
        } else {
            return;
        }
    } else {
        return;
    };
    let lines = text::wrap(&said, usize::from(area.width).saturating_sub(2));
    // one line of air above, as far as there is room
    let top = usize::from(area.height).saturating_sub(lines.len().min(2));
    for (i, line) in lines
        .into_iter()
        .take(usize::from(area.height))
        .take(2)
        .enumerate()
    {
        let mark = if i == 0 {
            mark.clone()
        } else {
            Span::raw("  ")
        };
        let line = Line::from(vec![mark, Span::raw(line)]);
        buffer.set_line(area.x, area.y + (top + i) as u16, &line, area.width);
    }
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
