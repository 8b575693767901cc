//! The list of instances. Only the rows on the screen are ever made.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::human;
use crate::domain::instance::{InstanceState, InstanceView};
use crate::tui::state::{Focus, State};
use crate::tui::theme::{self, Role};
use crate::tui::widget::columns::{self, Column};
use crate::tui::widget::{field, frame, text, window};

use super::{dim, glyph, style, title};

/// Name, state, strategy, database, idle.
const COLUMNS: [Column; 5] = [
    column(9, 40, 0),
    column(14, 14, 1),
    column(8, 8, 4),
    column(6, 6, 2),
    column(4, 4, 3),
];
const GAP: usize = 2;
/// Selection bar, current marker and a blank.
const MARKS: usize = 3;

const fn column(min: usize, max: usize, drop: u8) -> Column {
    Column { min, max, drop }
}

/// Rows of instances in a pane of so many lines: the filter and the heads take two.
pub fn rows_in(height: usize) -> usize {
    height.saturating_sub(2)
}

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let list = &state.instances;
    let focused = state.focus == Focus::List;
    let count = match (list.loaded, list.filtered()) {
        (false, _) => String::new(),
        (true, false) => list.rows.len().to_string(),
        (true, true) => format!("{} of {}", list.shown.len(), list.rows.len()),
    };
    let inner = super::frame(state, focused)
        .title(title(state, "Instances", focused))
        .right(dim(state, count))
        .draw(area, buffer);
    if inner.height == 0 || inner.width == 0 {
        return;
    }
    if let Some(notice) = list.error.as_ref().filter(|_| list.rows.is_empty()) {
        let hint = notice.hint.clone().unwrap_or_default();
        super::empty(state, &[&notice.message, "", &hint], inner, buffer);
        return;
    }
    if !list.loaded {
        return;
    }
    if list.rows.is_empty() {
        let lines = [
            "No instances yet.",
            "",
            "An instance is one isolated copy of the codebase's world: its own environment, configuration and database.",
            "",
            "n creates one.",
        ];
        super::empty(state, &lines, inner, buffer);
        return;
    }
    filter(state, focused, inner, buffer);
    let rows = Rect::new(
        inner.x,
        inner.y + 2,
        inner.width,
        inner.height.saturating_sub(2),
    );
    let widths = columns::fit(
        &COLUMNS,
        usize::from(inner.width).saturating_sub(MARKS),
        GAP,
    );
    if inner.height > 1 {
        let heads = Rect::new(inner.x, inner.y + 1, inner.width, 1);
        buffer.set_line(heads.x, heads.y, &head(state, &widths), heads.width);
    }
    if list.shown.is_empty() {
        let lines = ["No instance matches.", "", "Esc shows all of them again."];
        super::empty(state, &lines, rows, buffer);
        return;
    }
    let height = usize::from(rows.height);
    let visible = window::range(list.offset, list.shown.len(), height);
    for (i, position) in visible.enumerate() {
        let Some(instance) = list.shown.get(position).and_then(|r| list.rows.get(*r)) else {
            continue;
        };
        let line = row(state, instance, position == list.selected, focused, &widths);
        buffer.set_line(rows.x, rows.y + i as u16, &line, rows.width);
    }
    frame::scroll_bar(
        area,
        list.offset,
        list.shown.len(),
        height,
        style(state, if focused { Role::Accent } else { Role::Dim }),
        buffer,
    );
}

fn filter(state: &State, focused: bool, area: Rect, buffer: &mut Buffer) {
    let list = &state.instances;
    let typing = list.typing && focused;
    let role = if typing { Role::Accent } else { Role::Dim };
    buffer.set_span(
        area.x,
        area.y,
        &Span::styled("/", style(state, role)),
        area.width,
    );
    let look = super::super::popup::field_look(state);
    let cursor = typing.then(|| list.filter.cursor());
    let cells = usize::from(area.width).saturating_sub(2);
    let hint = if typing { "name or label" } else { "" };
    let line = field::line(list.filter.value(), cursor, hint, cells, false, look);
    buffer.set_line(area.x + 2, area.y, &line, area.width.saturating_sub(2));
}

fn head(state: &State, widths: &[Option<usize>]) -> Line<'static> {
    let words = ["Name", "State", "Strategy", "DB", "Idle"];
    let mut line = " ".repeat(MARKS);
    for (i, (word, width)) in words.iter().zip(widths).enumerate() {
        let Some(width) = width else { continue };
        if i > 0 {
            line.push_str(&" ".repeat(GAP));
        }
        line.push_str(&match i {
            3 | 4 => text::right(word, *width),
            _ => text::left(word, *width),
        });
    }
    Line::from(dim(state, line))
}

