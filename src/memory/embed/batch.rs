//! How texts are put together for speed: about [`ROWS`] pieces in one matrix.

use std::ops::Range;

/// Pieces in one matrix. More gain nothing (the weights are copied once a product by then), and
/// cost memory: a piece needs about 20 KB on its way.
pub const ROWS: usize = 384;

/// Cuts texts of these lengths into neighbouring groups of about [`ROWS`] pieces; a longer text
/// is a group of its own.
pub fn groups(lengths: impl IntoIterator<Item = usize>) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut at, mut rows) = (0, 0, 0);
    for length in lengths {
        if at > start && rows + length > ROWS {
            groups.push(start..at);
            start = at;
            rows = 0;
        }
        rows += length;
        at += 1;
    }
    if at > start {
        groups.push(start..at);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_in_one_group_and_groups_stay_small() {
        assert!(groups([]).is_empty());
        assert_eq!(groups([512]), std::slice::from_ref(&(0..1)));
        assert_eq!(groups([200, 200, 100, 512, 2]), [0..1, 1..3, 3..4, 4..5]);
        let many = groups(std::iter::repeat_n(10, 100));
        assert!(many.iter().all(|g| g.len() * 10 <= ROWS));
        assert_eq!(many.iter().map(|g| g.len()).sum::<usize>(), 100);
    }
}
