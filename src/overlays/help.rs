//! Every key, by groups, from the table of actions. What cannot be done now is dimmed and says why.

use super::overlay::{Closing, Command, Overlay};
use crate::{
    action::Action,
    ask::Ask,
    panes::pane::{Cx, Possible},
    ui::{
        modal::{self, Tone},
        scroll::Scroll,
        text,
        theme::Role,
    },
};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

pub struct Help {
    commands: Vec<Command>,
    scroll: Scroll,
}

impl Help {
    pub fn new(commands: Vec<Command>) -> Self {
        Self { commands, scroll: Scroll::default() }
    }

    fn lines<'a>(&self, columns: usize, cx: &Cx) -> Vec<Line<'a>> {
        const KEYS: usize = 16;
        let style = |role| cx.theme.style(role);
        let mut lines = Vec::new();
        let mut group = "";
        for command in &self.commands {
            let Some(row) = command.action.row() else { continue };
            if row.group != group {
                if !group.is_empty() {
                    lines.push(Line::default());
                }
                group = row.group;
                lines.push(Line::styled(group, style(Role::Title)));
            }
            let keys = cx.keymap.all(command.action).join("  ");
            let (key_role, role, why) = match &command.possible {
                Possible::No(reason) => (Role::Muted, Role::Muted, format!(". Not now: {reason}")),
                _ if row.danger => (Role::Key, Role::Danger, String::new()),
                _ => (Role::Key, Role::Text, String::new()),
            };
            let sentence = format!("{}{why}", row.sentence);
            for (at, part) in text::wrap(&sentence, columns.saturating_sub(KEYS + 2)).into_iter().enumerate() {
                let keys = if at == 0 { keys.as_str() } else { "" };
                lines.push(Line::from(vec![
                    Span::styled(format!("  {} ", text::pad(keys, KEYS - 1)), style(key_role)),
                    Span::styled(part, style(role)),
                ]));
            }
        }
        lines
    }
}

const WIDTH: u16 = 92;

impl Overlay for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn possible(&self, action: Action, _cx: &Cx) -> Possible {
        if action == Action::Back { Possible::Yes } else { Possible::Unknown }
    }

    fn act(&mut self, action: Action, _cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        match action {
            _ if self.scroll.act(action) => Closing::Stay,
            Action::Enter | Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let width = WIDTH.min(area.width.saturating_sub(4));
        let lines = self.lines(usize::from(width), cx);
        let hints = format!(
            " {} {} scroll  {} find a command  {} close ",
            cx.key(Action::Up),
            cx.key(Action::Down),
            cx.key(Action::Palette),
            cx.key(Action::Back)
        );
        let hints = Line::styled(hints, cx.theme.style(Role::Muted));
        let inner = modal::draw(frame, area, cx.theme, Tone::Calm, "Keys", hints, width, lines.len() as u16);
        self.scroll.draw(frame, inner, &lines);
    }
}
