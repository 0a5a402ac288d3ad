//! The selected target's document as all tabs of the detail pane read and change it: the working copy under edit, else the kept
//! one, else the server's. One undo history for all of them. Knows no tab and no screen.

use super::command::Command;
use super::{
    edit_session::{EditSession, is_large},
    pane::Context,
};
use crate::state::prepared::{CheckVerdict, Prepared};
use crate::{
    state::ModelChange,
    tasks::{
        check::CheckDocument,
        message::{TaskEvent, TaskMessage},
        task::Task,
    },
};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};
use store_model::{
    json::{
        document::{Document, pretty},
        edit::Edit,
    },
    target::{Kind, Target},
};

/// What was computed of a target that is not under edit, until the model changes.
#[derive(Clone, Debug)]
struct Digest {
    target: Target,
    value: Option<Arc<Value>>,
    /// Of a large working copy only once a job has judged it.
    verdict: Option<Arc<CheckVerdict>>,
    /// The number that the job's answer will have.
    asked: Option<Arc<str>>,
    /// Its text's lines; made when they are shown for the first time.
    lines: Option<Rc<Vec<String>>>,
}

impl Digest {
    fn of(prepared: &Prepared, now: Timestamp) -> Self {
        let target = prepared.target.clone();
        let (value, verdict) = if let Some(text) = prepared.text.filter(|text| is_large(text.len()))
        {
            (Document::parse(text).shared(), None)
        } else {
            let verdict = CheckVerdict::of(prepared, now).map(Arc::new);
            (
                verdict.as_ref().and_then(|verdict| verdict.shared()),
                verdict,
            )
        };
        Self {
            target,
            value,
            verdict,
            asked: None,
            lines: None,
        }
    }
}

#[derive(Debug, Default)]
pub struct Documents {
    session: Option<EditSession>,
    digest: RefCell<Option<Digest>>,
    /// Grows whenever another document, or another version of it, may have come from outside.
    generation: Cell<u64>,
}

impl Documents {
    /// The document under edit, if it is the selected target's and somebody has begun.
    pub fn session(&self, cx: &Context) -> Option<&EditSession> {
        self.session
            .as_ref()
            .filter(|session| Some(session.target()) == cx.selected)
    }

    pub fn session_mut(&mut self, cx: &Context) -> Option<&mut EditSession> {
        self.session
            .as_mut()
            .filter(|session| Some(session.target()) == cx.selected)
    }

    /// Begins to edit, if nobody has; `None` where there is nothing to edit.
    pub fn open(&mut self, cx: &Context) -> Option<&mut EditSession> {
        if self.session(cx).is_none() {
            let prepared = cx.prepared()?;
            let value = self.read(cx, |digest| digest.value.clone())?;
            self.session = Some(EditSession::open(&prepared, value, cx.uptime)?);
            self.generation.set(self.generation.get() + 1);
        }
        self.session.as_mut()
    }

    pub fn kind(&self, cx: &Context) -> Option<Kind> {
        cx.selected.map(Target::kind)
    }

    /// Another number for another state of the document: for who caches what it computed.
    pub fn version(&self) -> (u64, u64) {
        (
            self.generation.get(),
            self.session
                .as_ref()
                .map_or(0, |session| session.buffer().version()),
        )
    }

    /// The document as it is now: edited, else the server's. `None` while it does not parse, or is not read.
    pub fn value(&self, cx: &Context) -> Option<Arc<Value>> {
        match self.session(cx) {
            Some(session) => session.value(),
            None => self.read(cx, |digest| digest.value.clone())?,
        }
    }

    /// The document judged; while somebody types, as it was at the last pause.
    pub fn verdict(&self, cx: &Context) -> Option<Arc<CheckVerdict>> {
        let session = self.session(cx);
        if let Some(verdict) = session.and_then(EditSession::verdict) {
            return Some(Arc::clone(verdict));
        }
        if session.is_some_and(|session| is_large(session.buffer().len())) {
            // A job is at it; until then what was known before somebody began.
            return self
                .digest
                .borrow()
                .as_ref()
                .filter(|digest| Some(&digest.target) == cx.selected)?
                .verdict
                .clone();
        }
        self.read(cx, |digest| digest.verdict.clone())?
    }

    /// The lines of the text: once it was edited those of the session or the kept copy, else the server's whole document, with
    /// what cannot be edited.
    pub fn with_lines<T>(&self, cx: &Context, read: impl FnOnce(&[String]) -> T) -> Option<T> {
        let prepared = cx.prepared()?;
        if let Some(session) = self.session(cx)
            && (prepared.text.is_some() || session.buffer().version() > 0)
        {
            return Some(read(session.buffer().lines()));
        }
        if let Some(lines) = self.read(cx, |digest| digest.lines.clone())? {
            return Some(read(&lines));
        }
        let text = match (prepared.text, prepared.server()) {
            (Some(text), _) => text.to_owned(),
            (None, Some((server, _))) => pretty(&server.document),
            (None, None) => prepared.editable_text().unwrap_or_default(),
        };
        let lines: Rc<Vec<String>> = Rc::new(text.lines().map(str::to_owned).collect());
        if let Some(digest) = self.digest.borrow_mut().as_mut() {
            digest.lines = Some(Rc::clone(&lines));
        }
        Some(read(&lines))
    }

