//! Somebody else has changed the Store's document while one was edited here: says what, and lets a person keep theirs, mine, or
//! both. Decides nothing by itself; the safe answer leaves everything as it is.

use crate::screen::overlay::{self, Closing, Overlay};
use crate::{
    screen::{
        action::Action,
        command::{Command, ToastLevel},
        pane::Context,
    },
    state::{
        ModelChange,
        prepared::{Prepared, count},
    },
    tasks::working_copy::SetAside,
};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
};
use std::cell::Cell;
use store_model::{
    diff::DocumentChange,
    json::{document::Document, edit::apply_to_text},
    merge::{Conflict, Merge, Side},
    target::Target,
};
use tui_kit::{
    modal::{self, ModalTone},
    row,
    theme::Role,
};

/// What becomes of the two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    Mine,
    Theirs,
    Both,
}

impl Resolution {
    pub(super) const ALL: [Self; 3] = [Self::Both, Self::Mine, Self::Theirs];
}

/// The two versions, compared.
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) submission: String,
    pub(super) mine: String,
    pub(super) theirs: Vec<DocumentChange>,
    /// Why they cannot be merged.
    pub(super) merged: Result<Merge, String>,
}

pub struct MergeDialog {
    pub(super) target: Target,
    /// Nothing while nobody else has changed anything.
    pub(super) compared: Option<Compared>,
    pub(super) way: Resolution,
    pub(super) sides: Vec<Side>,
    /// The row under the cursor: the ways, the conflicts, the buttons.
    pub(super) row: usize,
    pub(super) is_go: bool,
    /// First line in view.
    pub(super) top: Cell<usize>,
}

const WIDTH: u16 = 96;
const HEIGHT: u16 = 30;
/// So many of their changes are listed; the rest is counted.
pub(super) const MOST: usize = 8;

impl MergeDialog {
    pub fn new(target: Target) -> Self {
        Self {
            target,
            compared: None,
            way: Resolution::Both,
            sides: Vec::new(),
            row: usize::MAX,
            is_go: false,
            top: Cell::new(0),
        }
    }

    fn compare(&mut self, cx: &Context) {
        self.compared = Prepared::of(cx.model, &self.target).and_then(|prepared| {
            let (server, _) = prepared.server().filter(|_| prepared.is_base_gone())?;
            let mine = prepared.text?.to_owned();
            let document = Document::parse(mine.clone());
            let merged = match (prepared.base_body, document.value(), prepared.body()) {
                (_, Err(error), _) => Err(format!("your text is not valid JSON ({error})")),
                (Some(base), Ok(value), Some(now)) => Ok(Merge::of(base, value, &now)),
                _ => Err("an older version of this program did not keep the document that your text was made from".to_owned()),
            };
            let name = prepared.detail.product.name.clone();
            Some(Compared { name, submission: server.id.clone(), mine, theirs: prepared.remote_changes.to_vec(), merged })
        });
        let conflicts = self.conflicts().len();
        if self.sides.len() != conflicts {
            self.sides = vec![Side::Mine; conflicts];
        }
        if self.way == Resolution::Both && self.fault(Resolution::Both).is_some() {
            self.way = Resolution::Mine;
        }
        self.row = self.row.min(self.buttons());
    }

    pub(super) fn conflicts(&self) -> &[Conflict] {
        match &self.compared {
            Some(Compared {
                merged: Ok(merged), ..
            }) => &merged.conflicts,
            _ => &[],
        }
    }

    /// Why a way is closed.
    pub(super) fn fault(&self, way: Resolution) -> Option<&str> {
        match (&self.compared, way) {
            (
                Some(Compared {
                    merged: Err(reason),
                    ..
                }),
                Resolution::Both,
            ) => Some(reason),
            _ => None,
        }
    }

    /// The conflicts that have to be decided: only a merge has any.
    pub(super) fn open(&self) -> usize {
        if self.way == Resolution::Both {
            self.conflicts().len()
        } else {
            0
        }
    }

    pub(super) fn buttons(&self) -> usize {
        Resolution::ALL.len() + self.open()
    }

    pub(super) fn sentence(&self, way: Resolution) -> String {
        match (way, self.fault(way), &self.compared) {
            (Resolution::Both, Some(reason), _) => format!("Merge: not possible, {reason}"),
            (
                Resolution::Both,
                None,
                Some(Compared {
                    merged: Ok(merged), ..
                }),
            ) => match (merged.taken(), merged.conflicts.len()) {
                (taken, 0) => {
                    format!(
                        "Merge: add {} to your text",
                        count(taken, "remote change", "remote changes")
                    )
                }
                (taken, open) => format!(
                    "Merge: add {}; {} changed by both, decided below",
                    count(taken, "remote change", "remote changes"),
                    if open == 1 {
                        "1 place was".to_owned()
                    } else {
                        format!("{open} places were")
                    }
                ),
            },
            (Resolution::Both, ..) => "Merge".to_owned(),
            (Resolution::Mine, ..) => {
                "Keep mine: leave your text as it is; publishing undoes their changes".to_owned()
            }
            (Resolution::Theirs, ..) => {
                "Take theirs: replace your text; it is set aside and stays in the history"
                    .to_owned()
            }
        }
    }

