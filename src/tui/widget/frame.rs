//! The rounded frame of a pane: a title at the left, a count or state at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Widget};

use super::text;
use super::window;

pub struct Frame<'a> {
    title: Line<'a>,
    right: Line<'a>,
    border: Style,
}

impl<'a> Frame<'a> {
    pub fn new(border: Style) -> Self {
        Frame {
            title: Line::default(),
            right: Line::default(),
            border,
        }
    }

    #[must_use]
    pub fn title(mut self, title: impl Into<Line<'a>>) -> Self {
        self.title = title.into();
        self
    }

    #[must_use]
    pub fn right(mut self, right: impl Into<Line<'a>>) -> Self {
        self.right = right.into();
        self
    }

    /// Draws it, and answers with the area inside: one column of air at both sides.
    pub fn draw(self, area: Rect, buffer: &mut Buffer) -> Rect {
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(self.border)
            .padding(Padding::horizontal(1));
        let inner = block.inner(area);
        block.render(area, buffer);
        let room = usize::from(area.width).saturating_sub(4);
        let right_width = self.right.width();
        let title_width = self.title.width();
        let with_right = right_width > 0 && title_width + right_width + 5 <= room;
        let title_room = if with_right {
            room - right_width - 3
        } else {
            room
        };
        put(area.x + 2, area.y, title_room, self.title, buffer);
        if with_right {
            let x = area.right().saturating_sub(right_width as u16 + 4);
            put(x, area.y, right_width + 2, self.right, buffer);
        }
        inner
    }

    /// The same, over whatever was there.
    pub fn draw_over(self, area: Rect, buffer: &mut Buffer) -> Rect {
        Clear.render(area, buffer);
        self.draw(area, buffer)
    }
}

/// A piece of a border with a blank at both sides.
fn put(x: u16, y: u16, room: usize, line: Line<'_>, buffer: &mut Buffer) {
    if line.width() == 0 || room < 3 {
        return;
    }
    let line = if line.width() + 2 > room {
        let style = line.spans.first().map(|s| s.style).unwrap_or_default();
        let whole: String = line.spans.iter().map(|s| s.content.as_ref()).collect();
        Line::styled(text::cut(&whole, room - 2), style.patch(line.style))
    } else {
        line
    };
    let used = line.width() as u16;
    // what stands in the border takes nothing of the border's looks
    buffer.set_style(
        Rect::new(x, y, used + 2, 1).intersection(buffer.area),
        Style::reset(),
    );
    let mut spans = vec![Span::raw(" ")];
    spans.extend(line.spans.into_iter().map(|s| s.patch_style(line.style)));
    spans.push(Span::raw(" "));
    buffer.set_line(x, y, &Line::from(spans), used + 2);
}

/// The scroll bar in a frame's right border, where there is more than fits.
pub fn scroll_bar(
    area: Rect,
    offset: usize,
    len: usize,
    height: usize,
    style: Style,
    buffer: &mut Buffer,
) {
    let track = usize::from(area.height).saturating_sub(2);
    let Some((start, size)) = window::thumb(offset, len, height, track) else {
        return;
    };
    let x = area.right().saturating_sub(1);
    for i in start..start + size {
        let y = area.y + 1 + i as u16;
        buffer.set_string(x, y, "┃", style);
    }
}
