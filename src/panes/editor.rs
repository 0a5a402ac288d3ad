//! The editor of a submission's document: keys, search and what is in view of the text. The text lies in the session, which
//! judges and keeps it. Knows neither the Store nor the disk.

use super::{
    pane::{Cx, Typed},
    prepared::count,
    session::Session,
};
use crate::{
    action::Action,
    ask::{Ask, Severity as Loud},
    domain::check::Severity,
    ui::{
        field::Field,
        keymap::is_plain,
        text::fit,
        text_area::{Scroll, TextArea},
        text_buffer::TextBuffer,
        text_motion::Motion,
        text_place::Place,
        theme::Role,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
    layout::{Constraint, Layout, Rect},
    text::Line,
};

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// Not one for an editor.
    No,
    /// One step back: out of the editor.
    Leave,
}

/// What is in view of the text; the text itself lies in the session.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    scroll: Scroll,
    /// Open while a pattern is typed.
    search: Option<Field>,
    pattern: String,
    /// The finding that was gone to last.
    at_finding: Option<usize>,
    /// A word about the last key: "not found".
    note: Option<String>,
}

impl Editor {
    pub fn act(&mut self, action: Action, session: &mut Session, cx: &Cx, asks: &mut Vec<Ask>) -> bool {
        self.note = None;
        match action {
            Action::Undo => {
                if !session.edit(cx.uptime, asks, TextBuffer::undo) {
                    self.note = Some("nothing left to undo".into());
                }
            }
            Action::Redo => {
                if !session.edit(cx.uptime, asks, TextBuffer::redo) {
                    self.note = Some("nothing to redo".into());
                }
            }
            Action::Find => self.search = Some(Field::default()),
            Action::FindNext => session.edit(cx.uptime, asks, |buffer| self.find_next(buffer)),
            Action::NextFinding => self.next_finding(session, cx, asks),
            _ => return false,
        }
        true
    }

    fn find_next(&mut self, buffer: &mut TextBuffer) {
        match buffer.find(&self.pattern, buffer.cursor()) {
            Some(place) => buffer.go_to(place),
            None if self.pattern.is_empty() => self.search = Some(Field::default()),
            None => self.note = Some(format!("“{}” does not occur", self.pattern)),
        }
    }

    /// Goes to the value at a pointer, or to the nearest part above it that exists.
    pub fn reveal(&mut self, pointer: &str, session: &mut Session, cx: &Cx) {
        session.judge();
        let Some(position) = session.verdict().and_then(|verdict| verdict.place(pointer)) else { return };
        // A movement changes nothing: there is nothing to be said.
        session.edit(cx.uptime, &mut Vec::new(), |buffer| buffer.go_to_position(position.line, position.column));
    }

    fn next_finding(&mut self, session: &mut Session, cx: &Cx, asks: &mut Vec<Ask>) {
        session.judge();
        let Some(verdict) = session.verdict().cloned() else { return };
        if let Some(error) = verdict.error() {
            session.edit(cx.uptime, asks, |buffer| buffer.go_to_position(error.line, error.column));
            return;
        }
        let next = self.at_finding.map_or(0, |at| at + 1);
        let next = if next < verdict.findings.len() { next } else { 0 };
        let Some(finding) = verdict.findings.get(next) else {
            self.note = Some("the check finds nothing".into());
            return;
        };
        self.at_finding = Some(next);
        if let Some(position) = verdict.position(finding) {
            session.edit(cx.uptime, asks, |buffer| buffer.go_to_position(position.line, position.column));
        }
    }

    pub fn typed(&mut self, typed: &Typed, session: &mut Session, cx: &Cx, asks: &mut Vec<Ask>) -> Taken {
        self.note = None;
        let before = session.buffer().version();
        let mut copied = Vec::new();
        let taken = session.edit(cx.uptime, asks, |buffer| match (typed, self.search.is_some()) {
            (typed, true) => self.search_typed(typed, buffer),
            (Typed::Paste(text), _) => {
                buffer.paste(text);
                Taken::Yes
            }
            (Typed::Key(key), _) => self.key(*key, buffer, &mut copied),
        });
        asks.append(&mut copied);
        if session.buffer().version() != before {
            // The findings are about to be others.
            self.at_finding = None;
        }
        // What the editor does not take may lead out of the program.
        if taken != Taken::Yes {
            session.keep(asks);
        }
        taken
    }

    fn search_typed(&mut self, typed: &Typed, buffer: &mut TextBuffer) -> Taken {
        let Some(field) = &mut self.search else { return Taken::No };
        match typed {
            Typed::Key(KeyEvent { code: KeyCode::Esc, .. }) => {
                self.search = None;
                self.pattern.clear();
                return Taken::Yes;
            }
            Typed::Key(KeyEvent { code: KeyCode::Enter, .. }) => {
                let is_empty = field.is_empty();
                self.search = None;
                // Typing has gone to the hit already; without a new pattern the last one is meant.
                if is_empty {
                    self.find_next(buffer);
                } else if buffer.find(&self.pattern, buffer.cursor()).is_none() {
                    self.note = Some(format!("“{}” does not occur", self.pattern));
                }
                return Taken::Yes;
            }
            Typed::Key(key) => {
                if !field.key(*key) {
                    return Taken::No;
                }
            }
            Typed::Paste(text) => field.paste(text),
        }
        field.text().clone_into(&mut self.pattern);
        // From one letter before: what is typed on stays on the hit that it has found.
        let Place { line, byte } = buffer.cursor();
        let from = match byte.checked_sub(1) {
            Some(byte) => Place { line, byte },
            None => Place { line: line.checked_sub(1).unwrap_or(buffer.lines().len() - 1), byte: usize::MAX },
        };
        if let Some(place) = buffer.find(&self.pattern, from) {
            buffer.go_to(place);
        }
        Taken::Yes
    }

