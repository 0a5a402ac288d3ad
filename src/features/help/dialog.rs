//! Every action with its keys: what can be done here first. Narrowed by typing, done by enter. What cannot be done now stays
//! listed and says why.

use crate::screen::overlay::{self, AvailableAction, Closing, Overlay};
use crate::screen::{
    action::{Action, ActionRow, Scope},
    command::{Command, ToastLevel},
    pane::{Context, Handled, Possible, Typed},
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use std::cmp::Reverse;
use tui_kit::{
    filter::Search,
    finder::Finder,
    list::ListClick,
    modal::{self, ModalTone},
    text,
    theme::Role,
};

/// An action in the list.
struct Entry {
    row: &'static ActionRow,
    section: Section,
    possible: Possible,
}

/// The order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Here,
    Anywhere,
    Moving,
    Text,
    Dialog,
    NotNow,
}

impl Section {
    fn of(row: &ActionRow, possible: &Possible) -> Self {
        match (row.scope, possible) {
            (_, Possible::No(_))
            | (Scope::Target | Scope::Runs | Scope::Lists | Scope::Parts, Possible::Unknown) => {
                Self::NotNow
            }
            (Scope::Target | Scope::Runs | Scope::Lists | Scope::Parts, Possible::Yes) => {
                Self::Here
            }
            (Scope::Global | Scope::Outside, _) => Self::Anywhere,
            (Scope::Move, _) => Self::Moving,
            (Scope::Editor, _) => Self::Text,
            (Scope::Overlay, _) => Self::Dialog,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Anywhere => "anywhere",
            Self::Moving => "moving",
            Self::Text => "editor",
            Self::Dialog => "dialogs",
            Self::NotNow => "not now",
        }
    }
}

pub struct Help {
    entries: Vec<Entry>,
    finder: Finder,
}

impl Help {
    pub fn new(actions: Vec<AvailableAction>) -> Self {
        let entry = |AvailableAction { action, possible }| {
            let row = action.row()?;
            Some(Entry {
                row,
                section: Section::of(row, &possible),
                possible,
            })
        };
        let mut entries: Vec<_> = actions.into_iter().filter_map(entry).collect();
        entries.sort_by_key(|entry| entry.section);
        let finder = Finder::new(entries.len(), 0);
        Self { entries, finder }
    }

    fn choose(&self, cx: &Context) -> Closing {
        let chosen = self.finder.current().and_then(|at| self.entries.get(at));
        match chosen.map(|entry| (&entry.possible, entry.section, entry.row.action)) {
            // It is here already.
            Some((_, _, Action::Help | Action::Palette)) => Closing::Close(Vec::new()),
            Some((Possible::No(reason), ..)) => {
                cx.send(Command::Toast(ToastLevel::Info, reason.clone()));
                Closing::Stay
            }
            Some((_, Section::Text | Section::Dialog | Section::NotNow, _)) => {
                let text = "This key works only where its text or dialog is open.";
                cx.send(Command::Toast(ToastLevel::Info, text.to_owned()));
                Closing::Stay
            }
            Some((.., action)) => Closing::Close(vec![Command::Do(action)]),
            None => Closing::Stay,
        }
    }
}

/// A name is meant first, then what an action does.
fn rank(entries: &[Entry], text: &str) -> Vec<usize> {
    if text.is_empty() {
        return (0..entries.len()).collect();
    }
    let mut search = Search::new(text);
    let score = |(at, entry): (usize, &Entry)| {
        let by_name = search.score(entry.row.name).map(|score| (true, score));
        let score = by_name.or_else(|| Some((false, search.score(entry.row.sentence)?)))?;
        Some((Reverse(score), at))
    };
    let mut found: Vec<_> = entries.iter().enumerate().filter_map(score).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).collect()
}

/// Columns of section, keys and name.
const SECTION: usize = 9;
const KEYS: usize = 11;
const NAME: usize = 16;
const WIDTH: u16 = 110;

impl Overlay for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        match action {
            Action::Enter => self.choose(cx),
            Action::Back if self.finder.clear(|text| rank(&self.entries, text)) => Closing::Stay,
            Action::Back => Closing::Close(Vec::new()),
            action if self.finder.act(action) => Closing::Stay,
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        Handled::from(self.finder.typed(typed, |text| rank(&self.entries, text)))
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, cx: &Context) -> Closing {
        if self.finder.mouse(event) == ListClick::Same {
            self.choose(cx)
        } else {
            Closing::Stay
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let is_whole = self.finder.text().is_empty();
        let hints = overlay::hints(
            cx,
            &[
                (Action::Up, ""),
                (Action::Down, "choose"),
                (Action::Enter, "do it"),
                (Action::Back, if is_whole { "close" } else { "clear" }),
            ],
        );
        let width = WIDTH.min(area.width.saturating_sub(4));
        let height = (self.entries.len() as u16 + 1).min(area.height.saturating_sub(4));
        let heading = (ModalTone::Calm, "Keys and actions");
        let inner = modal::draw(frame, area, cx.theme, heading, hints, (width, height));
        let words = ("type what you want to do", "No action matches.");
        self.finder
            .draw(frame, inner, cx.theme, words, |at, columns| {
                let Some(entry) = self.entries.get(at) else {
                    return Vec::new();
                };
                let before = at
                    .checked_sub(1)
                    .and_then(|before| self.entries.get(before));
                let is_first =
                    !is_whole || before.is_none_or(|before| before.section != entry.section);
                let section = if is_first { entry.section.word() } else { "" };
                let keys = cx.keymap.all(entry.row.action).join(" ");
                let (role, sentence) = match &entry.possible {
                    Possible::No(reason) => (Role::Muted, reason.as_str()),
                    _ if entry.section == Section::NotNow => (Role::Muted, entry.row.sentence),
                    _ if entry.row.danger => (Role::Danger, entry.row.sentence),
                    _ => (Role::Text, entry.row.sentence),
                };
                let taken = SECTION + KEYS + NAME + 3;
                let plain = if role == Role::Muted {
                    role
                } else {
                    Role::Text
                };
                vec![
                    (format!("{} ", text::pad(section, SECTION)), Role::Muted),
                    (format!("{} ", text::pad(&keys, KEYS)), Role::Key),
                    (format!("{} ", text::pad(entry.row.name, NAME)), role),
                    (text::pad(sentence, columns.saturating_sub(taken)), plain),
                ]
            });
    }
}
