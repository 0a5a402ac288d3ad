//! The Diff tab: what is live against the draft, or against what was edited, in groups that fold. Enter goes to the place in the
//! document. Holds what is in view.

use super::tasks::Compare;
use crate::screen::difference_lines::{DiffLines, DiffSpot, risks};
use crate::{
    screen::{
        action::Action,
        command::{Command, TabId},
        detail_parts::{failure, unread},
        documents::Documents,
        edit_session::{EditSession, is_large_value},
        pane::{Context, Handled, Possible},
        tab::Tab,
        text_panel::TextPanel,
    },
    state::{
        ModelChange,
        prepared::{Origin, Prepared, count},
    },
    tasks::{message::TaskEvent, task::Task},
};
use ratatui::{
    Frame,
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::Rect,
    text::Line,
};
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
    time::Duration,
};
use store_model::{remote::Remote, target::Target};
use tui_kit::{meter, row, scroll, theme::Role};

/// Lines of one changed text.
const MOST_LINES: usize = 400;

/// A state of a target's document.
type State = (Target, (u64, u64));

/// A difference with the state of the document that it was made from.
#[derive(Debug)]
pub(super) struct Made {
    of: State,
    documents: Compare,
    lines: DiffLines,
}

/// What a task compares just now.
#[derive(Debug)]
pub(super) struct RequestedDifference {
    of: State,
    documents: Compare,
}

#[derive(Debug, Default)]
pub struct Diff {
    pub(super) made: RefCell<Option<Made>>,
    /// A large document is to be compared by a job, which can only be asked for once it was found missing while drawing.
    pub(super) is_wanted: Cell<bool>,
    pub(super) asked: RefCell<Option<RequestedDifference>>,
    /// The selected one of the spots.
    pub(super) at: Cell<usize>,
    /// First line in view, and the page's height as last drawn.
    pub(super) top: Cell<usize>,
    pub(super) page: Cell<usize>,
    pub(super) width: Cell<usize>,
}

/// All lines of the tab, and the line of each spot.
pub(super) struct DiffRows {
    pub(super) lines: Vec<Line<'static>>,
    pub(super) spots: Vec<(DiffSpot, usize)>,
}

impl Diff {
    /// The difference as the document stands now; `None` while it is not read, no valid JSON, or still being compared.
    pub(super) fn with<T>(
        &self,
        documents: &Documents,
        cx: &Context,
        read: impl FnOnce(&mut DiffLines) -> T,
    ) -> Option<T> {
        let of = (cx.selected?.clone(), documents.version());
        if self.made.borrow().as_ref().is_none_or(|made| made.of != of) {
            if self.is_asked(&of) || is_behind(documents, cx) {
                return None;
            }
            self.renew(of, to_compare(documents, cx)?)?;
        }
        self.made
            .borrow_mut()
            .as_mut()
            .map(|made| read(&mut made.lines))
    }

    /// Compares what is new, if it is small; `None` when a job has to do it.
    fn renew(&self, of: State, documents: Compare) -> Option<()> {
        if let Some(made) = self
            .made
            .borrow_mut()
            .as_mut()
            .filter(|made| made.documents.is_same(&documents))
        {
            made.of = of;
            return Some(());
        }
        if let Some(asked) = self
            .asked
            .borrow_mut()
            .as_mut()
            .filter(|asked| asked.documents.is_same(&documents))
        {
            asked.of = of;
            return None;
        }
        if is_large_value(documents.live().into_iter().chain([&*documents.value])) {
            self.is_wanted.set(true);
            return None;
        }
        let lines = DiffLines::new(documents.difference(), MOST_LINES);
        self.take(of, documents, lines);
        Some(())
    }

    fn take(&self, of: State, documents: Compare, mut lines: DiffLines) {
        let mut slot = self.made.borrow_mut();
        if let Some(older) = slot.as_ref().filter(|made| made.of.0 == of.0) {
            lines.keep_folds(&older.lines);
        }
        *slot = Some(Made {
            of,
            documents,
            lines,
        });
    }

    fn is_asked(&self, of: &State) -> bool {
        self.asked
            .borrow()
            .as_ref()
            .is_some_and(|asked| asked.of == *of)
    }

    /// Whether a job compares the document, or is about to.
    fn is_comparing(&self, documents: &Documents, cx: &Context) -> bool {
        let is_behind = is_behind(documents, cx);
        is_behind
            || self.is_wanted.get()
            || cx
                .selected
                .is_some_and(|target| self.is_asked(&(target.clone(), documents.version())))
    }

