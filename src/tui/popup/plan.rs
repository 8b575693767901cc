//! What will be done, before it is done.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::name;
use crate::domain::plan::Weight;
use crate::tui::layout;
use crate::tui::pane;
use crate::tui::state::State;
use crate::tui::state::popup::PlanPopup;
use crate::tui::theme::{self, Role};
use crate::tui::widget::{field, frame, spinner, text};

const WIDTH: u16 = 84;

pub fn draw(state: &State, popup: &PlanPopup, buffer: &mut Buffer) {
    let role = if popup.plan.destructive {
        Role::Warn
    } else {
        Role::Accent
    };
    let width = usize::from(WIDTH.min(state.size.0.saturating_sub(6)));
    let lines = body(state, popup, width);
    // below the lines: a blank, the name to type with a blank, a message, the keys
    let below =
        2 + if popup.wanted().is_some() { 2 } else { 0 } + usize::from(popup.error.is_some());
    let wanted = u16::try_from(lines.len() + below).unwrap_or(u16::MAX);
    let area = layout::centred(state.size, width as u16, wanted);
    let inner = super::open(state, &popup.plan.title, role, area, buffer);
    let height = usize::from(inner.height).saturating_sub(below);
    let top = popup.scroll.min(lines.len().saturating_sub(height));
    let len = lines.len();
    let part = Rect::new(inner.x, inner.y, inner.width, height as u16);
    pane::put_lines(lines.into_iter(), top, part, buffer);
    let track = Rect::new(area.x, area.y, area.width, height as u16 + 2);
    frame::scroll_bar(track, top, len, height, state.theme.style(role), buffer);
    let mut y = inner.y + height as u16 + 1;
    if let Some(wanted) = popup.wanted() {
        let label = format!("Type {wanted} to {} it  ", popup.plan.verb);
        buffer.set_span(inner.x, y, &pane::dim(state, label.as_str()), inner.width);
        let x = inner.x + text::width(&label) as u16;
        // as long as a name can be, underlined, so that one sees where to type
        let cells = inner
            .right()
            .saturating_sub(x)
            .min(name::MAX_LEN as u16 + 1);
        let look = super::field_look(state);
        let cursor = popup.starting.is_none().then(|| popup.typed.cursor());
        let line = field::line(
            popup.typed.value(),
            cursor,
            "",
            usize::from(cells),
            false,
            look,
        );
        let place = Rect::new(x, y, cells, 1).intersection(buffer.area);
        buffer.set_line(x, y, &line, cells);
        buffer.set_style(place, Style::new().underlined());
        y += 2;
    }
    if let Some(notice) = &popup.error {
        let line = Line::from(vec![
            Span::styled(theme::FAILED, state.theme.style(Role::Bad)),
            Span::raw(format!(
                " {}",
                text::cut(&notice.line(), width.saturating_sub(2))
            )),
        ]);
        buffer.set_line(inner.x, y, &line, inner.width);
    }
    if popup.starting.is_some() {
        let glyph = spinner::glyph(state.now.as_millisecond());
        let line = Line::from(vec![
            Span::styled(glyph, state.theme.style(Role::Accent)),
            Span::raw(" Starting"),
        ]);
        let bottom = inner.bottom().saturating_sub(1);
        buffer.set_line(inner.x, bottom, &line, inner.width);
        return;
    }
    let ready = popup.missing().is_none();
    let keys = [
        ("Enter", popup.plan.verb.as_str(), ready),
        ("Esc", "not now", true),
    ];
    super::buttons(state, &keys, inner, buffer);
}

/// The plan's lines, their texts below each other.
fn body(state: &State, popup: &PlanPopup, width: usize) -> Vec<Line<'static>> {
    let plan = &popup.plan;
    let shown = || plan.lines.iter().filter(|l| l.weight != Weight::Detail);
    let labels = shown().map(|l| text::width(&l.label)).max();
    let column = labels.unwrap_or(0).min(16) + 2;
    let mut lines = Vec::new();
    let mut before = "";
    for line in shown() {
        let (mark, role) = match line.weight {
            Weight::Warning => (theme::ATTENTION, Role::Warn),
            Weight::Plain | Weight::Stays | Weight::Detail => (" ", Role::Plain),
        };
        let marked = line.weight == Weight::Warning;
        let room = width
            .saturating_sub(column + if marked { 2 } else { 0 })
            .max(8);
        // a label that goes on is said once
        let label = if line.label == before {
            ""
        } else {
            line.label.as_str()
        };
        before = &line.label;
        for (i, piece) in text::wrap(&line.text, room).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            let head = text::left(label, column);
            let mut spans = match line.weight {
                Weight::Stays => vec![Span::styled(head, state.theme.style(Role::Good))],
                _ => vec![pane::dim(state, head)],
            };
            if marked {
                let mark = if i == 0 { mark } else { " " };
                spans.push(Span::styled(mark, state.theme.style(role)));
                spans.push(Span::raw(" "));
            }
            spans.push(Span::raw(piece));
            lines.push(Line::from(spans));
        }
    }
    lines
}
