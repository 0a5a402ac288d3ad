//! A choice from a list, narrowed by typing. Other values may be entered, since the service's lists are open.
//! Knows no document.

use crate::screen::pane::{Context, Typed};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use tui_kit::{
    filter::best,
    finder::Finder,
    list::ListClick,
    text::{pad, width},
    theme::Role,
};

#[derive(Clone, Debug)]
pub struct Pick {
    choices: Vec<String>,
    /// The one that holds now.
    current: Option<String>,
    finder: Finder,
}

/// What was typed and is none of the choices: it is offered as it is, in a row of its own.
fn own<'a>(choices: &[String], text: &'a str) -> Option<&'a str> {
    let text = text.trim();
    (!text.is_empty() && !choices.iter().any(|choice| choice == text)).then_some(text)
}

impl Pick {
    /// The current choice is selected; one that is not among the known ones stands first.
    pub fn new(mut choices: Vec<String>, current: Option<&str>) -> Self {
        if let Some(current) = current.filter(|current| {
            !current.is_empty() && !choices.iter().any(|choice| choice == current)
        }) {
            choices.insert(0, current.to_owned());
        }
        let at = choices
            .iter()
            .position(|choice| Some(choice.as_str()) == current)
            .unwrap_or_default();
        let finder = Finder::new(choices.len(), at);
        Self {
            choices,
            current: current.map(str::to_owned),
            finder,
        }
    }

    /// Rows on screen: what matches, and a word of one's own.
    pub fn count(&self) -> usize {
        self.finder.count()
    }

    /// The selected word, and whether it is one's own. `None` where nothing can be taken.
    pub fn chosen(&self) -> Option<(&str, bool)> {
        match self.choices.get(self.finder.current()?) {
            Some(choice) => Some((choice, false)),
            None => Some((own(&self.choices, self.finder.text())?, true)),
        }
    }

    /// Says whether it was something for a choice.
    pub fn typed(&mut self, typed: &Typed) -> bool {
        self.finder.typed(typed, |text| {
            let mut rows = best(text, self.choices.iter().map(String::as_str));
            // The place behind all choices is the word of one's own.
            rows.extend(own(&self.choices, text).map(|_| self.choices.len()));
            rows
        })
    }

    /// The wheel moves; a click on a row selects it. Says whether it hit one.
    pub fn mouse(&mut self, event: MouseEvent) -> bool {
        matches!(self.finder.mouse(event), ListClick::Row | ListClick::Same)
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let words = ("type to filter, or enter a value", "no match");
        self.finder
            .draw(frame, area, cx.theme, words, |at, columns| {
                let (text, note, role) = match self.choices.get(at) {
                    Some(choice) if self.current.as_ref() == Some(choice) => {
                        (choice.clone(), "now", Role::Muted)
                    }
                    Some(choice) => (choice.clone(), "", Role::Muted),
                    None => {
                        let own = self.finder.text().trim();
                        (
                            format!("“{own}” as it is"),
                            "! not a known word",
                            Role::Warning,
                        )
                    }
                };
                let room = columns.saturating_sub(width(note) + 1);
                vec![
                    (format!("{} ", pad(&text, room)), Role::Text),
                    (note.to_owned(), role),
                ]
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    fn press(pick: &mut Pick, code: KeyCode) {
        pick.typed(&Typed::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn typed(pick: &mut Pick, text: &str) {
        for letter in text.chars() {
            press(pick, KeyCode::Char(letter));
        }
    }

    #[test]
    fn the_one_that_holds_is_selected_and_typing_narrows() {
        let words = || ["Public", "Private", "Hidden"].map(str::to_owned).to_vec();
        let mut pick = Pick::new(words(), Some("Private"));
        assert_eq!(pick.chosen(), Some(("Private", false)));
        typed(&mut pick, "hid");
        assert_eq!((pick.chosen(), pick.count()), (Some(("Hidden", false)), 2));
        press(&mut pick, KeyCode::Down);
        assert_eq!(pick.chosen(), Some(("hid", true)));
        typed(&mut pick, "eous");
        assert_eq!((pick.chosen(), pick.count()), (Some(("hideous", true)), 1));
        assert_eq!(
            Pick::new(words(), Some("Secret")).chosen(),
            Some(("Secret", false))
        );
        assert_eq!(Pick::new(Vec::new(), None).chosen(), None);
    }
}
