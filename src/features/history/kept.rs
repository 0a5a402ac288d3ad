//! One document of a target's past: what an update changed, what restoring it would change, and putting it into the working copy.
//! Nothing is sent from here: what was restored goes through the review like any edit.

use super::{
    tasks::{LoadHistory, ReadKept},
    wording::kind_word,
};
use crate::screen::overlay::{self, Closing, Overlay};
use crate::{
    screen::{
        action::Action,
        command::{Command, ToastLevel},
        pane::Context,
        status_badge::at,
    },
    state::{
        ModelChange,
        prepared::{Prepared, count},
    },
    tasks::{
        history_item::KeptDocument,
        history_item::{Deed, HistoryItem},
        message::TaskEvent,
        task::Task,
        working_copy::SetAside,
    },
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::{
    diff::{DocumentChange, diff},
    json::{document::pretty, edit::Edit},
    target::Target,
};
use tui_kit::{
    modal::{self, ModalTone},
    scroll::Scroll,
    text,
    theme::Role,
};

/// What restoring would mean, as far as the document is read.
enum Found {
    Reading,
    /// Why it cannot be read.
    Broken(String),
    Document {
        /// What becomes the working copy.
        text: String,
        /// The same, where it is JSON.
        body: Option<Value>,
        /// From what the Store holds now to it.
        changes: Vec<DocumentChange>,
    },
}

pub struct KeptDialog {
    target: Target,
    item: HistoryItem,
    path: Option<PathBuf>,
    document: Option<Arc<KeptDocument>>,
    found: Found,
    scroll: Scroll,
    is_restore: bool,
}

const WIDTH: u16 = 96;
const HEIGHT: u16 = 28;

impl KeptDialog {
    pub fn new(target: Target, item: HistoryItem, is_restore: bool) -> Self {
        let path = match &item.deed {
            Deed::Put { before: path, .. } | Deed::Rescued { path, .. } => Some(path.clone()),
            Deed::Edited { .. } | Deed::Run(_) => None,
        };
        Self {
            target,
            item,
            path,
            document: None,
            found: Found::Reading,
            scroll: Scroll::default(),
            is_restore,
        }
    }

    fn look(&mut self, cx: &Context) {
        let Some(document) = &self.document else {
            return;
        };
        let server = Prepared::of(cx.model, &self.target)
            .and_then(|prepared| prepared.body())
            .unwrap_or(Value::Null);
        self.found = match &document.body {
            Ok(body) => {
                let changes = if server.is_null() {
                    Vec::new()
                } else {
                    diff(&server, body)
                };
                Found::Document {
                    text: pretty(body),
                    body: Some(body.clone()),
                    changes,
                }
            }
            // A text that was set aside may be broken JSON; it comes back letter by letter.
            Err(_) => Found::Document {
                text: document.text.clone(),
                body: None,
                changes: Vec::new(),
            },
        };
    }

    /// The text that the document would take the place of, if that is another one.
    fn gives_way<'a>(&self, cx: &Context<'a>, text: &str) -> Option<&'a str> {
        let copy = cx.model.edits.get(&self.target)?;
        copy.text.as_deref().filter(|own| *own != text)
    }

    fn restore(&self, cx: &Context) -> Closing {
        match &self.found {
            Found::Reading => {
                cx.send(Command::Toast(
                    ToastLevel::Info,
                    "It is still being read.".to_owned(),
                ));
                Closing::Stay
            }
            Found::Broken(error) => {
                cx.send(Command::Toast(ToastLevel::Warning, error.clone()));
                Closing::Stay
            }
            Found::Document { .. } if Prepared::of(cx.model, &self.target).is_none() => {
                let text = "The Store's document has not been read yet: refresh first.".to_owned();
                cx.send(Command::Toast(ToastLevel::Warning, text));
                Closing::Stay
            }
            Found::Document { text, body, .. } => {
                // As one step of undo, where there is a document to take the step in.
                let is_whole = |text: &str| serde_json::from_str::<Value>(text).is_ok();
                let own = cx
                    .model
                    .edits
                    .get(&self.target)
                    .and_then(|copy| copy.text.as_deref());
                let change = match body {
                    Some(body) if cx.selected == Some(&self.target) && own.is_none_or(is_whole) => {
                        let edits = vec![Edit::Set {
                            pointer: String::new(),
                            value: body.clone(),
                        }];
                        Command::ChangeDocument {
                            target: self.target.clone(),
                            edits,
                        }
                    }
                    _ => Command::Edited {
                        target: self.target.clone(),
                        text: text.clone(),
                    },
                };
                let set_aside = self.gives_way(cx, text).map(|own| {
                    Command::start(SetAside {
                        target: self.target.clone(),
                        text: own.to_owned(),
                    })
                });
                let said = format!(
                    "The earlier document is in your working copy; nothing was sent. {} reviews it, {} undoes it.",
                    cx.key(Action::Publish),
                    cx.key(Action::Undo)
                );
                let rest = [
                    change,
                    Command::Rebase(self.target.clone()),
                    Command::Toast(ToastLevel::Info, said),
                ];
                Closing::Close(set_aside.into_iter().chain(rest).collect())
            }
        }
    }

    fn lines(&self, cx: &Context, columns: usize) -> Vec<Line<'static>> {
        let mut lines: Vec<Line> = Vec::new();
        let say = |lines: &mut Vec<Line<'static>>, text: &str, role: Role| {
            let indent = text.len() - text.trim_start().len();
            for (index, part) in text::wrap(text.trim_start(), columns.saturating_sub(indent + 2))
                .into_iter()
                .enumerate()
            {
                let hang = if index == 0 || indent == 0 {
                    indent
                } else {
                    indent + 2
                };
                lines.push(Line::styled(
                    format!("{}{part}", " ".repeat(hang)),
                    cx.theme.style(role),
                ));
            }
        };
        match &self.item.deed {
            Deed::Put {
                submission,
                run,
                changes,
                is_read_back,
                ..
            } => {
                let draft = submission.as_deref().unwrap_or("unknown");
                match changes.as_deref() {
                    Some(changes) => {
                        let what =
                            count(changes.len(), "place", "places").replace("no place", "nothing");
                        say(
                            &mut lines,
                            &format!("This update changed {what} of draft {draft}:"),
                            Role::Title,
                        );
                        for change in changes {
                            say(&mut lines, &format!("  {}", change.sentence()), Role::Text);
                        }
                    }
                    None if *is_read_back => say(
                        &mut lines,
                        "What this update changed is still being compared.",
                        Role::Muted,
                    ),
                    None => say(
                        &mut lines,
                        &format!(
                            "Draft {draft} was not read back after this update: what it changed is not known."
                        ),
                        Role::Muted,
                    ),
                }
                say(
                    &mut lines,
                    &format!("Run {}.", run.as_deref().unwrap_or("unknown")),
                    Role::Muted,
                );
            }
            _ => {
                if let Some(path) = &self.path {
                    say(&mut lines, &path.display().to_string(), Role::Muted);
                }
            }
        }
        lines.push(Line::default());
        match &self.found {
            Found::Reading => say(&mut lines, "Reading the document…", Role::Busy),
            Found::Broken(error) => say(&mut lines, &format!("✗ {error}"), Role::Danger),
            Found::Document { text, changes, .. } => {
                let what = if matches!(self.item.deed, Deed::Put { .. }) {
                    "the document from before it"
                } else {
                    "it"
                };
                if changes.is_empty() {
                    say(
                        &mut lines,
                        &format!("Restoring {what}: no change from what the Store holds now."),
                        Role::Title,
                    );
                } else {
                    let number = count(changes.len(), "change", "changes");
                    say(
                        &mut lines,
                        &format!("Restoring {what}: {number} from what the Store holds now."),
                        Role::Title,
                    );
                    for change in changes {
                        say(&mut lines, &format!("  {}", change.sentence()), Role::Text);
                    }
                }
                if self.gives_way(cx, text).is_some() {
                    say(
                        &mut lines,
                        "It replaces your working copy, which is set aside first and then appears in this list.",
                        Role::Warning,
                    );
                }
                say(
                    &mut lines,
                    "Nothing is sent: it becomes your working copy, to be reviewed as usual.",
                    Role::Muted,
                );
            }
        }
        lines
    }
}

