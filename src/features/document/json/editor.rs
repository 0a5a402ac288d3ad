//! The editor of a submission's document: keys, search, folds, findings and what is in view of the text. The text lies in the
//! session, which judges and keeps it. Knows neither the Store nor the disk.

use super::{
    editor_keys::{self, Taken},
    findings_list::{Chosen, FindingsList},
    search_bar::{Pressed, SearchBar},
};
use crate::{
    screen::{
        action::Action,
        edit_session::EditSession,
        pane::{Context, Typed},
    },
    state::prepared::count,
};
use ratatui::{crossterm::event::KeyCode, layout::Rect};
use std::cell::Cell;
use tui_kit::{
    keymap::is_plain,
    text::{
        brackets::{at_cursor, partner},
        buffer::TextBuffer,
        motion::Motion,
        place::TextPosition,
        scroll::TextScroll,
        search::TextSearch,
    },
};

/// A partner further away than this is not looked for while drawing; the key that goes there has no bound.
const PARTNER: usize = 1 << 20;

/// A version of the text, a place in it, and the bracket there with its partner.
type Paired = (u64, TextPosition, Option<(TextPosition, TextPosition)>);

/// What is in view of the text; the text itself lies in the session.
#[derive(Clone, Debug, Default)]
pub struct JsonEditor {
    pub(super) scroll: TextScroll,
    pub(super) search: TextSearch,
    /// Open while a pattern or a replacement is typed.
    pub(super) bar: Option<SearchBar>,
    /// Where the cursor was when the bar was opened.
    pub(super) origin: TextPosition,
    /// The finding that was gone to last.
    pub(super) at_finding: Option<usize>,
    /// Whether to go to a finding, forwards or backwards, once the text is checked.
    pub(super) walk: Option<bool>,
    /// What the check found, while that is shown.
    pub(super) list: Option<FindingsList>,
    /// A word about the last key: "not found".
    pub(super) note: Option<String>,
    pub(super) paired: Cell<Option<Paired>>,
    /// The drawn areas of text and list, for clicks.
    pub(super) areas: Cell<(Rect, Rect)>,
}

impl JsonEditor {
    pub fn act(&mut self, action: Action, session: &mut EditSession, cx: &Context) -> bool {
        self.note = None;
        match action {
            Action::NextFinding => self.walk_findings(session, cx, false),
            Action::PreviousFinding => self.walk_findings(session, cx, true),
            Action::Findings => self.toggle_list(),
            _ => return session.edit(cx, |buffer| self.act_on(action, buffer)),
        }
        true
    }

    /// What needs nothing but the text.
    fn act_on(&mut self, action: Action, buffer: &mut TextBuffer) -> bool {
        let say_unless = |is_done: bool, word: &str| (!is_done).then(|| word.to_owned());
        match action {
            Action::Undo => self.step(buffer.undo(), "nothing left to undo"),
            Action::Redo => self.step(buffer.redo(), "nothing to redo"),
            Action::Find => self.open_bar(SearchBar::default(), buffer),
            Action::FindNext => self.find_next(buffer, false),
            Action::FindPrevious => self.find_next(buffer, true),
            Action::ReplaceAll
                if self
                    .bar
                    .as_ref()
                    .is_some_and(|bar| bar.replacement().is_some()) =>
            {
                self.replace_all(buffer);
            }
            Action::Replace | Action::ReplaceAll => self.open_replace(buffer),
            Action::GoToBracket => self.go_to_bracket(buffer),
            Action::Fold => {
                self.note = say_unless(buffer.toggle_fold(), "nothing here spans several lines");
            }
            Action::FoldAlike => {
                self.note = Some(match buffer.fold_alike() {
                    0 => "nothing here spans several lines".to_owned(),
                    parts => format!("{} folded", count(parts, "part", "parts")),
                });
            }
            Action::UnfoldAll => self.note = say_unless(buffer.unfold_all(), "nothing is folded"),
            _ => return false,
        }
        true
    }