    pub(super) fn visible(
        &self,
        documents: &Documents,
        cx: &Context,
        width: usize,
    ) -> Option<DiffRows> {
        self.with(documents, cx, |lines| {
            let mut panel = TextPanel::new(cx.theme, width);
            if lines.difference().is_empty() {
                panel.text(
                    "No difference: it is the same as what is live.",
                    Role::Muted,
                );
                panel.text(
                    &format!("{} edits the document.", cx.key(Action::Edit)),
                    Role::Muted,
                );
            }
            risks(&mut panel, lines.difference());
            let mut all = panel.into_lines();
            let first = all.len();
            let laid = lines.laid(cx.theme, width);
            all.extend(laid.lines.iter().cloned());
            DiffRows {
                lines: all,
                spots: laid
                    .spots
                    .iter()
                    .map(|(spot, line)| (*spot, first + line))
                    .collect(),
            }
        })
    }

    pub(super) fn selected(&self, visible: &DiffRows) -> Option<(DiffSpot, usize)> {
        visible
            .spots
            .get(self.at.get().min(visible.spots.len().saturating_sub(1)))
            .copied()
    }
}

/// Whether what the text parses to is not known yet: a job is about to say so.
fn is_behind(documents: &Documents, cx: &Context) -> bool {
    documents.session(cx).is_some_and(EditSession::is_behind)
}

/// What is compared; nothing while the document is not read or no valid JSON.
fn to_compare(documents: &Documents, cx: &Context) -> Option<Compare> {
    let prepared = cx.prepared()?;
    Some(Compare {
        detail: Arc::clone(prepared.detail),
        value: documents.value(cx)?,
        zip_packages: prepared.zip_packages(cx.model),
    })
}

impl Tab for Diff {
    fn id(&self) -> TabId {
        TabId::Diff
    }

    fn hints(&self, _documents: &Documents, _cx: &Context) -> Vec<Action> {
        vec![
            Action::Enter,
            Action::Copy,
            Action::Edit,
            Action::PickZip,
            Action::Publish,
            Action::NextTab,
        ]
    }

