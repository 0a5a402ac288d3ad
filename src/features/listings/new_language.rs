//! Picks the language of a new listing from the Store's codes. Texts of the default language can be taken as a start.

use crate::screen::overlay::{Closing, Overlay};
use crate::screen::{
    action::Action,
    command::{Command, ToastLevel},
    pane::{Context, Handled, Typed},
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, MouseEvent},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use serde_json::Value;
use std::sync::Arc;
use store_model::{rules::schema, target::Target, texts};
use tui_kit::{
    filter::best,
    finder::Finder,
    list::ListClick,
    modal::{self, ModalTone},
    text::pad,
    theme::Role,
};

pub struct NewLanguage {
    target: Target,
    document: Arc<Value>,
    /// The codes that have no listing yet.
    codes: Vec<&'static str>,
    finder: Finder,
    copies: bool,
}

const WIDTH: u16 = 56;
const HEIGHT: u16 = 16;

impl NewLanguage {
    pub fn new(target: Target, document: Arc<Value>) -> Self {
        let taken = texts::languages(&document);
        let is_free = |code: &&str| {
            !taken
                .iter()
                .any(|language| language.eq_ignore_ascii_case(code))
        };
        let codes: Vec<&'static str> = schema::languages().filter(is_free).collect();
        let finder = Finder::new(codes.len(), 0);
        Self {
            target,
            document,
            codes,
            finder,
            copies: false,
        }
    }

    fn add(&self) -> Closing {
        let Some(code) = self.finder.current().and_then(|at| self.codes.get(at)) else {
            return Closing::Stay;
        };
        let kind = self.target.kind();
        let listing = texts::new_listing(kind, &self.document, self.copies);
        let Some(edit) = texts::add_language(kind, &self.document, code, listing) else {
            return Closing::Stay;
        };
        let said = format!(
            "{code} has a listing now. It needs its own screenshots before the Store accepts it."
        );
        let said = if texts::fields(kind).len() > 2 {
            said
        } else {
            format!("{code} has a listing now.")
        };
        let target = self.target.clone();
        Closing::Close(vec![
            Command::ChangeDocument {
                target,
                edits: vec![edit],
            },
            Command::Toast(ToastLevel::Info, said),
        ])
    }
}

fn rank(codes: &[&str], text: &str) -> Vec<usize> {
    let mut rows = best(text, codes.iter().copied());
    // Who types a whole code means that one, whatever else begins so.
    rows.sort_by_key(|at| {
        codes
            .get(*at)
            .is_none_or(|code| !code.eq_ignore_ascii_case(text))
    });
    rows
}

impl Overlay for NewLanguage {
    fn name(&self) -> &'static str {
        "new-language"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, _cx: &Context) -> Closing {
        match action {
            Action::Enter => self.add(),
            Action::Back => Closing::Close(Vec::new()),
            action if self.finder.act(action) => Closing::Stay,
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        if let Typed::Key(KeyEvent {
            code: KeyCode::Tab | KeyCode::BackTab,
            ..
        }) = typed
        {
            self.copies = !self.copies;
            return Handled::Yes;
        }
        Handled::from(self.finder.typed(typed, |text| rank(&self.codes, text)))
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        if self.finder.mouse(event) == ListClick::Same {
            self.add()
        } else {
            Closing::Stay
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let hints = modal::hints(
            cx.theme,
            &[
                (cx.key(Action::Enter), "add"),
                ("tab".to_owned(), "texts"),
                (cx.key(Action::Back), "back"),
            ],
        );
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, "Add a listing language"),
            hints,
            (WIDTH, HEIGHT),
        );
        let [list, foot] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(inner);
        let words = (
            "a few letters of its code",
            "The Store does not support that language, or it is already listed.",
        );
        self.finder
            .draw(frame, list, cx.theme, words, |at, columns| {
                vec![(
                    pad(self.codes.get(at).copied().unwrap_or_default(), columns),
                    Role::Text,
                )]
            });
        let default = texts::default_language(&self.document, None).unwrap_or_default();
        let word = if self.copies {
            format!("starts with the texts of {default}")
        } else {
            "starts with empty texts".to_owned()
        };
        frame.render_widget(
            Line::from(vec![
                Span::styled("tab ", style(Role::Key)),
                Span::styled(word, style(Role::Text)),
            ]),
            foot,
        );
    }
}
