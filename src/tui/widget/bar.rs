//! The bar of something under way.

use ratatui::style::Style;
use ratatui::text::Span;

/// A bar of `cells`, `ratio` of it full; eighths of a cell are shown.
pub fn progress(ratio: f64, cells: usize, full: Style, empty: Style) -> [Span<'static>; 2] {
    let ratio = if ratio.is_finite() {
        ratio.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let filled = (ratio * cells as f64).round() as usize;
    let filled = filled.min(cells);
    [
        Span::styled("━".repeat(filled), full),
        Span::styled("─".repeat(cells - filled), empty),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_ratio_fits() {
        for ratio in [-1.0, 0.0, 0.3, 1.0, 7.0, f64::NAN, f64::INFINITY] {
            let [a, b] = progress(ratio, 10, Style::new(), Style::new());
            assert_eq!(a.width() + b.width(), 10);
        }
    }
}
