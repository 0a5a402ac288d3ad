//! Columns of a table by what they need and what there is. Knows no rows.

use crate::text;

/// How much room a column takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Exactly this many columns.
    Fixed(u16),
    /// What is left, shared with the others of this kind; dropped below this many columns.
    Fill(u16),
    /// Exactly this many columns, but only when at least `room` are there in all.
    From { room: u16, width: u16 },
}

/// The width of each column; 0 is a column that is not shown. Columns are one space apart.
pub fn widths(sizes: &[Size], room: u16) -> Vec<u16> {
    let fixed = |size: &Size| match *size {
        Size::Fixed(width) => Some(width),
        Size::From {
            room: needed,
            width,
        } => Some(if room >= needed { width } else { 0 }),
        Size::Fill(_) => None,
    };
    let taken: u16 = sizes
        .iter()
        .map(|size| fixed(size).map_or(1, |width| if width == 0 { 0 } else { width + 1 }))
        .sum();
    let fills = sizes.iter().filter(|size| fixed(size).is_none()).count() as u16;
    let left = (room + 1).saturating_sub(taken);
    sizes
        .iter()
        .map(|size| match *size {
            Size::Fill(least) => {
                let share = left / fills.max(1);
                if share < least { 0 } else { share }
            }
            _ => fixed(size).unwrap_or_default(),
        })
        .collect()
}

/// One row: every cell cut and filled to its column.
pub fn row(cells: &[&str], widths: &[u16]) -> String {
    let shown: Vec<_> = cells
        .iter()
        .zip(widths)
        .filter(|(_, width)| **width > 0)
        .map(|(cell, width)| text::pad(cell, usize::from(*width)))
        .collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_what_is_left_and_drop_what_does_not_fit() {
        let sizes = [
            Size::Fixed(5),
            Size::Fill(4),
            Size::From { room: 40, width: 8 },
        ];
        assert_eq!(widths(&sizes, 50), [5, 35, 8]);
        assert_eq!(widths(&sizes, 20), [5, 14, 0]);
        assert_eq!(
            row(&["GET", "/v1.0/my/applications", "abc"], &[5, 10, 0]),
            "GET   /v1.0/my/…"
        );
    }
}
