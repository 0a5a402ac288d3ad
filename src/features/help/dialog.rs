//! Every key, by groups, from the table of actions. What cannot be done now is dimmed and says why.

use crate::screen::overlay::{self, AvailableAction, Closing, Overlay};
use crate::screen::{
    action::Action,
    pane::{Context, Possible},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::Rect,
    text::{Line, Span},
};
use tui_kit::{
    modal::{self, Tone},
    scroll::Scroll,
    text,
    theme::Role,
};

pub struct Help {
    commands: Vec<AvailableAction>,
    scroll: Scroll,
}

impl Help {
    pub fn new(commands: Vec<AvailableAction>) -> Self {
        Self {
            commands,
            scroll: Scroll::default(),
        }
    }

    /// A group with its title, in so many columns of the screen.
    fn group(&self, group: &str, columns: usize, cx: &Context) -> Vec<Line<'static>> {
        let style = |role| cx.theme.style(role);
        let mut lines = vec![Line::styled(group.to_owned(), style(Role::Title))];
        let rows = self
            .commands
            .iter()
            .filter_map(|command| Some((command, command.action.row()?)));
        for (command, row) in rows.filter(|(_, row)| row.group == group) {
            let keys = cx.keymap.all(command.action).join("  ");
            let (key_role, role, why) = match &command.possible {
                Possible::No(reason) => {
                    (Role::Muted, Role::Muted, format!(". Unavailable: {reason}"))
                }
                _ if row.danger => (Role::Key, Role::Danger, String::new()),
                _ => (Role::Key, Role::Text, String::new()),
            };
            let sentence = format!("{}{why}", row.sentence);
            for (at, part) in text::wrap(&sentence, columns.saturating_sub(KEYS + 2))
                .into_iter()
                .enumerate()
            {
                let keys = if at == 0 { keys.as_str() } else { "" };
                lines.push(Line::from(vec![
                    Span::styled(format!("  {} ", text::pad(keys, KEYS - 1)), style(key_role)),
                    Span::styled(part, style(role)),
                ]));
            }
        }
        lines
    }

    /// Every group, one below the other, in as few columns as show all of them at once, else in as many as fit.
    fn lines(&self, area: Rect, cx: &Context) -> (u16, Vec<Line<'static>>) {
        let rows = self
            .commands
            .iter()
            .filter_map(|command| command.action.row());
        let mut groups: Vec<&str> = rows.map(|row| row.group).collect();
        groups.dedup();
        let room = area.width.saturating_sub(4);
        let most = ((room + GAP) / (LEAST + GAP)).max(1);
        let mut shown = (0, Vec::new());
        for number in 1..=most {
            let width = ((room + GAP) / number - GAP).min(WIDTH);
            let groups: Vec<_> = groups
                .iter()
                .map(|group| self.group(group, usize::from(width), cx))
                .collect();
            let columns = columns(&groups, usize::from(number));
            shown = (
                (width + GAP) * columns.len() as u16 - GAP,
                beside(columns, width),
            );
            if shown.1.len() <= usize::from(area.height.saturating_sub(2)) {
                break;
            }
        }
        shown
    }
}

/// The groups in so many columns, in their order, with an empty line between two of them; the longest column is as short as it
/// can be without taking a group apart.
fn columns(groups: &[Vec<Line<'static>>], number: usize) -> Vec<Vec<Line<'static>>> {
    let all: usize = groups.iter().map(|group| group.len() + 1).sum();
    let filled = |most: usize| {
        let mut columns: Vec<Vec<Line>> = vec![Vec::new()];
        for group in groups {
            match columns.last_mut() {
                Some(column) if column.is_empty() => column.extend(group.iter().cloned()),
                Some(column) if column.len() + 1 + group.len() <= most => {
                    column.push(Line::default());
                    column.extend(group.iter().cloned());
                }
                _ => columns.push(group.clone()),
            }
        }
        columns
    };
    (all / number..=all)
        .map(filled)
        .find(|columns| columns.len() <= number)
        .unwrap_or_default()
}

/// Columns of that width as lines that go through all of them.
fn beside(columns: Vec<Vec<Line<'static>>>, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default(); columns.iter().map(Vec::len).max().unwrap_or_default()];
    for (at, column) in columns.into_iter().enumerate() {
        for (line, part) in lines.iter_mut().zip(column) {
            let used: usize = line
                .spans
                .iter()
                .map(|span| text::width(&span.content))
                .sum();
            let start = usize::from(width + GAP) * at;
            line.push_span(Span::raw(" ".repeat(start.saturating_sub(used))));
            line.spans.extend(
                part.spans
                    .into_iter()
                    .map(|span| span.patch_style(part.style)),
            );
        }
    }
    lines
}

/// A column is as wide as its longest sentences are pleasant to read, and not narrower than the keys and a few words.
const WIDTH: u16 = 92;
const LEAST: u16 = 56;
/// Between two columns.
const GAP: u16 = 3;
/// For the keys of an action.
const KEYS: usize = 16;

impl Overlay for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn act(&mut self, action: Action, _cx: &Context) -> Closing {
        match action {
            _ if self.scroll.act(action) => Closing::Stay,
            Action::Enter | Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.scroll.mouse(event);
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let (width, lines) = self.lines(area, cx);
        let hints = overlay::hints(
            cx,
            &[
                (Action::Up, ""),
                (Action::Down, "scroll"),
                (Action::Palette, "find an action"),
                (Action::Back, "close"),
            ],
        );
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            Tone::Calm,
            "Keys",
            hints,
            width,
            lines.len() as u16,
        );
        self.scroll.draw(frame, inner, &lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sizes: &[usize], number: usize) -> Vec<String> {
        let groups: Vec<Vec<Line>> = sizes
            .iter()
            .enumerate()
            .map(|(at, lines)| vec![Line::raw(at.to_string()); *lines])
            .collect();
        columns(&groups, number)
            .iter()
            .map(|column| {
                column
                    .iter()
                    .map(ToString::to_string)
                    .map(|line| if line.is_empty() { " ".into() } else { line })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn groups_stay_whole_and_in_order_and_the_columns_are_as_short_as_they_can_be() {
        assert_eq!(shown(&[2, 3, 1], 1), ["00 111 2"]);
        assert_eq!(shown(&[2, 3, 1], 2), ["00", "111 2"]);
        assert_eq!(shown(&[2, 3, 1], 3), ["00", "111", "2"]);
        assert_eq!(shown(&[1, 1, 5], 3), ["0 1", "22222"]);
    }

    #[test]
    fn a_column_begins_where_the_one_before_ends() {
        let lines = beside(
            vec![vec![Line::raw("a")], vec![Line::raw("b"), Line::raw("c")]],
            4,
        );
        assert_eq!(
            lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["a      b", "       c"]
        );
    }
}
