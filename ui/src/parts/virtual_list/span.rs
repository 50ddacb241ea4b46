//! Which rows stand in the page and where: arithmetic over heights, in CSS pixels.

/// Rows that stand in the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// First row, and the one after the last.
    pub start: usize,
    pub end: usize,
    /// Where the first row's top is.
    pub top: f64,
}

/// Rows that touch the view, and some on both sides so that scrolling finds them drawn.
pub fn span(heights: &[f64], scroll: f64, view: f64, beyond: f64) -> Span {
    let (from, to) = (scroll - beyond, scroll + view + beyond);
    let mut span = Span { start: heights.len(), end: heights.len(), top: 0.0 };
    let mut at = 0.0;
    for (index, height) in heights.iter().enumerate() {
        let below = at + height;
        if span.start == heights.len() && below > from {
            (span.start, span.top) = (index, at);
        }
        if at >= to {
            span.end = index;
            break;
        }
        at = below;
    }
    if span.start == heights.len() {
        span.top = at;
    }
    span
}

/// The row at the view's upper edge, and how much of it is above the edge.
pub fn row_at(heights: &[f64], scroll: f64) -> Option<(usize, f64)> {
    let mut at = 0.0;
    for (index, height) in heights.iter().enumerate() {
        if at + height > scroll {
            return Some((index, scroll - at));
        }
        at += height;
    }
    None
}

/// Where a row's top is.
pub fn top_of(heights: &[f64], row: usize) -> f64 {
    heights[..row.min(heights.len())].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_near_the_view_stand_in_the_page_whatever_the_length() {
        let heights = vec![20.0; 100_000];
        let span = span(&heights, 1_000_000.0, 800.0, 400.0);
        assert_eq!((span.start, span.top), (49_980, 999_600.0));
        assert_eq!(span.end - span.start, 80);
    }

    #[test]
    fn rows_of_different_heights_are_found_by_their_edges() {
        let heights = [10.0, 200.0, 10.0, 10.0];
        assert_eq!(span(&heights, 150.0, 65.0, 0.0), Span { start: 1, end: 3, top: 10.0 });
        assert_eq!(row_at(&heights, 150.0), Some((1, 140.0)));
    }

    #[test]
    fn a_view_below_the_last_row_shows_none_and_an_empty_list_is_fine() {
        assert_eq!(span(&[10.0], 50.0, 10.0, 0.0), Span { start: 1, end: 1, top: 10.0 });
        assert_eq!(span(&[], 0.0, 10.0, 0.0), Span { start: 0, end: 0, top: 0.0 });
        assert_eq!(row_at(&[], 0.0), None);
    }

    #[test]
    fn what_is_read_stays_where_it_is_when_rows_come_above() {
        let before = [30.0, 30.0, 30.0];
        let (row, part) = row_at(&before, 40.0).unwrap_or_default();
        let after = [50.0, 50.0, 30.0, 30.0, 30.0];
        assert_eq!(top_of(&after, row + 2) + part, 140.0);
    }
}