    fn key(&mut self, key: KeyEvent, buffer: &mut TextBuffer, asks: &mut Vec<Ask>) -> Taken {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let page = self.scroll.page().saturating_sub(1).max(1);
        match key.code {
            KeyCode::Esc => {
                if !buffer.deselect() {
                    return Taken::Leave;
                }
            }
            KeyCode::Char(c) if is_plain(key) => buffer.type_char(c),
            KeyCode::Char('a') if control => buffer.select_all(),
            KeyCode::Char('c') if control => match buffer.selected_text() {
                Some(text) => asks.push(Ask::Copy(text)),
                None => return Taken::No,
            },
            KeyCode::Char('x') if control => {
                if let Some(text) = buffer.cut() {
                    asks.push(Ask::Copy(text));
                }
            }
            KeyCode::Char('s') if control => {
                asks.push(Ask::Toast(Loud::Info, "Kept. It is kept by itself at every pause, too.".into()));
            }
            KeyCode::Char('h') if control => buffer.backspace(),
            KeyCode::Char('w') | KeyCode::Backspace if control => buffer.delete_word(),
            KeyCode::Backspace => buffer.backspace(),
            KeyCode::Delete => buffer.delete(),
            KeyCode::Enter => buffer.new_line(),
            KeyCode::Tab => buffer.insert("  "),
            KeyCode::Left if control => buffer.go(Motion::WordLeft, shift),
            KeyCode::Right if control => buffer.go(Motion::WordRight, shift),
            KeyCode::Left => buffer.go(Motion::Left, shift),
            KeyCode::Right => buffer.go(Motion::Right, shift),
            KeyCode::Up => buffer.go(Motion::Up(1), shift),
            KeyCode::Down => buffer.go(Motion::Down(1), shift),
            KeyCode::PageUp => buffer.go(Motion::Up(page), shift),
            KeyCode::PageDown => buffer.go(Motion::Down(page), shift),
            KeyCode::Home if control => buffer.go(Motion::Start, shift),
            KeyCode::End if control => buffer.go(Motion::End, shift),
            KeyCode::Home => buffer.go(Motion::LineStart, shift),
            KeyCode::End => buffer.go(Motion::LineEnd, shift),
            // Shift-Tab would leave the pane in the middle of a word.
            KeyCode::BackTab => {}
            _ => return Taken::No,
        }
        Taken::Yes
    }

    /// A click into the text, from its left upper corner.
    pub fn click(&self, column: u16, row: u16, buffer: &mut TextBuffer) {
        let (line, column) = self.scroll.cell_at(column, row, buffer.lines().len());
        buffer.go_to_cell(line, column);
    }

    pub fn wheel(&self, down: bool, buffer: &mut TextBuffer) {
        buffer.go(if down { Motion::Down(3) } else { Motion::Up(3) }, false);
    }

    /// What the lowest line says: a note, the syntax error, the finding that was gone to, how many there are.
    fn word(&self, session: &Session, cx: &Cx) -> (String, Role) {
        if let Some(note) = &self.note {
            return (note.clone(), Role::Warning);
        }
        let next = cx.key(Action::NextFinding);
        match session.verdict() {
            None => ("checking …".to_owned(), Role::Muted),
            Some(verdict) => match (verdict.error(), self.at_finding.and_then(|at| Some((at, verdict.findings.get(at)?)))) {
                (Some(error), _) => (format!("✗ {error}   {next} goes there"), Role::Danger),
                (None, Some((at, finding))) => {
                    let role = if finding.severity == Severity::Error { Role::Danger } else { Role::Warning };
                    (format!("{} of {}  {}: {}", at + 1, verdict.findings.len(), finding.severity, finding.sentence), role)
                }
                (None, None) => match verdict.findings.first() {
                    Some(first) => {
                        let all = count(verdict.findings.len(), "finding", "findings");
                        let role = if first.severity == Severity::Error { Role::Danger } else { Role::Warning };
                        (format!("{all}, {next} walks through: {}", first.sentence), role)
                    }
                    None => ("✓ the check finds nothing; kept at every pause".to_owned(), Role::Good),
                },
            },
        }
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, session: &Session, cx: &Cx) {
        let buffer = session.buffer();
        let [text, line] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        TextArea {
            lines: buffer.lines(),
            cursor: Some(buffer.cursor()),
            selection: buffer.selection(),
            pattern: &self.pattern,
            marks: session.marks(),
            wraps: false,
            is_active: cx.is_focused && self.search.is_none(),
        }
        .draw(frame, text, &self.scroll, cx.theme);
        if let Some(field) = &self.search {
            draw_search(frame, line, cx, field);
        } else {
            let (word, role) = self.word(session, cx);
            let word = fit(&word, usize::from(line.width).saturating_sub(1)).into_owned();
            frame.render_widget(Line::styled(format!(" {word}"), cx.theme.style(role)), line);
        }
    }
}

/// The line in which a pattern is typed.
pub fn draw_search(frame: &mut Frame, area: Rect, cx: &Cx, field: &Field) {
    let [label, input] = Layout::horizontal([Constraint::Length(3), Constraint::Min(1)]).areas(area);
    frame.render_widget(Line::styled(" / ", cx.theme.style(Role::Key)), label);
    field.draw(frame, input, cx.theme, "search", cx.is_focused);
}