    fn toggle(&mut self, cx: &Context) {
        if let Some(way) = Resolution::ALL.get(self.row) {
            match self.fault(*way) {
                Some(reason) => cx.send(Command::Toast(
                    ToastLevel::Warning,
                    format!("Not possible: {reason}."),
                )),
                None => self.way = *way,
            }
        } else if let Some(side) = self
            .sides
            .get_mut(self.row.saturating_sub(Resolution::ALL.len()))
            .filter(|_| self.way == Resolution::Both)
        {
            *side = if *side == Side::Mine {
                Side::Theirs
            } else {
                Side::Mine
            };
        }
    }

    fn go(&self, cx: &Context) -> Closing {
        let Some(compared) = &self.compared else {
            return Closing::Close(Vec::new());
        };
        let target = || self.target.clone();
        let set_aside = Command::start(SetAside {
            target: target(),
            text: compared.mine.clone(),
        });
        let toast = |text: &str| Command::Toast(ToastLevel::Info, text.to_owned());
        Closing::Close(match (self.way, &compared.merged) {
            (Resolution::Mine, _) => vec![
                Command::Rebase(target()),
                toast("Your text stays as it is; the review shows what it undoes."),
            ],
            (Resolution::Theirs, _) => {
                vec![
                    set_aside,
                    Command::DiscardEdit(target()),
                    toast("Your text is set aside; restore it from the history."),
                ]
            }
            (Resolution::Both, Err(reason)) => {
                cx.send(Command::Toast(
                    ToastLevel::Warning,
                    format!("Not possible: {reason}."),
                ));
                return Closing::Stay;
            }
            (Resolution::Both, Ok(merged)) => {
                let edits = merged.edits(&self.sides);
                let change = match apply_to_text(&compared.mine, &edits) {
                    // One step of undo.
                    Ok(_) if cx.selected == Some(&self.target) => Command::ChangeDocument {
                        target: target(),
                        edits,
                    },
                    Ok(text) => Command::Edited {
                        target: target(),
                        text,
                    },
                    Err(error) => {
                        cx.send(Command::Toast(ToastLevel::Error, error.to_string()));
                        return Closing::Stay;
                    }
                };
                vec![
                    set_aside,
                    change,
                    Command::Rebase(target()),
                    toast("Both are in your text now; nothing was sent."),
                ]
            }
        })
    }
}

impl Overlay for MergeDialog {
    fn name(&self) -> &'static str {
        "merge"
    }

    fn opened(&mut self, cx: &Context) {
        self.compare(cx);
        self.row = self.buttons();
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        let is_on_buttons = self.row >= self.buttons();
        match action {
            Action::Up => self.row = self.row.saturating_sub(1),
            Action::Down => self.row = (self.row + 1).min(self.buttons()),
            Action::First | Action::PageUp => self.row = 0,
            Action::Last | Action::PageDown => self.row = self.buttons(),
            Action::Left | Action::Right | Action::Toggle if is_on_buttons => {
                self.is_go = !self.is_go;
            }
            Action::Enter if is_on_buttons && self.is_go => return self.go(cx),
            Action::Enter if is_on_buttons => return Closing::Close(Vec::new()),
            Action::Back => return Closing::Close(Vec::new()),
            Action::Enter | Action::Toggle | Action::Left | Action::Right => self.toggle(cx),
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        if let ModelChange::Target(target) | ModelChange::Edit(target) = change
            && *target == self.target
        {
            let was_on_buttons = self.row >= self.buttons();
            self.compare(cx);
            if was_on_buttons {
                self.row = self.buttons();
            }
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let (lines, (begin, end)) = self.lines(cx, columns);
        let name = self
            .compared
            .as_ref()
            .map(|compared| compared.name.clone())
            .unwrap_or_default();
        let hints = overlay::hints(
            cx,
            &[
                (Action::Up, ""),
                (Action::Down, "go"),
                (Action::Enter, "choose"),
                (Action::Back, "later"),
            ],
        );
        let height = (lines.len() as u16 + 2).min(HEIGHT);
        let title = format!("Changed in the Store meanwhile: {name}");
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
        let room = usize::from(body.height);
        let last = lines.len().saturating_sub(room);
        // The row under the cursor is in view; on the buttons the end of the text is.
        let top = if self.row >= self.buttons() {
            if self.top.get() == 0 && begin == 0 {
                0
            } else {
                last
            }
        } else {
            self.top
                .get()
                .clamp(end.saturating_sub(room), begin)
                .min(last)
        };
        self.top.set(top);
        row::lines(frame, body, lines.iter().skip(top));
        let has_focus = self.row >= self.buttons();
        let go = match self.way {
            Resolution::Both => "Merge",
            Resolution::Mine => "Keep mine",
            Resolution::Theirs => "Take theirs",
        };
        let answers = [
            ("Later", has_focus && !self.is_go, Role::Text),
            (go, has_focus && self.is_go, Role::Text),
        ];
        frame.render_widget(modal::buttons(cx.theme, &answers), buttons);
    }
}