fn row(
    state: &State,
    instance: &InstanceView,
    selected: bool,
    focused: bool,
    widths: &[Option<usize>],
) -> Line<'static> {
    let width = |n: usize| widths.get(n).copied().flatten();
    let bar = match (selected, focused) {
        (true, true) => Span::styled(theme::BAR, style(state, Role::Accent)),
        (true, false) => Span::styled(theme::BAR, style(state, Role::Dim)),
        (false, _) => Span::raw(" "),
    };
    let current = match instance.current {
        true => Span::styled(theme::CURRENT, style(state, Role::Accent)),
        false => Span::raw(" "),
    };
    let mut spans = vec![bar, current, Span::raw(" ")];
    spans.extend(name(state, instance, selected, width(0).unwrap_or(0)));
    if let Some(cells) = width(1) {
        spans.push(Span::raw(" ".repeat(GAP)));
        spans.extend(state_cell(state, instance, cells));
    }
    if let Some(cells) = width(2) {
        spans.push(Span::raw(" ".repeat(GAP)));
        spans.push(dim(state, text::left(instance.strategy.word(), cells)));
    }
    if let Some(cells) = width(3) {
        let size = instance
            .database_bytes
            .map_or_else(|| "–".into(), human::bytes);
        spans.push(Span::raw(" ".repeat(GAP)));
        let role = match instance.database_bytes {
            Some(_) => Role::Plain,
            None => Role::Dim,
        };
        spans.push(Span::styled(text::right(&size, cells), style(state, role)));
    }
    if let Some(cells) = width(4) {
        let idle = match (instance.state, instance.last_activity) {
            (InstanceState::Working, _) | (_, None) => "–".to_owned(),
            (_, Some(at)) => human::ago(at, state.now),
        };
        spans.push(Span::raw(" ".repeat(GAP)));
        spans.push(dim(state, text::right(&idle, cells)));
    }
    Line::from(spans)
}

/// The name with what the filter found in it, and `⊘` behind a protected one.
fn name(
    state: &State,
    instance: &InstanceView,
    selected: bool,
    cells: usize,
) -> Vec<Span<'static>> {
    let base = match (selected, instance.current) {
        (_, true) => state.theme.style(Role::Accent),
        _ => Style::new(),
    };
    let base = match selected {
        true => base.patch(state.theme.style(Role::Strong)),
        false => base,
    };
    let mark = if instance.protected { 2 } else { 0 };
    let shown = text::cut(instance.name.as_str(), cells.saturating_sub(mark));
    let hits = state.instances.hits(instance.name.as_str());
    let mut used = text::width(&shown);
    let mut spans: Vec<Span<'static>> = match hits.is_empty() {
        true => vec![Span::styled(shown, base)],
        false => shown
            .chars()
            .enumerate()
            .map(|(i, c)| {
                let style = match hits.contains(&i) {
                    true => base.patch(state.theme.bold(Role::Accent)).underlined(),
                    false => base,
                };
                Span::styled(c.to_string(), style)
            })
            .collect(),
    };
    if instance.protected && cells > used + 1 {
        spans.push(dim(state, format!(" {}", theme::PROTECTED)));
        used += 2;
    }
    spans.push(Span::raw(" ".repeat(cells.saturating_sub(used))));
    spans
}

/// Glyph and word; while a job works on it, what the job does and how far it is.
fn state_cell(state: &State, instance: &InstanceView, cells: usize) -> Vec<Span<'static>> {
    let job = instance
        .job
        .and_then(|id| state.jobs.find(id))
        .filter(|j| j.state.is_active());
    let (mark, word) = match job {
        Some(job) => (
            theme::job(job.state),
            format!("{} {} %", job.kind.working(), job.per_mille / 10),
        ),
        None => (
            theme::instance(instance.state),
            match (instance.state, &instance.note) {
                (InstanceState::Working, Some(note)) => note.clone(),
                (InstanceState::Attention, _) => "attention".into(),
                (other, _) => other.word().into(),
            },
        ),
    };
    let role = match mark.role {
        Role::Dim => Role::Dim,
        _ => Role::Plain,
    };
    vec![
        glyph(state, mark),
        Span::raw(" "),
        Span::styled(
            text::left(&word, cells.saturating_sub(2)),
            style(state, role),
        ),
    ]
}
