//! The frame of whatever lies above the panes: placed in the middle, what is below it wiped, with title and a line of hints.

use crate::theme::{Role, Theme};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Block, BorderType, Clear, Padding},
};

/// How a dialog looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModalTone {
    #[default]
    Calm,
    /// Hard to undo.
    Danger,
}

/// A rectangle of at most `width` × `height` in the middle of `area`.
pub(crate) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(area.width);
    let height = height.min(area.height);
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// The line of hints: keys, and behind each what it does; keys that do one thing together leave out the word.
pub fn hints(theme: &Theme, keys: &[(String, &str)]) -> Line<'static> {
    let part = |(key, word): &(String, &str)| {
        let word = if word.is_empty() {
            String::new()
        } else {
            format!(" {word} ")
        };
        [
            Span::styled(format!(" {key}"), theme.style(Role::Key)),
            Span::styled(word, theme.style(Role::Muted)),
        ]
    };
    keys.iter().flat_map(part).collect()
}

/// Empties an area, back to the ground of the theme.
pub fn wipe(frame: &mut Frame, area: Rect, theme: &Theme) {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.ground());
}

/// Dims what lies below a dialog, so that nobody takes it for what keys reach.
pub fn dim(frame: &mut Frame, area: Rect, theme: &Theme) {
    crate::row::restyle(frame, area, theme.style(Role::Behind));
}

/// Answers beside each other, in the middle; marks in front and behind say which one has the focus.
pub fn buttons(theme: &Theme, answers: &[(&str, bool, Role)]) -> Line<'static> {
    let mut line = Line::default().centered();
    for (label, has_focus, role) in answers {
        if !line.spans.is_empty() {
            line.push_span(Span::raw("   "));
        }
        let shown = if *has_focus {
            format!("▸ {label} ◂")
        } else {
            format!("  {label}  ")
        };
        line.push_span(Span::styled(
            shown,
            theme.style(if *has_focus { Role::Selection } else { *role }),
        ));
    }
    line
}

/// Hints that fit into `columns`: the first are dropped first, whole keys with their words, since the last one leads out.
fn fitting(mut hints: Line<'_>, columns: usize) -> Line<'_> {
    while hints.width() > columns
        && let Some(word) = hints
            .spans
            .iter()
            .position(|span| span.content.ends_with(' '))
        && word + 1 < hints.spans.len()
    {
        hints.spans.drain(..=word);
    }
    hints
}

/// Draws the frame for a content of `width` × `height` and gives the place for that content (smaller on a small screen).
/// `hints` are shown in the lower border.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    (tone, title): (ModalTone, &str),
    hints: Line<'_>,
    (width, height): (u16, u16),
) -> Rect {
    let outer = centred(area, width.saturating_add(4), height.saturating_add(2));
    let border = match tone {
        ModalTone::Calm => Role::BorderFocused,
        ModalTone::Danger => Role::Danger,
    };
    let heading = match tone {
        ModalTone::Calm => Role::Title,
        ModalTone::Danger => Role::Danger,
    };
    let title = crate::text::fit(title, usize::from(outer.width.saturating_sub(4)));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.style(border))
        .padding(Padding::horizontal(1))
        .title_top(Line::styled(format!(" {title} "), theme.style(heading)))
        .title_bottom(fitting(hints, usize::from(outer.width.saturating_sub(2))).right_aligned());
    let inner = block.inner(outer);
    // A wide character half under the frame would be torn: its neighbours are wiped too.
    let wiped = Rect {
        x: outer.x.saturating_sub(1),
        width: outer.width.saturating_add(2),
        ..outer
    }
    .intersection(area);
    wipe(frame, wiped, theme);
    frame.render_widget(block, outer);
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_lose_whole_keys_from_the_front() {
        let keys = [
            ("↑", ""),
            ("↓", "move"),
            ("enter", "choose"),
            ("y", "copy hash"),
            ("esc", "cancel"),
        ];
        let keys = keys.map(|(key, word)| (key.to_owned(), word));
        let theme = Theme::plain();
        let fitted = |columns| fitting(hints(&theme, &keys), columns).to_string();
        assert_eq!(fitted(60), hints(&theme, &keys).to_string());
        assert_eq!(fitted(28), " y copy hash  esc cancel ");
        assert_eq!(fitted(5), " esc cancel ");
    }
}
