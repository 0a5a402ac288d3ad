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
        command::Command,
        edit_session::EditSession,
        pane::{Context, Typed},
        status_badge::of_severity,
    },
    state::prepared::count,
};
use ratatui::{
    Frame,
    crossterm::event::KeyCode,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use std::cell::Cell;
use tui_kit::{
    keymap::is_plain,
    text::{
        area::TextArea,
        brackets::{at_cursor, partner},
        buffer::TextBuffer,
        fit,
        motion::Motion,
        place::{Place, shifted},
        scroll::Scroll,
        search::Search,
        wrap,
    },
    theme::Role,
};

/// A partner further away than this is not looked for while drawing; the key that goes there has no bound.
const PARTNER: usize = 1 << 20;

/// A version of the text, a place in it, and the bracket there with its partner.
type Paired = (u64, Place, Option<(Place, Place)>);

/// What is in view of the text; the text itself lies in the session.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    scroll: Scroll,
    search: Search,
    /// Open while a pattern or a replacement is typed.
    bar: Option<SearchBar>,
    /// Where the cursor was when the bar was opened.
    origin: Place,
    /// The finding that was gone to last.
    at_finding: Option<usize>,
    /// Whether to go to a finding, forwards or backwards, once the text is judged.
    walk: Option<bool>,
    /// What the check found, while that is shown.
    list: Option<FindingsList>,
    /// A word about the last key: "not found".
    note: Option<String>,
    paired: Cell<Option<Paired>>,
    /// The drawn areas of text and list, for clicks.
    areas: Cell<(Rect, Rect)>,
}

