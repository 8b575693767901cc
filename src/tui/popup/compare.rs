//! Two environments side by side: key, here, there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::secret::MASK;
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::env::compare::{CompareView, Differs, Side, Source};
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, text, window};

pub fn draw(state: &State, view: &CompareView, buffer: &mut Buffer) {
    match &view.other {
        None => sources(state, view, buffer),
        Some((source, file)) => table(state, view, source, file, buffer),
    }
}

/// What there is to compare with.
fn sources(state: &State, view: &CompareView, buffer: &mut Buffer) {
    let width = 60.min(state.size.0.saturating_sub(6));
    let most = state.size.1.saturating_sub(10).max(1);
    let rows = u16::try_from(view.sources.len())
        .unwrap_or(u16::MAX)
        .min(most);
    let area = layout::centred(state.size, width, rows + 4);
    let title = format!("Compare {} with", view.of);
    let inner = super::open(state, &title, Role::Accent, area, buffer);
    let height = usize::from(inner.height).saturating_sub(2);
    for (i, n) in window::range(view.offset, view.sources.len(), height).enumerate() {
        let Some(source) = view.sources.get(n) else {
            continue;
        };
        let selected = n == view.at;
        let bar = match selected {
            true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
            false => Span::raw(" "),
        };
        let role = if selected { Role::Strong } else { Role::Plain };
        let (name, what) = match source {
            Source::Instance(name) => {
                let row = state.instances.find(name.as_str());
                let purpose = row.map(|row| row.purpose.clone());
                (name.to_string(), purpose.unwrap_or_default())
            }
            Source::Template => (
                "template".to_owned(),
                "its .env.example, or what new instances start from".to_owned(),
            ),
        };
        let room = usize::from(inner.width).saturating_sub(24);
        let line = Line::from(vec![
            bar,
            Span::raw(" "),
            Span::styled(text::left(&name, 20), state.theme.style(role)),
            Span::raw("  "),
            pane::dim(state, text::cut(&what, room)),
        ]);
        buffer.set_line(inner.x, inner.y + i as u16, &line, inner.width);
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, view.offset, view.sources.len(), height, bar, buffer);
    let keys = [("Enter", "compare", true), ("Esc", "not now", true)];
    super::buttons(state, &keys, inner, buffer);
}

fn table(
    state: &State,
    view: &CompareView,
    source: &Source,
    file: &Load<crate::domain::env_file::EnvFile>,
    buffer: &mut Buffer,
) {
    let width = state.size.0.saturating_sub(6).min(150);
    // the head, the rows, a blank, the foot's two lines, the keys
    let wanted = u16::try_from(view.len().max(3) + 5).unwrap_or(u16::MAX);
    let wanted = wanted.min(state.size.1.saturating_sub(4));
    let area = layout::centred(state.size, width, wanted);
    let title = format!("{} beside {}", view.of, source.title());
    let inner = super::open(state, &title, Role::Accent, area, buffer);
    let there = match file {
        Load::Ready(there) => there,
        Load::Failed(notice) => {
            for (i, line) in text::wrap(&notice.line(), usize::from(width))
                .iter()
                .enumerate()
            {
                let y = inner.y + i as u16;
                if y < inner.bottom() {
                    buffer.set_line(inner.x, y, &Line::from(line.clone()), inner.width);
                }
            }
            return super::buttons(state, &[("Esc", "back", true)], inner, buffer);
        }
        Load::Nothing | Load::Loading => return,
    };
    let cells = usize::from(inner.width);
    let names = view.shown().map(|side| text::width(&side.key)).max();
    let names = names.unwrap_or(0).clamp(8, (cells * 2 / 5).max(8));
    let side = cells.saturating_sub(names + 6) / 2;
    let head = format!(
        "    {}{}{}",
        text::left("Key", names + 2),
        text::left(view.of.as_str(), side),
        text::left(&source.title(), side)
    );
    let head = Line::from(pane::dim(state, head));
    buffer.set_line(inner.x, inner.y, &head, inner.width);
    let height = usize::from(inner.height).saturating_sub(5);
    let columns = Columns { names, side };
    let rows = view.shown().enumerate().skip(view.offset).take(height);
    for (i, (n, pair)) in rows.enumerate() {
        let line = row(state, view, there, pair, n == view.at, &columns);
        buffer.set_line(inner.x, inner.y + 1 + i as u16, &line, inner.width);
    }
    if view.is_empty() {
        let line = "Every key is the same on both sides.";
        let area = Rect::new(inner.x, inner.y + 1, inner.width, inner.height);
        pane::empty(state, &[line], area, buffer);
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, view.offset, view.len(), height, bar, buffer);
    foot(state, view, inner, buffer);
    let fold = if view.folded { "equal ones" } else { "fold" };
    let keys = [
        ("Enter", "take theirs", true),
        ("a", "add empty", true),
        ("f", fold, true),
        ("Esc", "back", true),
    ];
    super::buttons(state, &keys, inner, buffer);
}

