//! The editor of a submission's document: a text with undo and search, judged at every pause, kept at every pause.
//! Knows neither the Store nor the disk; what it has to say goes out as asks.

use super::{
    pane::{Cx, Typed},
    prepared::{Prepared, Verdict, count},
};
use crate::{
    action::Action,
    ask::{Ask, Severity as Loud},
    domain::{check::Severity, target::Target},
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
    text::{Line, Span},
};
use serde_json::Value;
use std::time::Duration;

/// A pause this long and the text is judged: shorter flickers, longer feels slow.
const JUDGE: Duration = Duration::from_millis(150);
/// Texts up to this size go out at every key: copying them is nothing, and whatever ends the program loses nothing.
const SMALL: usize = 256 * 1024;
/// Larger ones go out after a pause this long.
const KEEP: Duration = Duration::from_millis(300);
/// Judging reads the whole text. For a large one the pause must be one in which nobody types: 1 ms for each 10 kB.
const BYTES_PER_MS: u64 = 10_000;
/// Lines whose number is marked; finding a line walks through the text.
const MOST_MARKS: usize = 20;

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// Not one for an editor.
    No,
    /// One step back: out of the editor.
    Leave,
}

#[derive(Clone, Debug)]
pub struct Editor {
    target: Target,
    /// The server's document, against which changes are counted.
    body: Option<Value>,
    buffer: TextBuffer,
    scroll: Scroll,
    /// Open while a pattern is typed.
    search: Option<Field>,
    pattern: String,
    verdict: Option<Verdict>,
    /// Lines with findings, from 0.
    marks: Vec<(usize, Role)>,
    /// The finding that was gone to last.
    at_finding: Option<usize>,
    /// Versions of the text that were judged and kept.
    judged: Option<u64>,
    kept: u64,
    /// When the text changed last, in uptime.
    changed: Duration,
    /// A word about the last key: "not found".
    note: Option<String>,
}