impl Editor {
    pub fn act(
        &mut self,
        action: Action,
        session: &mut EditSession,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) -> bool {
        self.note = None;
        match action {
            Action::NextFinding => self.walk_findings(session, cx, commands, false),
            Action::PreviousFinding => self.walk_findings(session, cx, commands, true),
            Action::Findings => self.toggle_list(),
            _ => return session.edit(cx.uptime, commands, |buffer| self.act_on(action, buffer)),
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
                self.replace_all(buffer)
            }
            Action::Replace | Action::ReplaceAll => self.open_replace(buffer),
            Action::GoToBracket => self.go_to_bracket(buffer),
            Action::Fold => {
                self.note = say_unless(buffer.toggle_fold(), "nothing here goes over several lines")
            }
            Action::FoldAlike => {
                self.note = Some(match buffer.fold_alike() {
                    0 => "nothing here goes over several lines".to_owned(),
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

    fn open_bar(&mut self, bar: SearchBar, buffer: &TextBuffer) {
        self.origin = buffer.cursor();
        self.search.limit(None);
        self.search.set(bar.pattern());
        self.search.refresh(buffer.lines(), buffer.version());
        self.bar = Some(bar);
    }

    fn open_replace(&mut self, buffer: &TextBuffer) {
        // The pattern of the last search goes on, unless there is a place to look in, which asks for a new one.
        let within = buffer.selection();
        let pattern = if within.is_some() {
            ""
        } else {
            self.search.pattern()
        }
        .to_owned();
        self.open_bar(SearchBar::for_replacement(&pattern), buffer);
        self.search.limit(within);
    }

    fn close_bar(&mut self) {
        self.bar = None;
        self.search.clear();
    }

    fn find_next(&mut self, buffer: &mut TextBuffer, backwards: bool) {
        if self.search.pattern().is_empty() {
            if self.bar.is_none() {
                self.open_bar(SearchBar::default(), buffer);
            }
            return;
        }
        self.search.refresh(buffer.lines(), buffer.version());
        let cursor = buffer.cursor();
        match if backwards {
            self.search.before(cursor)
        } else {
            self.search.behind(cursor)
        } {
            Some(place) => buffer.go_to(place),
            None => self.note = Some(format!("“{}” does not occur", self.search.pattern())),
        }
    }

    /// Replaces the hit at the cursor and goes to the next one; where there is none at the cursor, it only goes.
    fn replace_one(&mut self, buffer: &mut TextBuffer) {
        let Some(with) = self
            .bar
            .as_ref()
            .and_then(SearchBar::replacement)
            .map(str::to_owned)
        else {
            return;
        };
        self.search.refresh(buffer.lines(), buffer.version());
        let hit = buffer.cursor();
        let mut from = hit;
        if self.search.number(hit).is_some() {
            let length = self.search.pattern().len();
            from = buffer.replace_hit(hit, length, &with);
            if let Some((start, end)) = self.search.within() {
                let end = shifted(
                    end,
                    hit,
                    Place {
                        byte: hit.byte + length,
                        ..hit
                    },
                    from,
                );
                self.search.limit(Some((start, end)));
            }
            self.search.refresh(buffer.lines(), buffer.version());
        }
        match self.search.at_or_behind(from) {
            Some(next) => buffer.go_to(next),
            None => {
                self.note = Some(format!(
                    "“{}” does not occur any more",
                    self.search.pattern()
                ))
            }
        }
    }

    fn replace_all(&mut self, buffer: &mut TextBuffer) {
        let Some(with) = self
            .bar
            .as_ref()
            .and_then(SearchBar::replacement)
            .map(str::to_owned)
        else {
            return;
        };
        self.search.refresh(buffer.lines(), buffer.version());
        buffer.replace_hits(self.search.hits(), self.search.pattern().len(), &with);
        self.note = Some(match self.search.hits().len() {
            0 => format!("“{}” does not occur", self.search.pattern()),
            hits => format!(
                "{} replaced, one undo takes all back",
                count(hits, "hit", "hits")
            ),
        });
        if !self.search.hits().is_empty() {
            self.close_bar();
        }
    }

    fn go_to_bracket(&mut self, buffer: &mut TextBuffer) {
        let lines = buffer.lines();
        match at_cursor(lines, buffer.cursor()).map(|place| partner(lines, place, usize::MAX)) {
            Some(Some(partner)) => buffer.go_to(partner),
            Some(None) => self.note = Some("this bracket has no partner".into()),
            None => self.note = Some("no bracket here".into()),
        }
    }

    /// The bracket at the cursor and its partner.
    fn pair(&self, buffer: &TextBuffer) -> Option<(Place, Place)> {
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
        session.edit(cx.uptime, &mut Vec::new(), |buffer| {
            buffer.go_to_position(position.line, position.column)
        });
    }

    /// Goes on to a finding that was asked for before a large text was judged.
    pub fn judged(&mut self, session: &mut EditSession, cx: &Context, commands: &mut Vec<Command>) {
        if let Some(backwards) = self.walk.take() {
            self.walk_findings(session, cx, commands, backwards);
        }
    }

    fn walk_findings(
        &mut self,
        session: &mut EditSession,
        cx: &Context,
        commands: &mut Vec<Command>,
        backwards: bool,
    ) {
        if !session.ask_or_judge(cx.now, commands) {
            self.walk = Some(backwards);
            self.note = Some("checking …".to_owned());
            return;
        }
        self.note = None;
        let Some(verdict) = session.verdict().cloned() else {
            return;
        };
        if let Some(error) = verdict.error() {
            session.edit(cx.uptime, commands, |buffer| {
                buffer.go_to_position(error.line, error.column)
            });
            return;
        }
        let Some(last) = verdict.findings.len().checked_sub(1) else {
            self.note = Some("the check finds nothing".into());
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
        self.go_to_finding(next, session, cx, commands);
    }

    fn go_to_finding(
        &mut self,
        finding: usize,
        session: &mut EditSession,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) {
        self.at_finding = Some(finding);
        if let Some(list) = &mut self.list {
            list.select(finding);
        }
        if let Some(position) = session.verdict().and_then(|verdict| verdict.at(finding)) {
            session.edit(cx.uptime, commands, |buffer| {
                buffer.go_to_position(position.line, position.column)
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

    pub fn typed(
        &mut self,
        typed: &Typed,
        session: &mut EditSession,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) -> Taken {
        self.note = None;
        self.walk = None;
        if self.bar.is_none() && self.list.as_ref().is_some_and(|list| list.has_focus) {
            return self.list_typed(typed, session, cx, commands);
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
        let mut copied = Vec::new();
        let taken = session.edit(cx.uptime, commands, |buffer| {
            match (typed, self.bar.is_some()) {
                (typed, true) => self.bar_typed(typed, buffer),
                (Typed::Paste(text), _) => {
                    buffer.paste(text);
                    Taken::Yes
                }
                (Typed::Key(key), _) => {
                    editor_keys::key(*key, buffer, self.scroll.page(), &mut copied)
                }
            }
        });
        commands.append(&mut copied);
        if session.buffer().version() != before {
            // The findings are about to be others.
            self.at_finding = None;
            if self.bar.is_none() {
                // Hits are those of a text that is no more; searching again finds the new ones.
                self.search.forget_hits();
            }
        }
        // What the editor does not take may lead out of the program.
        if taken != Taken::Yes {
            session.keep(commands);
        }
        taken
    }

    fn list_typed(
        &mut self,
        typed: &Typed,
        session: &mut EditSession,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) -> Taken {
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
                self.go_to_finding(selected, session, cx, commands);
            }
            // The text goes along: one sees what is meant.
            Chosen::Moved => {
                let selected = list.selected();
                self.go_to_finding(selected, session, cx, commands);
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
                    self.note = Some(format!("“{}” does not occur", self.search.pattern()));
                }
            }
            Pressed::Typed => {
                // An empty field leaves the last pattern: enter goes on with it.
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
    pub fn click(
        &mut self,
        column: u16,
        row: u16,
        session: &mut EditSession,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) {
        let (text, list) = self.areas.get();
        let inside = |area: Rect| area.contains((column, row).into());
        if inside(text) {
            if let Some(list) = &mut self.list {
                list.has_focus = false;
            }
            session.edit(cx.uptime, commands, |buffer| {
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
            self.go_to_finding(finding, session, cx, commands);
        }
    }

    pub fn wheel(&self, down: bool, buffer: &mut TextBuffer) {
        buffer.go(if down { Motion::Down(3) } else { Motion::Up(3) }, false);
    }

    /// What the lowest line says: a note, the syntax error, the finding that was gone to, how many there are.
    fn word(&self, session: &EditSession, cx: &Context) -> (String, Role) {
        if let Some(note) = &self.note {
            return (note.clone(), Role::Warning);
        }
        let next = cx.key(Action::NextFinding);
        let found = self.search.word(session.buffer().cursor());
        match session.verdict() {
            _ if self.at_finding.is_none() && !found.is_empty() => (
                format!(
                    "{found} of “{}”, {} next",
                    self.search.pattern(),
                    cx.key(Action::FindNext)
                )
                .replacen(" of “", " for “", 1),
                Role::Info,
            ),
            None => ("checking …".to_owned(), Role::Muted),
            Some(verdict) => match (
                verdict.error(),
                self.at_finding
                    .and_then(|at| Some((at, verdict.findings.get(at)?))),
            ) {
                (Some(error), _) => (format!("✗ {error}   {next} goes there"), Role::Danger),
                (None, Some((at, finding))) => {
                    let (_, role) = of_severity(finding.severity);
                    (
                        format!(
                            "{} of {}  {}: {}",
                            at + 1,
                            verdict.findings.len(),
                            finding.severity,
                            finding.sentence
                        ),
                        role,
                    )
                }
                (None, None) => match verdict.findings.first() {
                    Some(first) => {
                        let all = count(verdict.findings.len(), "finding", "findings");
                        let list = cx.key(Action::Findings);
                        let said = format!(
                            "{all}, {next} walks through, {list} lists: {}",
                            first.sentence
                        );
                        (said, of_severity(first.severity).1)
                    }
                    None => (
                        "✓ the check finds nothing; kept at every pause".to_owned(),
                        Role::Good,
                    ),
                },
            },
        }
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, session: &EditSession, cx: &Context) {
        let buffer = session.buffer();
        let is_listing = self.list.as_ref().is_some_and(|list| list.has_focus);
        let (word, role) = self.word(session, cx);
        let room = usize::from(area.width).saturating_sub(1);
        // Whoever walks through the findings reads each of them in full.
        let words = if is_listing {
            wrap(&word, room)
        } else {
            vec![fit(&word, room).into_owned()]
        };
        let foot = self
            .bar
            .as_ref()
            .map_or(words.len().min(3) as u16, SearchBar::height);
        let [body, foot] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(foot)]).areas(area);
        let listed = self.list.as_ref().zip(session.verdict());
        let (text, list) = listed.map_or((body, Rect::default()), |(_, verdict)| {
            FindingsList::areas(body, verdict.findings.len())
        });
        self.areas.set((text, list));
        TextArea {
            text: buffer.visible(),
            cursor: Some(buffer.cursor()),
            selection: self.search.within().or_else(|| buffer.selection()),
            hits: self.search.hits(),
            hit_length: self.search.pattern().len(),
            pair: self.pair(buffer),
            marks: session.marks(),
            wraps: false,
            is_active: cx.is_focused && self.bar.is_none() && !is_listing,
        }
        .draw(frame, text, &self.scroll, cx.theme);
        if let Some((shown, verdict)) = listed {
            shown.draw(frame, list, cx, verdict);
        }
        if let Some(bar) = &self.bar {
            let found = self.search.word(buffer.cursor());
            let found = match &self.note {
                Some(note) => note.clone(),
                None if self.search.within().is_some() => format!("in the selection: {found}"),
                None => found,
            };
            bar.draw(frame, foot, cx, &found);
        } else {
            for (word, row) in words.iter().zip(foot.rows()) {
                frame.render_widget(Line::styled(format!(" {word}"), cx.theme.style(role)), row);
            }
        }
    }
}
