//! Finds a command by a few letters of its name and does it. What cannot be done now stays listed and says why.

use super::overlay::{Closing, Command, Overlay};
use crate::{
    action::{Action, Scope},
    ask::{Ask, Severity},
    panes::pane::{Cx, Handled, Possible, Typed},
    ui::{
        field::Field,
        filter::Search,
        list::Cursor,
        modal::{self, Tone},
        text,
        theme::Role,
    },
};
use std::cmp::Reverse;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

pub struct Palette {
    commands: Vec<Command>,
    field: Field,
    cursor: Cursor,
    /// Places in `commands` that match, best first.
    rows: Vec<usize>,
}

/// Whether choosing it from a list makes sense: movements and keys of dialogs and texts do not.
fn is_command(command: &Command) -> bool {
    command.action != Action::Palette
        && command.action.row().is_some_and(|row| match row.scope {
            Scope::Global | Scope::Target | Scope::Runs => true,
            // Only where the tab that is shown has such parts.
            Scope::Parts => command.possible != Possible::Unknown,
            Scope::Move => matches!(row.action, Action::Filter | Action::AllAddOns),
            Scope::Editor | Scope::Overlay => false,
        })
}

impl Palette {
    pub fn new(commands: Vec<Command>) -> Self {
        let commands: Vec<_> = commands.into_iter().filter(is_command).collect();
        let rows = (0..commands.len()).collect();
        Self { commands, field: Field::default(), cursor: Cursor::default(), rows }
    }

    fn refilter(&mut self) {
        let mut search = Search::new(self.field.text());
        let mut found: Vec<_> = self
            .commands
            .iter()
            .enumerate()
            .filter_map(|(at, command)| {
                let row = command.action.row()?;
                // Who types letters means the name first, then what it does.
                let by_name = search.score(row.name).map(|score| (true, score));
                let score = by_name.or_else(|| search.score(row.sentence).map(|score| (false, score)))?;
                Some((Reverse(score), at))
            })
            .collect();
        found.sort_unstable();
        self.rows = found.into_iter().map(|(_, at)| at).collect();
        self.cursor.set(0);
    }

    fn current(&self) -> Option<&Command> {
        self.commands.get(*self.rows.get(self.cursor.index())?)
    }
}

/// The longest name of an action.
const NAME: usize = 14;
const WIDTH: u16 = 76;
const HEIGHT: u16 = 16;

impl Overlay for Palette {
    fn name(&self) -> &'static str {
        "palette"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn possible(&self, action: Action, _cx: &Cx) -> Possible {
        match action {
            Action::Back | Action::Enter => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, _cx: &Cx, asks: &mut Vec<Ask>) -> Closing {
        match action {
            // Home and End belong to the text.
            Action::Up | Action::Down | Action::PageUp | Action::PageDown => {
                self.cursor.act(action, self.rows.len());
                Closing::Stay
            }
            Action::Enter => match self.current() {
                Some(Command { possible: Possible::No(reason), .. }) => {
                    asks.push(Ask::Toast(Severity::Info, reason.clone()));
                    Closing::Stay
                }
                Some(command) => Closing::Close(vec![Ask::Do(command.action)]),
                None => Closing::Stay,
            },
            Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Cx, _asks: &mut Vec<Ask>) -> Handled {
        match typed {
            Typed::Key(key) if !self.field.key(*key) => return Handled::No,
            Typed::Key(_) => {}
            Typed::Paste(pasted) => self.field.paste(pasted),
        }
        self.refilter();
        Handled::Yes
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let style = |role| cx.theme.style(role);
        let hints = format!(
            " {} {} choose  {} do it  {} close ",
            cx.key(Action::Up),
            cx.key(Action::Down),
            cx.key(Action::Enter),
            cx.key(Action::Back)
        );
        let inner =
            modal::draw(frame, area, cx.theme, Tone::Calm, "Commands", Line::styled(hints, style(Role::Muted)), WIDTH, HEIGHT);
        let mut places = inner.rows();
        let Some(top) = places.next() else { return };
        frame.render_widget(Line::styled("› ", style(Role::Key)), top);
        let field = Rect { x: top.x + 2, width: top.width.saturating_sub(2), ..top };
        self.field.draw(frame, field, cx.theme, "a few letters of what you want to do", true);
        if self.rows.is_empty() {
            if let Some(place) = places.next() {
                frame.render_widget(Line::styled("No command is called like that.", style(Role::Muted)), place);
            }
            return;
        }
        let window = self.cursor.window(usize::from(inner.height.saturating_sub(1)), self.rows.len());
        let room = usize::from(inner.width);
        for (row, place) in window.zip(places) {
            let Some(command) = self.rows.get(row).and_then(|at| self.commands.get(*at)) else { continue };
            let Some(known) = command.action.row() else { continue };
            let is_current = row == self.cursor.index();
            let keys = cx.keymap.shown(command.action).unwrap_or_default();
            let (role, sentence) = match &command.possible {
                Possible::No(reason) => (Role::Muted, reason.as_str()),
                _ if known.danger => (Role::Danger, known.sentence),
                _ => (Role::Text, known.sentence),
            };
            let on_row = |role| if is_current { style(Role::Selection) } else { style(role) };
            let name = format!("{} {} ", if is_current { "▸" } else { " " }, text::pad(known.name, NAME));
            let rest = room.saturating_sub(text::width(&name) + 10);
            frame.render_widget(
                Line::from(vec![
                    Span::styled(name, on_row(role)),
                    Span::styled(text::pad(sentence, rest), on_row(if role == Role::Danger { Role::Text } else { role })),
                    Span::styled(text::pad_left(&keys, 10), on_row(Role::Key)),
                ]),
                place,
            );
        }
    }
}