    fn possible(&self, action: Action, documents: &Documents, cx: &Context) -> Possible {
        let is_empty = || {
            self.with(documents, cx, |lines| lines.difference().is_empty())
                .unwrap_or(true)
        };
        match action {
            Action::Enter | Action::TogglePart | Action::Copy
                if is_empty() && self.is_comparing(documents, cx) =>
            {
                Possible::No("It is still being compared.".into())
            }
            Action::Enter | Action::TogglePart | Action::Copy if is_empty() => {
                Possible::No("There is no difference.".into())
            }
            Action::Enter | Action::TogglePart | Action::Copy => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        let Some(visible) = self.visible(documents, cx, self.width.get().max(20)) else {
            return Handled::No;
        };
        let selected = self.selected(&visible).map(|(spot, _)| spot);
        match (action, selected) {
            (Action::Up, _) => self.step(&visible, false),
            (Action::Down, _) => self.step(&visible, true),
            (Action::PageUp, _) => self.turn_page(&visible, false),
            (Action::PageDown, _) => self.turn_page(&visible, true),
            (Action::First, _) => {
                self.at.set(0);
                self.top.set(0);
            }
            (Action::Last, _) => {
                self.at.set(visible.spots.len().saturating_sub(1));
                self.scroll(&visible, isize::MAX / 2);
            }
            (Action::Enter, Some(spot)) => self.press(spot, documents, cx),
            (Action::TogglePart, Some(spot)) => self.toggle(spot, documents, cx),
            (Action::Copy, _) => {
                let name = cx
                    .selected
                    .and_then(|target| cx.model.product(target))
                    .map(|product| product.name.clone());
                let title = store_model::difference::escaped(&name.unwrap_or_default());
                let markdown = self
                    .with(documents, cx, |lines| lines.difference().markdown())
                    .unwrap_or_default();
                cx.send(Command::Copy(format!("## {title}\n\n{markdown}")));
            }
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, documents: &mut Documents, cx: &Context) {
        let Some(visible) = self.visible(documents, cx, usize::from(area.width)) else {
            return;
        };
        match event.kind {
            MouseEventKind::ScrollDown => self.scroll(&visible, 3),
            MouseEventKind::ScrollUp => self.scroll(&visible, -3),
            MouseEventKind::Down(MouseButton::Left) => {
                let line = self.top.get() + usize::from(event.row.saturating_sub(area.y));
                let Some(at) = visible.spots.iter().rposition(|(_, of)| *of <= line) else {
                    return;
                };
                let is_again = self.at.replace(at) == at;
                if let Some((spot, of)) =
                    visible.spots.get(at).filter(|_| line < visible.lines.len())
                    && (is_again || (*of == line && matches!(spot, DiffSpot::Group(_))))
                {
                    self.press(*spot, documents, cx);
                }
            }
            _ => {}
        }
    }

    fn changed(&mut self, change: &ModelChange, _documents: &mut Documents, _cx: &Context) {
        match change {
            ModelChange::Task(message) => {
                if let Some((task, TaskEvent::Done(difference))) = Compare::event(message)
                    && let Some(asked) = self
                        .asked
                        .get_mut()
                        .take_if(|asked| asked.documents.is_same(task))
                {
                    let lines = DiffLines::new(Arc::clone(difference), MOST_LINES);
                    self.take(asked.of, asked.documents, lines);
                }
            }
            ModelChange::Selected => {
                *self.made.borrow_mut() = None;
                *self.asked.get_mut() = None;
                self.is_wanted.set(false);
                self.at.set(0);
                self.top.set(0);
            }
            // What the packages in the ZIP say of themselves.
            ModelChange::Examined
                if self
                    .made
                    .borrow()
                    .as_ref()
                    .is_some_and(|made| made.lines.difference().brings_packages()) =>
            {
                if let Some(made) = self.made.borrow_mut().as_mut() {
                    made.of.1 = (u64::MAX, u64::MAX);
                }
                *self.asked.get_mut() = None;
            }
            _ => {}
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.is_wanted.get().then_some(Duration::ZERO)
    }

    fn woken(&mut self, documents: &mut Documents, cx: &Context) {
        if self.is_wanted.take()
            && !is_behind(documents, cx)
            && let Some(target) = cx.selected
            && let Some(compared) = to_compare(documents, cx)
        {
            let of = (target.clone(), documents.version());
            *self.asked.get_mut() = Some(RequestedDifference {
                of,
                documents: compared.clone(),
            });
            cx.send(Command::start(compared));
        }
    }

    fn word(&self, documents: &Documents, cx: &Context) -> String {
        let Some(prepared) = cx.prepared() else {
            return String::new();
        };
        let after = match (prepared.text, prepared.origin()) {
            (Some(_), _) => "edited",
            (None, Origin::Draft) => "draft",
            (None, _) => "not edited",
        };
        match self.with(documents, cx, |lines| lines.difference().len()) {
            Some(number) if prepared.live().is_some() => {
                format!("{}, {after}", count(number, "change", "changes"))
            }
            Some(_) => format!("all new, {after}"),
            None if self.is_comparing(documents, cx) => "comparing …".to_owned(),
            None if prepared.text.is_some() => "✗ invalid JSON".to_owned(),
            None => String::new(),
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        let Some(target) = cx.selected else { return };
        let width = usize::from(area.width);
        self.width.set(width);
        self.page.set(usize::from(area.height));
        let visible = self.visible(documents, cx, width).unwrap_or_else(|| {
            let lines = match (
                cx.model.details.get(target).and_then(Remote::error),
                Prepared::of(cx.model, target),
            ) {
                (Some(error), _) => failure(cx, target, error, width),
                (None, None) => unread(cx, target, width),
                (None, Some(_)) if self.is_comparing(documents, cx) => {
                    let mut panel = TextPanel::new(cx.theme, width);
                    panel.text(
                        &format!("{} comparing …", meter::spinner(cx.uptime)),
                        Role::Busy,
                    );
                    panel.into_lines()
                }
                (None, Some(prepared)) => {
                    let mut panel = TextPanel::new(cx.theme, width);
                    let text = if prepared.text.is_some() {
                        "The edited text is not valid JSON: it cannot be compared yet."
                    } else {
                        "There is nothing to compare yet: no submission and no edits."
                    };
                    panel.text(text, Role::Warning);
                    panel.into_lines()
                }
            };
            DiffRows {
                lines,
                spots: Vec::new(),
            }
        });
        let last = visible.lines.len().saturating_sub(usize::from(area.height));
        let top = self.top.get().min(last);
        self.top.set(top);
        let selected = self.selected(&visible).map(|(_, line)| line);
        for ((index, line), place) in visible
            .lines
            .into_iter()
            .enumerate()
            .skip(top)
            .zip(area.rows())
        {
            frame.render_widget(line, place);
            if selected == Some(index) {
                row::select(frame, place, cx.theme, cx.is_focused);
            }
        }
        scroll::marks(frame, area, cx.theme, top > 0, top < last);
    }
}
