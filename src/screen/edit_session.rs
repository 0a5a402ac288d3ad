//! One target's document while it is under edit: the text with its undo history, checked and kept at every pause. All tabs of the
//! detail pane change this one text. Knows neither the Store nor the disk nor a view; its requests leave as commands.

use super::command::Command;
use super::pane::Context;
use crate::state::prepared::{CheckVerdict, Prepared, count};
use crate::tasks::check::CheckDocument;
use jiff::Timestamp;
use ratatui::text::Span;
use serde_json::Value;
use std::{cell::RefCell, sync::Arc, time::Duration};
use store_model::{
    checked::Judged,
    json::{
        document::{Document, Position, nearest_position_in},
        edit::{self, Edit},
    },
    rules::check::Severity,
    target::Target,
};
use tui_kit::{text::buffer::TextBuffer, theme::Role};

/// A pause this long and the text is checked: shorter flickers, longer feels slow.
const CHECK: Duration = Duration::from_millis(150);
/// Texts up to this size go out at every key: copying them is nothing, and whatever ends the program loses nothing.
const SMALL: usize = 256 * 1024;

/// Whether a text of this many bytes is checked by a background task.
pub fn is_large(bytes: usize) -> bool {
    bytes > SMALL
}

/// Whether documents are compared and analyzed away from the screen: what is written out is more than a small text. Counts no further
/// than that.
pub fn is_large_value<'a>(values: impl IntoIterator<Item = &'a Value>) -> bool {
    let mut left = SMALL;
    let mut open: Vec<&Value> = values.into_iter().collect();
    while let Some(value) = open.pop() {
        // Names and texts with their quotes, colon, comma and indentation.
        let bytes = match value {
            Value::String(text) => text.len() + 8,
            Value::Array(items) => {
                open.extend(items);
                8
            }
            Value::Object(members) => {
                open.extend(members.values());
                members.keys().map(|name| name.len() + 8).sum::<usize>() + 8
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        };
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => return true,
        }
    }
    false
}

/// Larger ones go out after a pause this long.
const KEEP: Duration = Duration::from_millis(300);
/// Keeping copies the whole text. For a large one the pause must be one in which nobody types: 1 ms for each 10 kB.
const BYTES_PER_MS: u64 = 10_000;

/// A version of the text and what it parses to.
type Parsed = (u64, Option<Arc<Value>>);

#[derive(Clone, Debug)]
pub struct EditSession {
    target: Target,
    /// The server's document, against which changes are counted.
    body: Option<Arc<Value>>,
    buffer: TextBuffer,
    parsed: RefCell<Option<Parsed>>,
    verdict: Option<Arc<CheckVerdict>>,
    /// Lines with findings, from 0.
    marks: Vec<(usize, Role)>,
    /// Versions of the text that were checked and kept.
    checked: Option<u64>,
    /// The version and the text that a task checks just now.
    asked: Option<(u64, Arc<str>)>,
    kept: u64,
    /// When the text changed last, in uptime.
    changed: Duration,
}