struct Columns {
    names: usize,
    side: usize,
}

fn row(
    state: &State,
    view: &CompareView,
    there: &crate::domain::env_file::EnvFile,
    pair: &Side,
    selected: bool,
    columns: &Columns,
) -> Line<'static> {
    let editor = state.env.editor.ready();
    let here = editor.and_then(|editor| editor.file.get(&pair.key));
    let other = there.get(&pair.key);
    let bar = match selected {
        true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
        false => Span::raw(" "),
    };
    let (sign, role) = match pair.differs {
        Differs::No => ("=", Role::Dim),
        Differs::Value if pair.own => ("≠", Role::Dim),
        Differs::Value => ("≠", Role::Warn),
        Differs::OnlyHere => ("+", Role::Good),
        Differs::OnlyThere => ("−", Role::Bad),
    };
    let strong = if selected { Role::Strong } else { Role::Plain };
    let mut spans = vec![
        bar,
        Span::raw(" "),
        Span::styled(sign, state.theme.style(role)),
        Span::raw(" "),
        Span::styled(
            text::left(&pair.key, columns.names),
            state.theme.style(strong),
        ),
        Span::raw("  "),
    ];
    for value in [here, other] {
        let (words, role) = match value {
            None => ("missing".to_owned(), Role::Dim),
            Some("") => ("empty".to_owned(), Role::Dim),
            Some(_) if pair.secret && !(selected && view.revealed) => (masked(pair), Role::Dim),
            Some(value) => (text::printable(value), Role::Plain),
        };
        let cells = columns.side.saturating_sub(2);
        spans.push(Span::styled(
            text::left(&words, cells),
            state.theme.style(role),
        ));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

fn masked(pair: &Side) -> String {
    match pair.differs {
        // short enough for half of a narrow screen
        Differs::No => "•••••• equal".to_owned(),
        Differs::Value => "•••••• different".to_owned(),
        Differs::OnlyHere | Differs::OnlyThere => MASK.to_owned(),
    }
}

/// Two lines above the keys: a warning, what the selected pair is, or how much is folded.
fn foot(state: &State, view: &CompareView, inner: Rect, buffer: &mut Buffer) {
    let equal = view.equal();
    let (mark, words) = if let Some(warning) = &view.warning {
        (
            Span::styled(
                format!("{} ", theme::ATTENTION),
                state.theme.style(Role::Warn),
            ),
            warning.clone(),
        )
    } else {
        let folded = match (equal, view.folded) {
            (0, _) => "No key is equal.".to_owned(),
            (1, true) => "1 key is equal: f shows it.".to_owned(),
            (n, true) => format!("{n} keys are equal: f shows them."),
            (n, false) => format!("{n} of {} keys are equal.", view.sides.len()),
        };
        let own = view.selected().is_some_and(|side| side.own);
        let own = match own {
            true => " Each instance has its own of the selected one.",
            false => "",
        };
        (Span::raw(""), format!("{folded}{own}"))
    };
    let room = usize::from(inner.width).saturating_sub(mark.width());
    let y = inner.bottom().saturating_sub(3);
    for (i, piece) in text::wrap(&words, room).into_iter().take(2).enumerate() {
        let first = match i {
            0 => mark.clone(),
            _ => Span::raw(" ".repeat(mark.width())),
        };
        let line = match view.warning {
            Some(_) => Line::from(vec![first, Span::raw(piece)]),
            None => Line::from(vec![first, pane::dim(state, piece)]),
        };
        buffer.set_line(inner.x, y + i as u16, &line, inner.width);
    }
}