    fn read<T>(&self, cx: &Context, read: impl FnOnce(&Digest) -> T) -> Option<T> {
        let prepared = cx.prepared()?;
        let mut slot = self.digest.borrow_mut();
        if slot
            .as_ref()
            .is_some_and(|digest| digest.target != *prepared.target)
        {
            *slot = None;
        }
        Some(read(
            slot.get_or_insert_with(|| Digest::of(&prepared, cx.now)),
        ))
    }

    /// Has a large working copy checked that nobody has begun to edit; the session does so by itself.
    fn command(&self, cx: &Context) {
        let prepared = cx.prepared();
        let Some((prepared, text)) = prepared.and_then(|prepared| Some((prepared, prepared.text?)))
        else {
            return;
        };
        if !is_large(text.len())
            || self.session(cx).is_some()
            || self.read(cx, |digest| digest.asked.is_some()) != Some(false)
        {
            return;
        }
        let text: Arc<str> = text.into();
        if let Some(digest) = self.digest.borrow_mut().as_mut() {
            digest.asked = Some(Arc::clone(&text));
        }
        cx.send(Command::start(CheckDocument {
            target: prepared.target.clone(),
            text,
            body: prepared.body().map(Arc::new),
        }));
    }

    fn checked(&mut self, message: &TaskMessage) {
        let Some((task, TaskEvent::Done(checked))) = CheckDocument::event(message) else {
            return;
        };
        let is_asked =
            |digest: &&mut Digest| digest.asked.as_ref().is_some_and(|text| task.is_of(text));
        if let Some(digest) = self.digest.get_mut().as_mut().filter(is_asked) {
            digest.verdict = Some(Arc::new(CheckVerdict::of_judged(checked)));
            digest.value = checked.document.shared();
            self.generation.set(self.generation.get() + 1);
        }
        if let Some(session) = &mut self.session {
            session.checked(task, checked);
        }
    }

    fn forget(&mut self) {
        *self.digest.borrow_mut() = None;
        self.generation.set(self.generation.get() + 1);
    }

    /// Changes places of the document, as one step of undo, kept by itself; or says why that cannot be.
    pub fn change(&mut self, edits: &[Edit], cx: &Context) -> Result<(), String> {
        if edits.is_empty() {
            return Ok(());
        }
        let session = self
            .open(cx)
            .ok_or_else(|| "There is no document to change yet.".to_owned())?;
        session.change(edits, cx)
    }

    /// Takes the last change back, whichever tab made it; `false` when there is none.
    pub fn undo(&mut self, cx: &Context) -> bool {
        self.step(cx, true)
    }

    /// Brings back what was undone; `false` when there is nothing.
    pub fn redo(&mut self, cx: &Context) -> bool {
        self.step(cx, false)
    }

    fn step(&mut self, cx: &Context, back: bool) -> bool {
        let Some(session) = self.session_mut(cx) else {
            return false;
        };
        session.edit(
            cx,
            |buffer| {
                if back { buffer.undo() } else { buffer.redo() }
            },
        )
    }

    /// Sends out what is not kept yet: what is reviewed, published or examined is the current text.
    pub fn keep(&mut self, cx: &Context) {
        if let Some(session) = &mut self.session {
            session.keep(cx);
        }
    }

    pub fn changed(&mut self, change: &ModelChange, cx: &Context) {
        match change {
            ModelChange::Selected => {
                self.keep(cx);
                self.session = None;
                self.forget();
                self.command(cx);
            }
            ModelChange::Target(target) | ModelChange::Edit(target) => {
                self.forget();
                if let Some(session) = self
                    .session
                    .as_mut()
                    .filter(|session| session.target() == target)
                    && let Some(prepared) = Prepared::of(cx.model, target)
                {
                    session.renew_text(&prepared, cx.uptime);
                    if matches!(change, ModelChange::Target(_)) {
                        session.renew_body(&prepared, cx.uptime);
                    }
                }
                if cx.selected == Some(target) {
                    self.command(cx);
                }
            }
            ModelChange::Task(message) => self.checked(message),
            _ => {}
        }
    }

    pub fn wake_at(&self) -> Option<Duration> {
        self.session.as_ref().and_then(EditSession::wake_at)
    }

    pub fn woken(&mut self, cx: &Context) {
        if let Some(session) = &mut self.session {
            session.woken(cx);
        }
    }
}
