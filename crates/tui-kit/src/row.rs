//! Lines on the screen: one of several parts, and texts line by line. Knows nothing of what they say.

use crate::{
    paint,
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::Line,
    widgets::Widget,
};

/// Draws a line from the left, each part where the cells of the one before end. The widget of a line measures every part as a
/// whole, and letters that join, as Arabic ones do, are narrower together than the cells that they get: what follows would
/// stand on top of them.
pub fn draw(frame: &mut Frame, area: Rect, line: &Line) {
    put(frame.buffer_mut(), area, line);
}

/// As [`draw`].
pub(crate) fn put(buffer: &mut Buffer, area: Rect, line: &Line) {
    buffer.set_style(area, line.style);
    let mut x = area.x;
    for part in &line.spans {
        let room = usize::from(area.right().saturating_sub(x));
        x = paint::put(buffer, (x, area.y), &part.content, room, part.style);
    }
}

/// Makes a row the selected one: one colour over all of its cells, whatever was drawn there.
pub fn select(frame: &mut Frame, area: Rect, theme: &Theme, is_focused: bool) {
    let role = if is_focused {
        Role::Selection
    } else {
        Role::SelectionUnfocused
    };
    restyle(frame, area, theme.style(role));
}

/// Gives cells this style and nothing of the one before.
pub(crate) fn restyle(frame: &mut Frame, area: Rect, style: Style) {
    let style = Style {
        fg: style.fg.or(Some(Color::Reset)),
        bg: style.bg.or(Some(Color::Reset)),
        ..style.remove_modifier(Modifier::all().difference(style.add_modifier))
    };
    frame.buffer_mut().set_style(area, style);
}

/// Lines below each other, as far as there is room.
pub fn lines(frame: &mut Frame, area: Rect, lines: impl IntoIterator<Item = impl Widget>) {
    for (line, place) in lines.into_iter().zip(area.rows()) {
        frame.render_widget(line, place);
    }
}

/// A text in one style, line by line, as far as there is room.
pub fn texts(frame: &mut Frame, area: Rect, lines: impl IntoIterator<Item = String>, style: Style) {
    let styled = |line| Line::styled(line, style);
    self::lines(frame, area, lines.into_iter().map(styled));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::pad;
    use ratatui::{Terminal, backend::TestBackend};
    use rstest::rstest;

    #[rstest]
    #[case::latin("plain")]
    #[case::arabic("السلام")]
    #[case::lam_alef("لا لا")]
    #[case::half_width_mark("ｱﾌﾟﾘ")]
    #[case::wide("天気アプリ")]
    fn what_follows_stands_where_it_was_meant_to(#[case] text: &str) {
        let mut terminal = Terminal::new(TestBackend::new(20, 2)).unwrap();
        let line = Line::from(vec![pad(text, 12).into(), "|end".into()]);
        terminal
            .draw(|frame| draw(frame, frame.area(), &line))
            .unwrap();
        assert_eq!(terminal.backend().buffer()[(12, 0)].symbol(), "|");
        assert_eq!(terminal.backend().buffer()[(15, 0)].symbol(), "d");
    }
}