    /// After a step of undo or redo.
    fn step(&mut self, is_done: bool, otherwise: &str) {
        if !is_done {
            self.note = Some(otherwise.to_owned());
        } else if self.search.within().is_some() {
            // Where the selection ended is not known any more.
            self.close_bar();
        }
    }

    fn go_to_bracket(&mut self, buffer: &mut TextBuffer) {
        let lines = buffer.lines();
        match at_cursor(lines, buffer.cursor()).map(|place| partner(lines, place, usize::MAX)) {
            Some(Some(partner)) => buffer.go_to(partner),
            Some(None) => self.note = Some("this bracket has no match".into()),
            None => self.note = Some("no bracket here".into()),
        }
    }

    /// The bracket at the cursor and its partner.
    pub(super) fn pair(&self, buffer: &TextBuffer) -> Option<(TextPosition, TextPosition)> {
        let (version, cursor) = (buffer.version(), buffer.cursor());
        if let Some((of, at, pair)) = self.paired.get()
            && (of, at) == (version, cursor)
        {
            return pair;
        }
        let lines = buffer.lines();
        let pair = at_cursor(lines, cursor)
            .and_then(|place| Some((place, partner(lines, place, PARTNER)?)));
        self.paired.set(Some((version, cursor, pair)));
        pair
    }

    /// Goes to the value at a pointer, or to the nearest part above it that exists.
    pub fn reveal(&mut self, pointer: &str, session: &mut EditSession, cx: &Context) {
        let Some(position) = session.place(pointer) else {
            return;
        };
        // A movement changes nothing: there is nothing to be said.
        session.edit(cx, |buffer| {
            buffer.go_to_position(position.line, position.column);
        });
    }

    /// Goes on to a finding that was wanted before a large text was checked.
    pub fn checked(&mut self, session: &mut EditSession, cx: &Context) {
        if let Some(backwards) = self.walk.take() {
            self.walk_findings(session, cx, backwards);
        }
    }

    fn walk_findings(&mut self, session: &mut EditSession, cx: &Context, backwards: bool) {
        if !session.check(cx) {
            self.walk = Some(backwards);
            self.note = Some("checking …".to_owned());
            return;
        }
        self.note = None;
        let Some(verdict) = session.verdict().cloned() else {
            return;
        };
        if let Some(error) = verdict.error() {
            session.edit(cx, |buffer| {
                buffer.go_to_position(error.line, error.column);
            });
            return;
        }
        let Some(last) = verdict.findings.len().checked_sub(1) else {
            self.note = Some("no findings".into());
            return;
        };
        let next = match (self.at_finding, backwards) {
            (None, false) => 0,
            (None, true) => last,
            (Some(at), false) => {
                if at < last {
                    at + 1
                } else {
                    0
                }
            }
            (Some(at), true) => at.checked_sub(1).unwrap_or(last),
        };
        self.go_to_finding(next, session, cx);
    }

    fn go_to_finding(&mut self, finding: usize, session: &mut EditSession, cx: &Context) {
        self.at_finding = Some(finding);
        if let Some(list) = &mut self.list {
            list.select(finding);
        }
        if let Some(position) = session.verdict().and_then(|verdict| verdict.at(finding)) {
            session.edit(cx, |buffer| {
                buffer.go_to_position(position.line, position.column);
            });
        }
    }

    /// Opens the list, comes to it, closes it.
    fn toggle_list(&mut self) {
        self.list = match self.list.take() {
            Some(list) if list.has_focus => None,
            list => Some(list.unwrap_or_default().focused(self.at_finding)),
        };
    }

