//! One line of text that is being typed.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

/// How a field is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub text: Style,
    pub cursor: Style,
    pub placeholder: Style,
}

/// The visible part of a field of `cells`, with the cursor as a cell of its own style. `cursor` is
/// `None` where the field hasn't the focus; `mask` hides every character.
pub fn line(
    value: &str,
    cursor: Option<usize>,
    placeholder: &str,
    cells: usize,
    mask: bool,
    look: Look,
) -> Line<'static> {
    if cells == 0 {
        return Line::default();
    }
    let shown: Vec<char> = value
        .chars()
        .map(|c| match c {
            _ if mask => '•',
            '\n' | '\r' => '↵',
            c if c.is_control() || c.width().unwrap_or(0) == 0 => '�',
            c => c,
        })
        .collect();
    let w = |c: &char| c.width().unwrap_or(1);
    let Some(at) = cursor.map(|c| c.min(shown.len())) else {
        let text: String = shown.into_iter().collect();
        return if text.is_empty() {
            Line::styled(super::text::cut(placeholder, cells), look.placeholder)
        } else {
            Line::styled(super::text::cut(&text, cells), look.text)
        };
    };
    // keep the cursor's cell inside: drop from the front until it fits
    let mut start = 0;
    let mut before: usize = shown[..at].iter().map(w).sum();
    let under = shown.get(at).map_or(1, w);
    while before + under > cells && start < at {
        before -= w(&shown[start]);
        start += 1;
    }
    let head: String = shown[start..at].iter().collect();
    let mut room = cells.saturating_sub(before + under);
    let mut spans = vec![Span::styled(head, look.text)];
    if shown.is_empty() && !placeholder.is_empty() {
        let text = super::text::cut(placeholder, cells);
        let mut chars = text.chars();
        let first = chars.next().unwrap_or(' ');
        spans.push(Span::styled(first.to_string(), look.cursor));
        spans.push(Span::styled(chars.collect::<String>(), look.placeholder));
        return Line::from(spans);
    }
    let cell = shown.get(at).copied().unwrap_or(' ');
    spans.push(Span::styled(cell.to_string(), look.cursor));
    let mut tail = String::new();
    for c in shown.iter().skip(at + 1) {
        if w(c) > room {
            break;
        }
        room -= w(c);
        tail.push(*c);
    }
    spans.push(Span::styled(tail, look.text));
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn look() -> Look {
        Look {
            text: Style::new(),
            cursor: Style::new(),
            placeholder: Style::new(),
        }
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let shown = line("abcdefgh", Some(8), "", 4, false, look());
        assert_eq!(shown.to_string(), "fgh ");
        let shown = line("abcdefgh", Some(0), "", 4, false, look());
        assert_eq!(shown.to_string(), "abcd");
        assert_eq!(
            line("secret", None, "", 9, true, look()).to_string(),
            "••••••"
        );
        assert_eq!(
            line("", Some(0), "name", 9, true, look()).to_string(),
            "name"
        );
    }

    proptest! {
        #[test]
        fn it_never_leaves_its_cells(text in ".{0,30}", cursor in 0usize..40, cells in 0usize..20, mask: bool) {
            let shown = line(&text, Some(cursor), "hint", cells, mask, look());
            prop_assert!(shown.width() <= cells.max(2));
        }
    }
}
