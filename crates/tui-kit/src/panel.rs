//! The frame of a pane: a border that shows the focus, a numbered title, and notes beside it.

use crate::{
    text,
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Block, BorderType},
};

/// What a pane's upper border shows.
#[derive(Clone, Debug, Default)]
pub struct Heading<'a> {
    /// The digit that leads to the pane.
    pub number: u8,
    pub title: &'a str,
    /// Parts after the title: counts, filter, age, spinner.
    pub notes: Vec<Span<'a>>,
}

/// What is inside of a pane's frame.
pub fn inside(area: Rect) -> Rect {
    area.inner(Margin::new(1, 1))
}

/// Draws the frame and gives what is inside of it, with the column after the last note (where a filter's cursor is).
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    is_focused: bool,
    heading: Heading,
) -> (Rect, u16) {
    let (border, title) = if is_focused {
        (Role::BorderFocused, Role::Title)
    } else {
        (Role::Border, Role::Text)
    };
    let room = usize::from(area.width.saturating_sub(4));
    let number = heading.number.to_string();
    let mut line = Line::default();
    let mut used = number.len();
    line.push_span(Span::styled(
        number,
        theme.style(if is_focused { Role::Key } else { Role::Muted }),
    ));
    let shown = text::fit(heading.title, room.saturating_sub(used + 1)).into_owned();
    used += text::width(&shown) + 1;
    line.push_span(Span::styled(format!(" {shown}"), theme.style(title)));
    for note in heading.notes {
        let wide = text::width(&note.content) + 3;
        if used + 4 > room {
            break;
        }
        let content = text::fit(&note.content, (room - used).saturating_sub(3)).into_owned();
        used += wide.min(room - used);
        line.push_span(Span::styled(" ─ ", theme.style(border)));
        line.push_span(Span::styled(content, note.style));
    }
    line.push_span(Span::raw(" "));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.style(border))
        .title_top(line);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    (inner, area.x + 1 + used as u16)
}
