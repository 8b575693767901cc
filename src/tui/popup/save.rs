//! What a save would write, and what a paste would change.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::env::diff::DiffLine;
use crate::tui::state::env::paste::{Does, PasteView};
use crate::tui::state::popup::SaveView;
use crate::tui::theme::Role;
use crate::tui::widget::{frame, text};

const WIDTH: u16 = 84;

/// A line of the list: a sign, a name, and what there is to say.
struct Entry {
    sign: (&'static str, Role),
    name: String,
    detail: Vec<(String, Role)>,
}

pub fn draw(state: &State, view: &SaveView, buffer: &mut Buffer) {
    let entries: Vec<Entry> = view.lines.iter().map(entry).collect();
    let keys = view.lines.iter().filter(|line| is_key(line)).count();
    let texts = view.lines.len() - keys;
    let summary = match (keys, texts) {
        (0, 0) => "Only blank lines and line ends change.".to_owned(),
        (0, n) => format!("No value changes; {} around the keys.", counted(n, "line")),
        (n, 0) => format!("{}. Every other byte stays.", counted(n, "key")),
        (k, t) => format!("{} and {} of text.", counted(k, "key"), counted(t, "line")),
    };
    let title = format!("Save {} · .env", view.instance);
    let verbs = ("save", "not now");
    list(
        state,
        &title,
        &summary,
        &entries,
        view.scroll,
        verbs,
        buffer,
    );
}

pub fn paste(state: &State, view: &PasteView, buffer: &mut Buffer) {
    let entries: Vec<Entry> = view
        .lines
        .iter()
        .map(|line| {
            let (sign, role) = match line.does {
                Does::Adds => (("+", Role::Good), Role::Plain),
                Does::Changes => (("~", Role::Warn), Role::Plain),
                Does::Nothing => (("=", Role::Dim), Role::Dim),
                Does::Unread => (("✕", Role::Bad), Role::Dim),
            };
            Entry {
                sign,
                name: line.what.clone(),
                detail: vec![(line.detail.clone(), role)],
            }
        })
        .collect();
    let words = [
        (view.count(Does::Adds), "added"),
        (view.count(Does::Changes), "changed"),
        (view.count(Does::Nothing), "unchanged"),
        (view.count(Does::Unread), "unreadable, left out"),
    ];
    let mut summary: Vec<String> = words
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    if view.comments > 0 {
        summary.push(format!("{} not taken", counted(view.comments, "comment")));
    }
    let summary = summary.join(" · ");
    let verbs = ("take all", "not now");
    list(
        state,
        "Paste",
        &summary,
        &entries,
        view.scroll,
        verbs,
        buffer,
    );
}

fn counted(n: usize, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

fn is_key(line: &DiffLine) -> bool {
    !matches!(line, DiffLine::TextAdded(_) | DiffLine::TextRemoved(_))
}

fn entry(line: &DiffLine) -> Entry {
    let plain = |text: &str| vec![(text.to_owned(), Role::Plain)];
    let dim = |text: &str| vec![(text.to_owned(), Role::Dim)];
    let (sign, name, detail) = match line {
        DiffLine::Added { key, new } => (("+", Role::Good), key.clone(), plain(new)),
        DiffLine::Removed { key, old } => (("−", Role::Bad), key.clone(), dim(old)),
        DiffLine::Changed {
            key,
            values: Some((old, new)),
        } => {
            let detail = vec![
                (old.clone(), Role::Dim),
                (" → ".to_owned(), Role::Dim),
                (new.clone(), Role::Plain),
            ];
            (("~", Role::Warn), key.clone(), detail)
        }
        DiffLine::Changed { key, values: None } => {
            (("~", Role::Warn), key.clone(), dim("another secret"))
        }
        DiffLine::Rewritten { key } => {
            let detail = dim("the same value, written in another form");
            (("≈", Role::Dim), key.clone(), detail)
        }
        DiffLine::TextAdded(text) => (("+", Role::Good), String::new(), plain(text)),
        DiffLine::TextRemoved(text) => (("−", Role::Bad), String::new(), dim(text)),
    };
    Entry { sign, name, detail }
}

fn list(
    state: &State,
    title: &str,
    summary: &str,
    entries: &[Entry],
    scroll: usize,
    (yes, no): (&str, &str),
    buffer: &mut Buffer,
) {
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let cells = usize::from(width);
    let head = text::wrap(summary, cells);
    let least = head.len() + entries.len() + 3;
    let area = layout::centred(state.size, width, u16::try_from(least).unwrap_or(u16::MAX));
    let inner = super::open(state, title, Role::Accent, area, buffer);
    for (i, line) in head.iter().enumerate() {
        let line = Line::from(pane::dim(state, line.clone()));
        let y = inner.y + i as u16;
        if y < inner.bottom() {
            buffer.set_line(inner.x, y, &line, inner.width);
        }
    }
    let top = inner.y + head.len() as u16 + 1;
    let height = usize::from(inner.bottom().saturating_sub(top)).saturating_sub(2);
    let names = entries.iter().map(|e| text::width(&e.name)).max();
    let names = names.unwrap_or(0).min(cells * 9 / 20);
    let scroll = scroll.min(entries.len().saturating_sub(height));
    for (i, entry) in entries.iter().skip(scroll).take(height).enumerate() {
        let (sign, role) = entry.sign;
        let mut spans = vec![Span::styled(sign, state.theme.style(role)), Span::raw(" ")];
        let mut room = cells.saturating_sub(2);
        if !entry.name.is_empty() {
            spans.push(Span::raw(text::left(&entry.name, names)));
            spans.push(Span::raw("  "));
            room = room.saturating_sub(names + 2);
        }
        let parts = entry.detail.len();
        for (n, (words, role)) in entry.detail.iter().enumerate() {
            // two values share the room
            let most = match n {
                0 if parts > 1 => room.saturating_sub(3) / 2,
                _ => room,
            };
            let words = text::cut(words, most);
            room = room.saturating_sub(text::width(&words));
            spans.push(Span::styled(words, state.theme.style(*role)));
        }
        buffer.set_line(inner.x, top + i as u16, &Line::from(spans), inner.width);
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, scroll, entries.len(), height, bar, buffer);
    super::buttons(
        state,
        &[("Enter", yes, true), ("Esc", no, true)],
        inner,
        buffer,
    );
}