    pub fn typed(&mut self, typed: &Typed, session: &mut EditSession, cx: &Context) -> Taken {
        self.note = None;
        self.walk = None;
        if self.bar.is_none() && self.list.as_ref().is_some_and(|list| list.has_focus) {
            return self.list_typed(typed, session, cx);
        }
        let is_esc = matches!(typed, Typed::Key(key) if key.code == KeyCode::Esc);
        if is_esc
            && self.bar.is_none()
            && !self.search.hits().is_empty()
            && session.buffer().selection().is_none()
        {
            // One step back: the hits of a search that is over.
            self.search.clear();
            return Taken::Yes;
        }
        let before = session.buffer().version();
        let taken = session.edit(cx, |buffer| match (typed, self.bar.is_some()) {
            (typed, true) => self.bar_typed(typed, buffer),
            (Typed::Paste(text), _) => {
                buffer.paste(text);
                Taken::Yes
            }
            (Typed::Key(key), _) => editor_keys::key(*key, buffer, self.scroll.page(), cx),
        });
        if session.buffer().version() != before {
            // The findings are about to be others.
            self.at_finding = None;
            if self.bar.is_none() {
                // Hits are those of a text that is no more; searching again finds the new ones.
                self.search.forget_hits();
            }
        }
        taken
    }

    fn list_typed(&mut self, typed: &Typed, session: &mut EditSession, cx: &Context) -> Taken {
        let findings = session
            .verdict()
            .map_or(0, |verdict| verdict.findings.len());
        let Some(list) = &mut self.list else {
            return Taken::No;
        };
        match list.typed(typed, findings) {
            Chosen::Leave => self.list = None,
            Chosen::Enter => {
                list.has_focus = false;
                let selected = list.selected();
                self.go_to_finding(selected, session, cx);
            }
            // The text goes along: one sees what is meant.
            Chosen::Moved => {
                let selected = list.selected();
                self.go_to_finding(selected, session, cx);
            }
            // Letters are no text here, and no commands.
            Chosen::Unused => {
                return if matches!(typed, Typed::Key(key) if !is_plain(*key)) {
                    Taken::No
                } else {
                    Taken::Yes
                };
            }
        }
        Taken::Yes
    }

    fn bar_typed(&mut self, typed: &Typed, buffer: &mut TextBuffer) -> Taken {
        let Some(bar) = &mut self.bar else {
            return Taken::No;
        };
        match bar.typed(typed) {
            Pressed::Leave => self.close_bar(),
            Pressed::Unused => return Taken::No,
            Pressed::Enter if bar.replacement().is_some() => self.replace_one(buffer),
            Pressed::Enter => {
                let is_empty = bar.pattern().is_empty();
                self.bar = None;
                // Typing has gone to the hit already; without a new pattern the last one is meant.
                if is_empty {
                    self.find_next(buffer, false);
                } else if self.search.hits().is_empty() {
                    self.note = Some(format!("no match for “{}”", self.search.pattern()));
                }
            }
            Pressed::Typed => {
                // An empty field leaves the last pattern: enter repeats it.
                let is_new = bar.pattern() != self.search.pattern();
                if is_new && (!bar.pattern().is_empty() || bar.replacement().is_some()) {
                    self.search.set(bar.pattern());
                    self.search.refresh(buffer.lines(), buffer.version());
                    let from = self.search.within().map_or(self.origin, |(from, _)| from);
                    if let Some(place) = self.search.at_or_behind(from) {
                        buffer.go_to(place);
                    }
                }
            }
        }
        Taken::Yes
    }

    /// A click somewhere on the screen.
    pub fn click(&mut self, column: u16, row: u16, session: &mut EditSession, cx: &Context) {
        let (text, list) = self.areas.get();
        let inside = |area: Rect| area.contains((column, row).into());
        if inside(text) {
            if let Some(list) = &mut self.list {
                list.has_focus = false;
            }
            session.edit(cx, |buffer| {
                let (line, column) =
                    self.scroll
                        .cell_at(column - text.x, row - text.y, buffer.visible());
                buffer.go_to_cell(line, column);
            });
        } else if inside(list)
            && let Some(findings) = session.verdict().map(|verdict| verdict.findings.len())
            && let Some(finding) = self
                .list
                .as_ref()
                .and_then(|shown| shown.row_at(row - list.y, findings))
        {
            self.go_to_finding(finding, session, cx);
        }
    }

    pub fn wheel(&self, down: bool, buffer: &mut TextBuffer) {
        buffer.go(if down { Motion::Down(3) } else { Motion::Up(3) }, false);
    }
}
