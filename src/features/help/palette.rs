//! Finds a command by a few letters of its name and does it. What cannot be done now stays listed and says why.

use crate::screen::overlay::{self, AvailableAction, Closing, Overlay};
use crate::screen::{
    action::{Action, Scope},
    command::{Command, Severity},
    pane::{Context, Handled, Possible, Typed},
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use std::cmp::Reverse;
use tui_kit::{
    filter::Search,
    finder::{Click, Finder},
    modal::{self, Tone},
    text,
    theme::Role,
};

pub struct Palette {
    commands: Vec<AvailableAction>,
    finder: Finder,
}

/// Whether choosing it from a list makes sense: movements and keys of dialogs and texts do not.
fn is_command(command: &AvailableAction) -> bool {
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
    pub fn new(commands: Vec<AvailableAction>) -> Self {
        let commands: Vec<_> = commands.into_iter().filter(is_command).collect();
        let finder = Finder::new(commands.len(), 0);
        Self { commands, finder }
    }

    fn choose(&self, cx: &Context) -> Closing {
        match self.finder.current().and_then(|at| self.commands.get(at)) {
            Some(AvailableAction {
                possible: Possible::No(reason),
                ..
            }) => {
                cx.send(Command::Toast(Severity::Info, reason.clone()));
                Closing::Stay
            }
            Some(command) => Closing::Close(vec![Command::Do(command.action)]),
            None => Closing::Stay,
        }
    }
}

fn rank(commands: &[AvailableAction], text: &str) -> Vec<usize> {
    let mut search = Search::new(text);
    let score = |(at, command): (usize, &AvailableAction)| {
        let row = command.action.row()?;
        // Who types letters means the name first, then what it does.
        let by_name = search.score(row.name).map(|score| (true, score));
        let score = by_name.or_else(|| search.score(row.sentence).map(|score| (false, score)))?;
        Some((Reverse(score), at))
    };
    let mut found: Vec<_> = commands.iter().enumerate().filter_map(score).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).collect()
}

/// The longest name of an action.
const NAME: usize = 14;
/// For a chord at the end of a row.
const KEYS: usize = 10;
const WIDTH: u16 = 76;
const HEIGHT: u16 = 16;

impl Overlay for Palette {
    fn name(&self) -> &'static str {
        "palette"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        match action {
            Action::Enter => self.choose(cx),
            Action::Back => Closing::Close(Vec::new()),
            action if self.finder.act(action) => Closing::Stay,
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        Handled::from(self.finder.typed(typed, |text| rank(&self.commands, text)))
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, cx: &Context) -> Closing {
        if self.finder.mouse(event) == Click::Same {
            self.choose(cx)
        } else {
            Closing::Stay
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let hints = overlay::hints(
            cx,
            &[
                (Action::Up, ""),
                (Action::Down, "choose"),
                (Action::Enter, "do it"),
                (Action::Back, "close"),
            ],
        );
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            Tone::Calm,
            "Commands",
            hints,
            WIDTH,
            HEIGHT,
        );
        let words = ("a few letters of what you want to do", "No action matches.");
        self.finder
            .draw(frame, inner, cx.theme, words, |at, columns| {
                let Some((command, known)) = self
                    .commands
                    .get(at)
                    .and_then(|command| Some((command, command.action.row()?)))
                else {
                    return Vec::new();
                };
                let keys = cx.keymap.shown(command.action).unwrap_or_default();
                let (role, sentence) = match &command.possible {
                    Possible::No(reason) => (Role::Muted, reason.as_str()),
                    _ if known.danger => (Role::Danger, known.sentence),
                    _ => (Role::Text, known.sentence),
                };
                vec![
                    (format!("{} ", text::pad(known.name, NAME)), role),
                    (
                        text::pad(sentence, columns.saturating_sub(NAME + 1 + KEYS)),
                        if role == Role::Danger {
                            Role::Text
                        } else {
                            role
                        },
                    ),
                    (text::pad_left(&keys, KEYS), Role::Key),
                ]
            });
    }
}