impl Editor {
    /// Opens the working copy, else the server's document. `None` where there is none to edit.
    pub fn open(prepared: &Prepared, uptime: Duration) -> Option<Self> {
        let text = prepared.editable_text()?;
        Some(Self {
            target: prepared.target.clone(),
            body: prepared.body(),
            buffer: TextBuffer::new(&text),
            scroll: Scroll::default(),
            search: None,
            pattern: String::new(),
            verdict: None,
            marks: Vec::new(),
            at_finding: None,
            judged: None,
            kept: 0,
            changed: uptime,
            note: None,
        })
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    fn pause(&self, pause: Duration) -> Duration {
        pause + Duration::from_millis(self.buffer.len() as u64 / BYTES_PER_MS)
    }

    pub fn wake_at(&self) -> Option<Duration> {
        let judge = (self.judged != Some(self.buffer.version())).then(|| self.changed + self.pause(JUDGE));
        let keep = (self.kept != self.buffer.version()).then(|| self.changed + self.pause(KEEP));
        judge.into_iter().chain(keep).min()
    }

    pub fn woken(&mut self, uptime: Duration, asks: &mut Vec<Ask>) {
        if self.judged != Some(self.buffer.version()) && uptime >= self.changed + self.pause(JUDGE) {
            self.judge();
        }
        if uptime >= self.changed + self.pause(KEEP) {
            self.keep(asks);
        }
    }

    fn judge(&mut self) {
        let verdict = Verdict::of_text(self.target.kind(), self.buffer.text(), self.body.as_ref());
        self.judged = Some(self.buffer.version());
        self.at_finding = None;
        self.marks = match verdict.error() {
            Some(error) => vec![(error.line.saturating_sub(1), Role::Danger)],
            None => verdict
                .findings
                .iter()
                .filter(|finding| finding.severity != Severity::Note)
                .take(MOST_MARKS)
                .filter_map(|finding| {
                    let role = if finding.severity == Severity::Error { Role::Danger } else { Role::Warning };
                    Some((verdict.position(finding)?.line.saturating_sub(1), role))
                })
                .collect(),
        };
        self.verdict = Some(verdict);
    }

    /// Sends the text out if it is not kept yet.
    pub fn keep(&mut self, asks: &mut Vec<Ask>) {
        if self.kept != self.buffer.version() {
            self.kept = self.buffer.version();
            asks.push(Ask::Edited { target: self.target.clone(), text: self.buffer.text() });
        }
    }

    /// The model has changed: another text of the same target (from outside, or thrown away), another server document.
    pub fn renew(&mut self, prepared: &Prepared, uptime: Duration) {
        let is_kept = self.kept == self.buffer.version();
        if is_kept
            && let Some(text) = prepared.editable_text()
            && text != self.buffer.text()
        {
            self.buffer.replace_all(&text);
            self.kept = self.buffer.version();
            self.changed = uptime;
        }
        let body = prepared.body();
        if body != self.body {
            self.body = body;
            self.judged = None;
            self.changed = uptime;
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx, asks: &mut Vec<Ask>) -> bool {
        self.note = None;
        let before = self.buffer.version();
        match action {
            Action::Undo => {
                if !self.buffer.undo() {
                    self.note = Some("nothing left to undo".into());
                }
            }
            Action::Redo => {
                if !self.buffer.redo() {
                    self.note = Some("nothing to redo".into());
                }
            }
            Action::Find => self.search = Some(Field::default()),
            Action::FindNext => self.find_next(),
            Action::NextFinding => self.next_finding(),
            _ => return false,
        }
        self.touched(before, cx.uptime);
        if self.buffer.len() <= SMALL {
            self.keep(asks);
        }
        true
    }

    fn touched(&mut self, before: u64, uptime: Duration) {
        if self.buffer.version() != before {
            self.changed = uptime;
        }
    }

    fn find_next(&mut self) {
        match self.buffer.find(&self.pattern, self.buffer.cursor()) {
            Some(place) => self.buffer.go_to(place),
            None if self.pattern.is_empty() => self.search = Some(Field::default()),
            None => self.note = Some(format!("“{}” does not occur", self.pattern)),
        }
    }

    fn next_finding(&mut self) {
        if self.judged != Some(self.buffer.version()) {
            self.judge();
        }
        let Some(verdict) = &self.verdict else { return };
        if let Some(error) = verdict.error() {
            self.buffer.go_to_position(error.line, error.column);
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
            self.buffer.go_to_position(position.line, position.column);
        }
    }

    pub fn typed(&mut self, typed: &Typed, cx: &Cx, asks: &mut Vec<Ask>) -> Taken {
        self.note = None;
        let before = self.buffer.version();
        let taken = match (typed, self.search.is_some()) {
            (typed, true) => self.search_typed(typed),
            (Typed::Paste(text), _) => {
                self.buffer.paste(text);
                Taken::Yes
            }
            (Typed::Key(key), _) => self.key(*key, asks),
        };
        self.touched(before, cx.uptime);
        // What the editor does not take may lead out of the program.
        if taken != Taken::Yes || self.buffer.len() <= SMALL {
            self.keep(asks);
        }
        taken
    }

    fn search_typed(&mut self, typed: &Typed) -> Taken {
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
                    self.find_next();
                } else if self.buffer.find(&self.pattern, self.buffer.cursor()).is_none() {
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
        let Place { line, byte } = self.buffer.cursor();
        let from = match byte.checked_sub(1) {
            Some(byte) => Place { line, byte },
            None => Place { line: line.checked_sub(1).unwrap_or(self.buffer.lines().len() - 1), byte: usize::MAX },
        };
        if let Some(place) = self.buffer.find(&self.pattern, from) {
            self.buffer.go_to(place);
        }
        Taken::Yes
    }

    fn key(&mut self, key: KeyEvent, asks: &mut Vec<Ask>) -> Taken {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let page = self.scroll.page().saturating_sub(1).max(1);
        let buffer = &mut self.buffer;
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
                self.keep(asks);
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
    pub fn click(&mut self, column: u16, row: u16) {
        let (line, column) = self.scroll.cell_at(column, row, self.buffer.lines().len());
        self.buffer.go_to_cell(line, column);
    }

    pub fn wheel(&mut self, down: bool) {
        self.buffer.go(if down { Motion::Down(3) } else { Motion::Up(3) }, false);
    }

    /// `editing`, `3 changes`, `Ln 12, Col 8`, the worst that was found: parts of the pane's title.
    pub fn notes<'a>(&self, cx: &Cx) -> Vec<Span<'a>> {
        let style = |role| cx.theme.style(role);
        let mut notes = vec![Span::styled("editing", style(Role::Info))];
        if let Some(verdict) = self.verdict.as_ref().filter(|verdict| verdict.error().is_none()) {
            notes.push(Span::styled(count(verdict.changes.len(), "change", "changes"), style(Role::Text)));
        }
        let (line, column) = self.buffer.position();
        notes.push(Span::styled(format!("Ln {line}, Col {column}"), style(Role::Text)));
        if let Some(verdict) = &self.verdict {
            notes.push(match (verdict.error(), verdict.count(Severity::Error), verdict.count(Severity::Warning)) {
                (Some(error), ..) => Span::styled(format!("✗ line {}: {}", error.line, error.message), style(Role::Danger)),
                (_, 0, 0) => Span::styled("✓", style(Role::Good)),
                (_, 0, warnings) => Span::styled(format!("! {}", count(warnings, "warning", "warnings")), style(Role::Warning)),
                (_, errors, _) => Span::styled(format!("✗ {}", count(errors, "error", "errors")), style(Role::Danger)),
            });
        }
        notes
    }

    /// What the lowest line says: a note, the syntax error, the finding that was gone to, how many there are.
    fn word(&self, cx: &Cx) -> (String, Role) {
        if let Some(note) = &self.note {
            return (note.clone(), Role::Warning);
        }
        let next = cx.key(Action::NextFinding);
        match &self.verdict {
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

    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let [text, line] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        TextArea {
            lines: self.buffer.lines(),
            cursor: Some(self.buffer.cursor()),
            selection: self.buffer.selection(),
            pattern: &self.pattern,
            marks: &self.marks,
            wraps: false,
            is_active: cx.is_focused && self.search.is_none(),
        }
        .draw(frame, text, &self.scroll, cx.theme);
        if let Some(field) = &self.search {
            draw_search(frame, line, cx, field);
        } else {
            let (word, role) = self.word(cx);
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
