//! Findings, one line each, and the selected one explained.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::isolation::{Finding, Severity};
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::isolation::IsolationList;
use crate::tui::state::notice::Load;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{frame, spinner, text, window};

const WIDTH: u16 = 104;
/// Cells of the label before each line of the explanation.
const LABEL: usize = 7;
/// Places that are named.
const PLACES: usize = 4;
/// Where the screen has fewer rows, one place is.
const LOW: u16 = 20;

pub fn draw(state: &State, list: &IsolationList, buffer: &mut Buffer) {
    let found = state.isolation.of(list.only.as_ref());
    let width = WIDTH.min(state.size.0.saturating_sub(6));
    let cells = usize::from(width);
    let explained = match found.get(list.selected) {
        Some(finding) => explanation(state, finding, cells),
        None => nothing(state, list, cells),
    };
    let said = said(state, list, cells);
    // below the rows: a blank, the explanation, what was said, a blank, the keys
    let fixed = said.len() + 3;
    let room = usize::from(state.size.1).saturating_sub(4 + fixed);
    let rows = found
        .len()
        .min(room.saturating_sub(explained.len()).max(room.min(3)));
    let wanted = u16::try_from(rows + explained.len() + fixed).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width, wanted);
    let title = match &list.only {
        Some(name) => format!("Isolation of {name} · {}", counted(found.len())),
        None => format!("Isolation of all instances · {}", counted(found.len())),
    };
    let inner = super::open(state, &title, Role::Accent, area, buffer);
    let offset = window::offset(0, list.selected, found.len(), rows);
    for (i, n) in window::range(offset, found.len(), rows).enumerate() {
        let Some(finding) = found.get(n) else {
            continue;
        };
        let line = row(state, list, finding, n == list.selected, cells);
        buffer.set_line(inner.x, inner.y + i as u16, &line, inner.width);
    }
    let bar = state.theme.style(Role::Accent);
    frame::scroll_bar(area, offset, found.len(), rows, bar, buffer);
    let gap = usize::from(rows > 0);
    let top = inner.y + (rows + gap) as u16;
    let bottom = inner.bottom().saturating_sub((said.len() + 2) as u16);
    let part = Rect {
        y: top,
        height: bottom.saturating_sub(top),
        ..inner
    };
    let last = explained.len().saturating_sub(usize::from(part.height));
    pane::put_lines(explained.into_iter(), list.scroll.min(last), part, buffer);
    let below = Rect {
        y: bottom,
        height: said.len() as u16,
        ..inner
    };
    pane::put_lines(said.into_iter(), 0, below, buffer);
    let can = found.get(list.selected).is_some_and(|f| f.fix.is_some()) && list.mending.is_none();
    let other = if list.only.is_some() {
        "all"
    } else {
        "this one"
    };
    let keys = [
        ("Enter", "mend", can),
        ("a", other, list.instance.is_some()),
        ("r", "look again", true),
        ("Esc", "close", true),
    ];
    super::buttons(state, &keys, inner, buffer);
}

pub fn counted(n: usize) -> String {
    match n {
        0 => "nothing".into(),
        1 => "1 finding".into(),
        n => format!("{n} findings"),
    }
}

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Bad,
        Severity::Warning => Role::Warn,
        Severity::Note => Role::Dim,
    }
}

fn row(
    state: &State,
    list: &IsolationList,
    finding: &Finding,
    selected: bool,
    cells: usize,
) -> Line<'static> {
    let bar = match selected {
        true => Span::styled(theme::BAR, state.theme.style(Role::Accent)),
        false => Span::raw(" "),
    };
    let mending = list.mending.as_ref() == Some(finding);
    let style = state.theme.style(role(finding.severity));
    let (mark, word) = match mending {
        true => (spinner::glyph(state.now.as_millisecond()), "mending"),
        false => (finding.severity.glyph(), finding.severity.word()),
    };
    let strong = if selected { Role::Strong } else { Role::Plain };
    // the severity's word goes first where there is little room, the name never
    let word = if cells >= 64 {
        text::left(word, 8)
    } else {
        String::new()
    };
    let name = text::left(
        finding.instance().unwrap_or("workspace"),
        (cells / 6).clamp(10, 18),
    );
    let used = 3 + text::width(&word) + 5 + text::width(&name) + 1;
    Line::from(vec![
        bar,
        Span::styled(mark, style),
        Span::raw(" "),
        Span::styled(word, style),
        pane::dim(state, text::left(finding.code, 5)),
        Span::styled(name, state.theme.style(strong)),
        Span::raw(" "),
        Span::raw(text::cut(&finding.what, cells.saturating_sub(used))),
    ])
}

/// What, where, why, and what to do.
fn explanation(state: &State, finding: &Finding, cells: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = text::wrap(&finding.what, cells)
        .into_iter()
        .map(|line| Line::from(Span::styled(line, state.theme.style(Role::Strong))))
        .collect();
    let most = if state.size.1 < LOW { 1 } else { PLACES };
    let shown = finding.places.iter().take(most);
    let mut places: Vec<String> = shown.map(ToString::to_string).collect();
    match (finding.places.len().saturating_sub(most), places.last_mut()) {
        (0, _) | (_, None) => {}
        (more, Some(last)) => last.push_str(&format!(" and {more} more")),
    }
    for (n, place) in places.iter().enumerate() {
        labelled(
            state,
            if n == 0 { "Where" } else { "" },
            place,
            cells,
            &mut lines,
        );
    }
    labelled(state, "Why", finding.why, cells, &mut lines);
    labelled(state, "Fix", &finding.remedy, cells, &mut lines);
    lines
}

fn labelled(state: &State, label: &str, words: &str, cells: usize, lines: &mut Vec<Line<'static>>) {
    let wrapped = text::wrap(words, cells.saturating_sub(LABEL).max(8));
    for (n, line) in wrapped.into_iter().enumerate() {
        let label = text::left(if n == 0 { label } else { "" }, LABEL);
        lines.push(Line::from(vec![pane::dim(state, label), Span::raw(line)]));
    }
}

fn nothing(state: &State, list: &IsolationList, cells: usize) -> Vec<Line<'static>> {
    let words = match &state.isolation.found {
        Load::Nothing | Load::Loading => "Looking at every instance's files.".to_owned(),
        Load::Failed(notice) => notice.line(),
        Load::Ready(_) => match &list.only {
            Some(name) => format!("{name} shares nothing that its strategy doesn't allow. a shows what concerns the others."),
            None => "No instance shares what its strategy doesn't allow, and no secret lies where it doesn't belong.".into(),
        },
    };
    let wrapped = text::wrap(&words, cells).into_iter();
    wrapped
        .map(|line| Line::from(pane::dim(state, line)))
        .collect()
}

/// How the last change ended.
fn said(state: &State, list: &IsolationList, cells: usize) -> Vec<Line<'static>> {
    let (mark, role, words) = match &list.said {
        None => return Vec::new(),
        Some(Ok(words)) => (theme::READY, Role::Good, words.clone()),
        Some(Err(notice)) => (theme::FAILED, Role::Bad, notice.line()),
    };
    let wrapped = text::wrap(&words, cells.saturating_sub(2)).into_iter();
    wrapped
        .enumerate()
        .map(|(n, line)| {
            let mark = if n == 0 { mark } else { " " };
            Line::from(vec![
                Span::styled(mark, state.theme.style(role)),
                Span::raw(format!(" {line}")),
            ])
        })
        .collect()
}
