//! Which part of a long list is on the screen. Only that part is ever turned into cells.

use std::ops::Range;

/// The first row to show, so that the selected one is visible and the view moves no more than it
/// must.
pub fn offset(before: usize, selected: usize, len: usize, height: usize) -> usize {
    if height == 0 {
        return 0;
    }
    let last = len.saturating_sub(height);
    let before = before.min(last);
    if selected < before {
        selected
    } else if selected >= before + height {
        (selected + 1 - height).min(last)
    } else {
        before
    }
}

/// The rows that stand on the screen.
pub fn range(offset: usize, len: usize, height: usize) -> Range<usize> {
    let start = offset.min(len);
    start..(start + height).min(len)
}

/// Where the thumb of a scroll bar `track` cells long begins, and how long it is; `None` where
/// everything is visible.
pub fn thumb(offset: usize, len: usize, height: usize, track: usize) -> Option<(usize, usize)> {
    if len <= height || height == 0 || track == 0 {
        return None;
    }
    let size = (track * height / len).clamp(1, track);
    let room = track - size;
    let steps = len - height;
    Some(((offset.min(steps) * room + steps / 2) / steps, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_view_moves_no_more_than_it_must() {
        assert_eq!(offset(0, 4, 100, 5), 0);
        assert_eq!(offset(0, 5, 100, 5), 1);
        assert_eq!(offset(50, 49, 100, 5), 49);
        assert_eq!(offset(97, 99, 100, 5), 95);
        assert_eq!(offset(3, 0, 0, 5), 0);
    }

    proptest! {
        #[test]
        fn the_selected_row_is_always_visible(before in 0usize..200, len in 1usize..200, pick in 0usize..200, height in 1usize..50) {
            let selected = pick % len;
            let at = offset(before, selected, len, height);
            prop_assert!(range(at, len, height).contains(&selected));
            if let Some((start, size)) = thumb(at, len, height, height) {
                prop_assert!(start + size <= height);
            }
        }
    }
}
