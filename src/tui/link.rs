//! Parts of the screen that lead to an address in a browser.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use crate::tui::widget::text;

/// A piece of a row. It's there only while these words stand there: a popup may hide it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub x: u16,
    pub y: u16,
    pub words: String,
    pub url: String,
}

impl Link {
    /// Its columns.
    pub fn cells(&self) -> u16 {
        u16::try_from(text::width(&self.words)).unwrap_or(u16::MAX)
    }

    pub fn contains(&self, x: u16, y: u16) -> bool {
        y == self.y && x >= self.x && x < self.x.saturating_add(self.cells())
    }

    /// Whether a terminal may be told of it: an address is plain ASCII, without a blank or what
    /// would end the sequence that holds it.
    fn is_plain(&self) -> bool {
        let web = ["https://", "http://"];
        web.iter().any(|start| self.url.starts_with(start))
            && self.url.bytes().all(|byte| byte.is_ascii_graphic())
    }

    fn stands_in(&self, buffer: &Buffer) -> bool {
        let mut rest = self.words.as_str();
        for x in self.x..self.x.saturating_add(self.cells()) {
            let Some(cell) = buffer.cell(Position::new(x, self.y)) else {
                return false;
            };
            match rest.strip_prefix(cell.symbol()) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

/// Those of `links` that are seen in the buffer.
pub fn seen(links: Vec<Link>, buffer: &Buffer) -> Vec<Link> {
    links
        .into_iter()
        .filter(|link| link.is_plain() && link.stands_in(buffer))
        .collect()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn only_what_stands_there_is_a_link() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
        buffer.set_string(2, 1, "PROJ · 3 issues", ratatui::style::Style::new());
        let link = |x, y, words: &str, url: &str| Link {
            x,
            y,
            words: words.into(),
            url: url.into(),
        };
        let there = link(2, 1, "PROJ", "https://example.atlassian.net/browse/PROJ");
        let links = vec![
            there.clone(),
            link(3, 1, "PROJ", "https://example.atlassian.net/browse/PROJ"),
            link(2, 0, "PROJ", "https://example.atlassian.net/browse/PROJ"),
            link(2, 9, "PROJ", "https://example.atlassian.net/browse/PROJ"),
            link(2, 1, "PROJ", "https://example.atlassian.net/\u{1b}\\"),
            link(2, 1, "PROJ", "javascript:alert(1)"),
        ];
        assert_eq!(seen(links, &buffer), std::slice::from_ref(&there));
        assert!(there.contains(5, 1) && !there.contains(6, 1) && !there.contains(2, 0));
    }
}
