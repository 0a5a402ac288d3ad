//! The one place where text is put into the cells of the screen. A cell outside of it does not exist for the program: a view
//! that was laid out for a larger terminal loses what no longer fits, and the program goes on.

use ratatui::{buffer::Buffer, style::Style};

/// Puts a text into a row, in at most this many columns, and gives the column behind it.
///
/// `set_stringn` panics where the row is not on screen; that is why nothing else may call it.
pub(crate) fn put(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    text: &str,
    columns: usize,
    style: Style,
) -> u16 {
    if !buffer.area.contains((x, y).into()) {
        return x;
    }
    #[expect(clippy::disallowed_methods, reason = "this is the place that clips")]
    let (end, _) = buffer.set_stringn(x, y, text, columns, style);
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn what_is_not_on_screen_is_left_out() {
        let mut buffer = Buffer::empty(Rect::new(2, 1, 4, 2));
        let style = Style::default();
        for place in [(0, 0), (2, 0), (2, 3), (6, 1), (u16::MAX, u16::MAX), (0, 1)] {
            assert_eq!(put(&mut buffer, place, "text", 9, style), place.0);
        }
        assert_eq!(buffer, Buffer::empty(buffer.area));
        assert_eq!(put(&mut buffer, (4, 2), "text", 9, style), 6);
        assert_eq!(buffer[(5, 2)].symbol(), "e");
    }
}
