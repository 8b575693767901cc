//! A few fields to fill in, with what is known of a key below them.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::form::{Field, Form, Value};
use crate::tui::theme::{self, Role};
use crate::tui::widget::{area, field, spinner, text};

use super::about;

const WIDTH: u16 = 68;
/// Rows that aren't the fields': the frame, the keys with a line above them, a row above and below.
const FRAME: u16 = 6;
/// Lines of a value that are shown at once.
const LINES: usize = 8;

pub fn draw(state: &State, form: &Form, buffer: &mut Buffer) {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let visible = form.visible();
    let labels = form.fields.iter().map(|f| text::width(f.label)).max();
    let column = labels.unwrap_or(0) + 2;
    let room = usize::from(width).saturating_sub(column + 2);
    let wrong = |n: usize| form.error.as_ref().filter(|(at, _)| *at == n);
    let mut blocks = Vec::new();
    let mut current = 0;
    for n in visible {
        let mut lines = Vec::new();
        if n == form.at {
            current = blocks.len();
        }
        let Some(found) = form.fields.get(n) else {
            continue;
        };
        let here = n == form.at && !form.busy;
        let bar = match here {
            true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
            false => Span::raw(" "),
        };
        let role = if here { Role::Strong } else { Role::Dim };
        let label = Span::styled(text::left(found.label, column), state.theme.style(role));
        let mut first = true;
        for line in value(state, found, here, room) {
            let mut spans = match first {
                true => vec![bar.clone(), Span::raw(" "), label.clone()],
                false => vec![Span::raw(" ".repeat(column + 2))],
            };
            spans.extend(line.spans);
            lines.push(Line::from(spans));
            first = false;
        }
        if let Some((_, notice)) = wrong(n) {
            for (i, piece) in text::wrap(&notice.line(), room.saturating_sub(2))
                .into_iter()
                .enumerate()
            {
                let mark = if i == 0 { theme::FAILED } else { " " };
                lines.push(Line::from(vec![
                    Span::raw(" ".repeat(column + 2)),
                    Span::styled(mark, state.theme.style(Role::Bad)),
                    Span::raw(format!(" {piece}")),
                ]));
            }
        }
        let typed = about::problem(state, form, n).filter(|_| wrong(n).is_none());
        for (i, piece) in text::wrap(&typed.unwrap_or_default(), room.saturating_sub(2))
            .into_iter()
            .enumerate()
        {
            let mark = if i == 0 { theme::ATTENTION } else { " " };
            lines.push(Line::from(vec![
                Span::raw(" ".repeat(column + 2)),
                Span::styled(mark, state.theme.style(Role::Warn)),
                Span::raw(" "),
                pane::dim(state, piece),
            ]));
        }
        blocks.push(lines);
    }
    let most = usize::from(state.size.1.saturating_sub(FRAME));
    let mut lines = fit(blocks, current, most);
    let room_below = most.saturating_sub(lines.len() + 1);
    let about = about::lines(state, form, usize::from(width), room_below);
    if !about.is_empty() {
        lines.push(Line::default());
        lines.extend(about);
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, height);
    let inner = super::open(state, &form.title, Role::Accent, area, buffer);
    pane::put_lines(lines.into_iter(), 0, inner, buffer);
    if form.busy {
        let glyph = spinner::glyph(state.now.as_millisecond());
        let line = Line::from(vec![
            Span::styled(glyph, state.theme.style(Role::Accent)),
            Span::raw(" One moment"),
        ]);
        buffer.set_line(
            inner.x,
            inner.bottom().saturating_sub(1),
            &line,
            inner.width,
        );
        return;
    }
    let secret = matches!(
        form.fields.get(form.at).map(|f| &f.value),
        Some(Value::Text { secret: true, .. })
    );
    let mut keys = vec![("Enter", form.verb, true), ("Esc", "not now", true)];
    if secret {
        keys.insert(0, ("Ctrl-R", "show", true));
    }
    let lines = form.fields.get(form.at).is_some_and(|field| field.lines);
    if lines && width >= 60 {
        keys.insert(0, ("Alt-Enter", "new line", true));
    }
    super::buttons(state, &keys, inner, buffer);
}

/// The fields under each other, with a line of air between them where there is room; where there is
/// none even without, those around the current one.
fn fit(blocks: Vec<Vec<Line<'static>>>, current: usize, most: usize) -> Vec<Line<'static>> {
    let tight: usize = blocks.iter().map(Vec::len).sum();
    let air = tight + blocks.len() <= most + 1;
    let mut lines = Vec::new();
    let mut end = 0;
    for (n, block) in blocks.into_iter().enumerate() {
        if n > 0 && air {
            lines.push(Line::default());
        }
        lines.extend(block);
        if n == current {
            end = lines.len();
        }
    }
    let above = end.saturating_sub(most);
    lines.into_iter().skip(above).take(most).collect()
}

/// A field's value; a choice names what the chosen word means, on a line of its own.
fn value(state: &State, found: &Field, here: bool, room: usize) -> Vec<Line<'static>> {
    match &found.value {
        Value::Text {
            input,
            placeholder,
            secret,
            revealed,
        } => {
            let cursor = here.then(|| input.cursor());
            let look = super::field_look(state);
            let mask = *secret && !*revealed;
            if found.lines && input.value().contains('\n') {
                return area::lines(input.value(), cursor, room, LINES, mask, look);
            }
            let line = field::line(input.value(), cursor, placeholder, room, mask, look);
            vec![line]
        }
        Value::Choice { options, at } => {
            let mut spans = Vec::new();
            let many = options.len() > 4;
            for (i, (word, _)) in options.iter().enumerate() {
                if many && i != *at {
                    continue;
                }
                if !spans.is_empty() {
                    spans.push(Span::raw("   "));
                }
                let chosen = i == *at;
                let (mark, role) = match (chosen, here) {
                    (true, true) => ("● ", Role::Accent),
                    (true, false) => ("● ", Role::Plain),
                    (false, _) => ("○ ", Role::Dim),
                };
                spans.push(Span::styled(mark, state.theme.style(role)));
                let role = if chosen { Role::Plain } else { Role::Dim };
                spans.push(Span::styled(word.clone(), state.theme.style(role)));
            }
            if many {
                spans.push(pane::dim(
                    state,
                    format!("   ← → {} of {}", at + 1, options.len()),
                ));
            }
            let mut lines = vec![Line::from(spans)];
            let explained = options.get(*at).map_or("", |(_, what)| what.as_str());
            if !explained.is_empty() {
                lines.push(Line::from(pane::dim(state, text::cut(explained, room))));
            }
            lines
        }
    }
}
