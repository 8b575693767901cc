//! Which columns of a table fit, and how wide they are.

/// A column that wants `min` to `max` cells. The ones with the highest `drop` go first; 0 stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub min: usize,
    pub max: usize,
    pub drop: u8,
}

/// The width of every column, or `None` for those left out. `gap` cells stand between two columns.
/// The first column takes what is left, up to its `max`.
pub fn fit(columns: &[Column], cells: usize, gap: usize) -> Vec<Option<usize>> {
    let mut kept: Vec<bool> = vec![true; columns.len()];
    let need = |kept: &[bool]| {
        let shown = columns.iter().zip(kept).filter(|(_, k)| **k);
        let (sum, n) = shown.fold((0, 0), |(sum, n), (c, _)| (sum + c.min, n + 1));
        sum + gap * usize::saturating_sub(n, 1)
    };
    while need(&kept) > cells {
        let worst = columns
            .iter()
            .enumerate()
            .filter(|(i, c)| kept[*i] && c.drop > 0)
            .max_by_key(|(_, c)| c.drop);
        match worst {
            Some((i, _)) => kept[i] = false,
            None => break,
        }
    }
    let mut spare = cells.saturating_sub(need(&kept));
    columns
        .iter()
        .zip(&kept)
        .map(|(column, kept)| {
            kept.then(|| {
                let more = spare.min(column.max.saturating_sub(column.min));
                spare -= more;
                (column.min + more).min(cells)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column {
            min: 8,
            max: 40,
            drop: 0,
        },
        Column {
            min: 10,
            max: 14,
            drop: 1,
        },
        Column {
            min: 5,
            max: 5,
            drop: 2,
        },
    ];

    #[test]
    fn columns_go_in_a_fixed_order_and_the_first_stays() {
        assert_eq!(fit(&COLUMNS, 80, 2), [Some(40), Some(14), Some(5)]);
        assert_eq!(fit(&COLUMNS, 27, 2), [Some(8), Some(10), Some(5)]);
        assert_eq!(fit(&COLUMNS, 26, 2), [Some(14), Some(10), None]);
        assert_eq!(fit(&COLUMNS, 19, 2), [Some(19), None, None]);
        assert_eq!(fit(&COLUMNS, 4, 2), [Some(4), None, None]);
        assert_eq!(fit(&[], 4, 2), Vec::<Option<usize>>::new());
    }
}
