//! Picks the language of a new listing from the Store's codes. Texts of the default language can be taken as a start.

use super::overlay::{Closing, Overlay};
use crate::{
    action::Action,
    ask::{Ask, Severity},
    domain::{rules::schema, target::Target, texts},
    panes::pane::{Cx, Handled, Possible, Typed},
    ui::{
        field::Field,
        filter::best,
        list::Cursor,
        modal::{self, Tone},
        text::pad,
        theme::Role,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use serde_json::Value;
use std::sync::Arc;

pub struct NewLanguage {
    target: Target,
    document: Arc<Value>,
    /// The codes that have no listing yet.
    codes: Vec<&'static str>,
    filter: Field,
    /// Places in `codes`, best first.
    rows: Vec<usize>,
    cursor: Cursor,
    copies: bool,
}

const WIDTH: u16 = 56;
const HEIGHT: u16 = 16;

impl NewLanguage {
    pub fn new(target: Target, document: Arc<Value>) -> Self {
        let taken = texts::languages(&document);
        let is_free = |code: &&str| !taken.iter().any(|language| language.eq_ignore_ascii_case(code));
        let codes: Vec<&'static str> = schema::languages().filter(is_free).collect();
        let rows = (0..codes.len()).collect();
        Self { target, document, codes, filter: Field::default(), rows, cursor: Cursor::default(), copies: false }
    }

    fn refilter(&mut self) {
        self.rows = best(self.filter.text(), self.codes.iter().copied());
        // Who types a whole code means that one, whatever else begins so.
        let exact =
            self.rows.iter().position(|at| self.codes.get(*at).is_some_and(|code| code.eq_ignore_ascii_case(self.filter.text())));
        if let Some(exact) = exact {
            let row = self.rows.remove(exact);
            self.rows.insert(0, row);
        }
        self.cursor.set(0);
    }

    fn add(&self) -> Closing {
        let code = self.rows.get(self.cursor.index()).and_then(|at| self.codes.get(*at));
        let Some(code) = code else { return Closing::Stay };
        let kind = self.target.kind();
        let listing = texts::new_listing(kind, &self.document, self.copies);
        let Some(edit) = texts::add_language(kind, &self.document, code, listing) else { return Closing::Stay };
        let said = format!("{code} has a listing now. It needs its own screenshots before the Store takes it.");
        let said = if texts::fields(kind).len() > 2 { said } else { format!("{code} has a listing now.") };
        let target = self.target.clone();
        Closing::Close(vec![Ask::ChangeDocument { target, edits: vec![edit] }, Ask::Toast(Severity::Info, said)])
    }
}

impl Overlay for NewLanguage {
    fn name(&self) -> &'static str {
        "new-language"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn possible(&self, action: Action, _cx: &Cx) -> Possible {
        match action {
            Action::Enter | Action::Back | Action::Up | Action::Down | Action::PageUp | Action::PageDown => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, _cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        match action {
            // Home and End belong to the text.
            Action::Up | Action::Down | Action::PageUp | Action::PageDown => {
                self.cursor.act(action, self.rows.len());
                Closing::Stay
            }
            Action::Enter => self.add(),
            Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Cx, _asks: &mut Vec<Ask>) -> Handled {
        match typed {
            Typed::Key(KeyEvent { code: KeyCode::Tab | KeyCode::BackTab, .. }) => {
                self.copies = !self.copies;
                return Handled::Yes;
            }
            Typed::Key(key) if !self.filter.key(*key) => return Handled::No,
            Typed::Key(_) => {}
            Typed::Paste(text) => self.filter.paste(text),
        }
        self.refilter();
        Handled::Yes
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let style = |role| cx.theme.style(role);
        let hints = format!(" {} add  tab texts  {} back ", cx.key(Action::Enter), cx.key(Action::Back));
        let hints = Line::styled(hints, style(Role::Muted));
        let inner = modal::draw(frame, area, cx.theme, Tone::Calm, "A listing in one more language", hints, WIDTH, HEIGHT);
        let [top, list, foot] = Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]).areas(inner);
        let [label, field] = Layout::horizontal([Constraint::Length(2), Constraint::Min(1)]).areas(top);
        frame.render_widget(Span::styled("/ ", style(Role::Key)), label);
        self.filter.draw(frame, field, cx.theme, "a few letters of its code", true);
        if self.rows.is_empty() {
            frame
                .render_widget(Line::styled("The Store has no such language, or it is there already.", style(Role::Muted)), list);
        }
        let window = self.cursor.window(usize::from(list.height), self.rows.len());
        for (row, place) in window.zip(list.rows()) {
            let Some(code) = self.rows.get(row).and_then(|at| self.codes.get(*at)) else { continue };
            let is_here = row == self.cursor.index();
            let line = format!("{} {}", if is_here { "▸" } else { " " }, pad(code, usize::from(list.width).saturating_sub(2)));
            frame.render_widget(Line::styled(line, style(if is_here { Role::Selection } else { Role::Text })), place);
        }
        let default = texts::default_language(&self.document, None).unwrap_or_default();
        let word = if self.copies { format!("begins with the texts of {default}") } else { "begins with empty texts".to_owned() };
        frame
            .render_widget(Line::from(vec![Span::styled("tab ", style(Role::Key)), Span::styled(word, style(Role::Text))]), foot);
    }
}
