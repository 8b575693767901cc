//! A text of several lines that is being typed.

use ratatui::text::Line;

use super::field::{self, Look};
use super::window;

/// The visible lines of a text, at most `height` of them, with the cursor's line among them. `cursor`
/// counts characters, line ends included; `mask` hides every character but the line ends.
pub fn lines(
    value: &str,
    cursor: Option<usize>,
    cells: usize,
    height: usize,
    mask: bool,
    look: Look,
) -> Vec<Line<'static>> {
    let rows: Vec<&str> = value.split('\n').collect();
    let mut at = (0, cursor.unwrap_or(0));
    for row in &rows {
        let length = row.chars().count();
        if at.1 <= length || at.0 + 1 >= rows.len() {
            break;
        }
        at = (at.0 + 1, at.1 - length - 1);
    }
    let offset = match cursor {
        Some(_) => window::offset(0, at.0, rows.len(), height),
        None => 0,
    };
    window::range(offset, rows.len(), height)
        .filter_map(|n| {
            let here = cursor.filter(|_| n == at.0).map(|_| at.1);
            let row = rows.get(n)?;
            Some(field::line(row, here, "", cells, mask, look))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::Style;

    fn shown(value: &str, cursor: Option<usize>, height: usize, mask: bool) -> Vec<String> {
        let look = Look {
            text: Style::new(),
            cursor: Style::new(),
            placeholder: Style::new(),
        };
        let lines = lines(value, cursor, 20, height, mask, look);
        lines.iter().map(Line::to_string).collect()
    }

    #[test]
    fn the_cursors_line_is_in_sight() {
        let text = "one\ntwo\n\nfour";
        assert_eq!(shown(text, None, 9, false), ["one", "two", "", "four"]);
        assert_eq!(shown(text, Some(13), 2, false), ["", "four "]);
        assert_eq!(shown(text, Some(0), 2, false), ["one", "two"]);
        assert_eq!(shown(text, Some(3), 1, false), ["one "]);
        assert_eq!(shown(text, Some(4), 1, false), ["two"]);
        assert_eq!(shown("ab\nc", None, 2, true), ["••", "•"]);
    }

    proptest! {
        #[test]
        fn it_never_takes_more_lines_than_it_may(text in "[ab\n]{0,20}", cursor in 0usize..30, height in 0usize..6) {
            prop_assert!(shown(&text, Some(cursor), height, false).len() <= height);
        }
    }
}