impl Overlay for KeptDialog {
    fn name(&self) -> &'static str {
        "kept"
    }

    fn opened(&mut self, cx: &Context) {
        if let Some(path) = &self.path {
            cx.send(Command::start(ReadKept {
                target: self.target.clone(),
                path: path.clone(),
            }));
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        if self.scroll.act(action) {
            return Closing::Stay;
        }
        match action {
            Action::Enter if self.is_restore => self.restore(cx),
            Action::Enter | Action::Back => Closing::Close(Vec::new()),
            Action::Left | Action::Right | Action::Toggle => {
                self.is_restore = !self.is_restore;
                Closing::Stay
            }
            _ => Closing::Unused,
        }
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.scroll.mouse(event);
        Closing::Stay
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        match change {
            ModelChange::Task(message) => {
                if let Some((_, TaskEvent::Progress(history) | TaskEvent::Done(history))) =
                    LoadHistory::event(message)
                {
                    // What the update changed may have been computed meanwhile.
                    let mut items = history.items.iter();
                    if history.target == self.target
                        && let Some(item) = items.find(|item| same_file(item, &self.item))
                    {
                        self.item = item.clone();
                    }
                }
                match ReadKept::event(message) {
                    Some((task, _)) if Some(&task.path) != self.path.as_ref() => {}
                    Some((_, TaskEvent::Progress(kept) | TaskEvent::Done(kept))) => {
                        self.document = Some(Arc::clone(kept));
                        self.look(cx);
                    }
                    Some((_, TaskEvent::Failed(error))) => {
                        self.found = Found::Broken(error.message.clone());
                    }
                    Some((_, TaskEvent::Cancelled)) | None => {}
                }
            }
            ModelChange::Target(target) | ModelChange::Edit(target) if *target == self.target => {
                self.look(cx);
            }
            _ => {}
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let lines = self.lines(cx, columns);
        let title = format!(
            "{} of {}",
            kind_word(&self.item.deed).0,
            at(self.item.at, cx.zone)
        );
        let title = title.chars().next().map_or(String::new(), |first| {
            first.to_uppercase().to_string() + &title[first.len_utf8()..]
        });
        let hints = overlay::hints(
            cx,
            &[
                (Action::Left, ""),
                (Action::Right, "choose"),
                (Action::Enter, "answer"),
                (Action::Back, "back"),
            ],
        );
        let height = (lines.len() as u16 + 2).min(HEIGHT);
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &title),
            hints,
            (WIDTH, height),
        );
        let [body, _, buttons] = Layout::vertical([
            Constraint::Min(0),
            Constraint::Length(1),
            Constraint::Length(1),
        ])
        .areas(inner);
        self.scroll.draw(frame, body, &lines);
        let restore = if matches!(self.item.deed, Deed::Put { .. }) {
            "Restore an earlier document"
        } else {
            "Restore it"
        };
        let answers = [
            ("Close", !self.is_restore, Role::Text),
            (restore, self.is_restore, Role::Text),
        ];
        frame.render_widget(modal::buttons(cx.theme, &answers), buttons);
    }
}

fn same_file(left: &HistoryItem, right: &HistoryItem) -> bool {
    match (&left.deed, &right.deed) {
        (Deed::Put { before: left, .. }, Deed::Put { before: right, .. })
        | (Deed::Rescued { path: left, .. }, Deed::Rescued { path: right, .. }) => left == right,
        _ => false,
    }
}