impl EditSession {
    /// Opens the working copy, else the server's document, whose `value` is known if it parses. `None` where there is none to edit.
    pub fn open(prepared: &Prepared, value: Option<Arc<Value>>, uptime: Duration) -> Option<Self> {
        let text = prepared.editable_text()?;
        Some(Self {
            target: prepared.target.clone(),
            body: prepared.body().map(Arc::new),
            buffer: TextBuffer::new(&text),
            parsed: RefCell::new(Some((0, value))),
            verdict: None,
            marks: Vec::new(),
            checked: None,
            asked: None,
            kept: 0,
            changed: uptime,
        })
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The server's document, as far as it can be edited.
    pub fn body(&self) -> Option<&Value> {
        self.body.as_deref()
    }

    pub fn buffer(&self) -> &TextBuffer {
        &self.buffer
    }

    /// What was found in the text at the last pause.
    pub fn verdict(&self) -> Option<&Arc<CheckVerdict>> {
        self.verdict.as_ref()
    }

    pub fn marks(&self) -> &[(usize, Role)] {
        &self.marks
    }

    /// The document as it is now; `None` while the text does not parse.
    pub fn value(&self) -> Option<Arc<Value>> {
        let mut parsed = self.parsed.borrow_mut();
        let version = self.buffer.version();
        if parsed.as_ref().is_none_or(|(of, _)| *of != version) {
            *parsed = Some((version, Document::parse(self.buffer.text()).shared()));
        }
        parsed.as_ref().and_then(|(_, value)| value.clone())
    }

    /// Whether a job is about to say what a large text parses to: who can wait for it spares the screen a parse.
    pub fn is_behind(&self) -> bool {
        let version = self.buffer.version();
        is_large(self.buffer.len())
            && self
                .parsed
                .borrow()
                .as_ref()
                .is_none_or(|(of, _)| *of != version)
    }

    /// Where the value at a pointer is, or the nearest part above it; `None` while the text does not parse.
    pub fn place(&self, pointer: &str) -> Option<Position> {
        self.value()?;
        nearest_position_in(&self.buffer.text(), pointer)
    }

    /// Moves in the text or changes it; a change is kept and will be checked.
    pub fn edit<T>(&mut self, cx: &Context, act: impl FnOnce(&mut TextBuffer) -> T) -> T {
        let before = self.buffer.version();
        let done = act(&mut self.buffer);
        if self.buffer.version() != before {
            self.changed = cx.uptime;
            if !is_large(self.buffer.len()) {
                self.keep(cx);
            }
        }
        done
    }

    /// Changes places of the document, as one step of undo; or says why that cannot be.
    pub fn change(&mut self, edits: &[Edit], cx: &Context) -> Result<(), String> {
        if self.value().is_none() {
            return Err("The text is not valid JSON; fix it first.".to_owned());
        }
        let text =
            edit::apply_to_text(&self.buffer.text(), edits).map_err(|error| error.to_string())?;
        // Taken out and put back: where nobody else keeps it, nothing of it is copied.
        if let Some((_, Some(mut value))) = self.parsed.take() {
            edit::apply_to_value(Arc::make_mut(&mut value), edits)
                .map_err(|error| error.to_string())?;
            self.edit(cx, |buffer| buffer.replace_all(&text));
            *self.parsed.borrow_mut() = Some((self.buffer.version(), Some(value)));
        }
        if !is_large(self.buffer.len()) {
            self.check_now(cx.now);
        }
        Ok(())
    }

    pub fn wake_at(&self) -> Option<Duration> {
        let check = self.wants_check().then(|| self.changed + CHECK);
        let keep = (self.kept != self.buffer.version()).then(|| self.changed + self.pause(KEEP));
        check.into_iter().chain(keep).min()
    }

    fn pause(&self, pause: Duration) -> Duration {
        pause + Duration::from_millis(self.buffer.len() as u64 / BYTES_PER_MS)
    }

    pub fn woken(&mut self, cx: &Context) {
        if cx.uptime >= self.changed + CHECK {
            self.check(cx);
        }
        if cx.uptime >= self.changed + self.pause(KEEP) {
            self.keep(cx);
        }
    }

    /// Checks the current text, unless that was done.
    fn check_now(&mut self, now: Timestamp) {
        if self.checked == Some(self.buffer.version()) {
            return;
        }
        let verdict = CheckVerdict::of_text(
            self.target.kind(),
            self.buffer.text(),
            self.body.as_deref(),
            now,
        );
        self.take(verdict);
    }

    fn take(&mut self, verdict: CheckVerdict) {
        self.asked = None;
        self.checked = Some(self.buffer.version());
        let mut parsed = self.parsed.borrow_mut();
        // What is here already stays: nobody else keeps it, so that the next edit copies nothing.
        if parsed
            .as_ref()
            .is_none_or(|(of, _)| *of != self.buffer.version())
        {
            *parsed = Some((self.buffer.version(), verdict.shared()));
        }
        drop(parsed);
        self.marks = marks(&verdict);
        self.verdict = Some(Arc::new(verdict));
    }

    /// Whether the current text is neither checked nor about to be.
    fn wants_check(&self) -> bool {
        let version = self.buffer.version();
        self.checked != Some(version)
            && self
                .asked
                .as_ref()
                .is_none_or(|(asked, _)| *asked != version)
    }

    /// Checks a small text at once, has a large one checked by a task. Says whether the verdict is there.
    pub fn check(&mut self, cx: &Context) -> bool {
        if !is_large(self.buffer.len()) {
            self.check_now(cx.now);
        } else if self.wants_check() {
            let text: Arc<str> = self.buffer.text().into();
            self.asked = Some((self.buffer.version(), Arc::clone(&text)));
            cx.send(Command::start(CheckDocument {
                target: self.target.clone(),
                text,
                body: self.body.clone(),
            }));
        }
        self.checked == Some(self.buffer.version())
    }

    /// What a task has found, if it is about the current text.
    pub fn checked(&mut self, task: &CheckDocument, checked: &Judged) {
        let is_asked = |(version, text): &(u64, Arc<str>)| {
            *version == self.buffer.version() && task.is_of(text)
        };
        if self.asked.as_ref().is_some_and(is_asked) {
            self.take(CheckVerdict::of_judged(checked));
        }
    }

    /// Sends the text out if it is not kept yet.
    pub fn keep(&mut self, cx: &Context) {
        if self.kept != self.buffer.version() {
            self.kept = self.buffer.version();
            cx.send(Command::Edited {
                target: self.target.clone(),
                text: self.buffer.text(),
            });
        }
    }

    /// Another text of the same target came from outside, or was thrown away.
    pub fn renew_text(&mut self, prepared: &Prepared, uptime: Duration) {
        let is_kept = self.kept == self.buffer.version();
        let is_same = |text: &str| text.split('\n').eq(self.buffer.lines());
        if is_kept
            && !prepared.text.is_some_and(is_same)
            && let Some(text) = prepared.editable_text()
        {
            self.buffer.replace_all(&text);
            if self.kept != self.buffer.version() {
                self.kept = self.buffer.version();
                self.changed = uptime;
            }
        }
    }

    /// The server's document may be another one.
    pub fn renew_body(&mut self, prepared: &Prepared, uptime: Duration) {
        let body = prepared.body();
        if body.as_ref() != self.body() {
            self.body = body.map(Arc::new);
            self.checked = None;
            self.asked = None;
            self.changed = uptime;
        }
    }

    /// `3 changes`, the worst that was found: parts of the pane's title.
    pub fn notes(&self, cx: &Context) -> Vec<Span<'static>> {
        let style = |role| cx.theme.style(role);
        let Some(verdict) = &self.verdict else {
            return Vec::new();
        };
        let found = match (
            verdict.error(),
            verdict.count(Severity::Error),
            verdict.count(Severity::Warning),
        ) {
            (Some(error), ..) => Span::styled(
                format!("✗ line {}: {}", error.line, error.message),
                style(Role::Danger),
            ),
            (_, 0, 0) => Span::styled("✓", style(Role::Good)),
            (_, 0, warnings) => Span::styled(
                format!("! {}", count(warnings, "warning", "warnings")),
                style(Role::Warning),
            ),
            (_, errors, _) => Span::styled(
                format!("✗ {}", count(errors, "error", "errors")),
                style(Role::Danger),
            ),
        };
        let changes = || {
            Span::styled(
                count(verdict.changes.len(), "change", "changes"),
                style(Role::Text),
            )
        };
        verdict
            .error()
            .is_none()
            .then(changes)
            .into_iter()
            .chain([found])
            .collect()
    }
}

/// The lines to mark, in order, the worst of each.
fn marks(verdict: &CheckVerdict) -> Vec<(usize, Role)> {
    if let Some(error) = verdict.error() {
        return vec![(error.line.saturating_sub(1), Role::Danger)];
    }
    let findings = verdict
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.severity != Severity::Note);
    let mut marks: Vec<_> = findings
        .filter_map(|(at, finding)| {
            Some((verdict.at(at)?.line.saturating_sub(1), finding.severity))
        })
        .collect();
    marks.sort_unstable();
    marks.dedup_by_key(|(line, _)| *line);
    let role = |severity| {
        if severity == Severity::Error {
            Role::Danger
        } else {
            Role::Warning
        }
    };
    marks
        .into_iter()
        .map(|(line, severity)| (line, role(severity)))
        .collect()
}
