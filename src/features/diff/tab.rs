//! The Diff tab: what is live against the draft, or against what was edited, in groups that fold. Enter goes to the place in the
//! document. Holds what is in view.

use crate::screen::difference_lines::{DiffLines, Spot, concerns};
use crate::{
    screen::{
        action::Action,
        ask::{Ask, TabId},
        detail_parts::{failure, unread},
        documents::Desk,
        edit_session::{Session, is_large_value},
        pane::{Cx, Handled, Possible},
        tab::Tab,
        text_panel::Sheet,
    },
    state::{
        Change,
        prepared::{Origin, Prepared, count},
    },
    tasks::{
        analyze,
        job::{Job, ToCompare},
    },
};
use ratatui::{
    Frame,
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::Rect,
    text::{Line, Span},
};
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
    time::Duration,
};
use store_model::{remote::Remote, target::Target};
use tui_kit::{meter, theme::Role};

/// Lines of one changed text.
const MOST_LINES: usize = 400;

/// A state of a target's document.
type State = (Target, (u64, u64));

/// A difference with the state of the document that it was made from.
#[derive(Debug)]
struct Made {
    of: State,
    documents: ToCompare,
    lines: DiffLines,
}

/// What a job compares just now.
#[derive(Debug)]
struct Asked {
    of: State,
    documents: ToCompare,
    /// Its answer will have it.
    number: u64,
}

/// Whether another state of the desk holds the same documents: a text that was kept is no other text.
fn is_same(one: &ToCompare, other: &ToCompare) -> bool {
    Arc::ptr_eq(&one.detail, &other.detail)
        && Arc::ptr_eq(&one.value, &other.value)
        && one.brought == other.brought
}

#[derive(Debug, Default)]
pub struct Diff {
    made: RefCell<Option<Made>>,
    /// A large document is to be compared by a job, which can only be asked for once it was found missing while drawing.
    is_wanted: Cell<bool>,
    asked: RefCell<Option<Asked>>,
    /// The selected one of the spots.
    at: Cell<usize>,
    /// First line in view, and the page's height as last drawn.
    top: Cell<usize>,
    page: Cell<usize>,
    width: Cell<usize>,
}

/// All lines of the tab, and the line of each spot.
struct Sight {
    lines: Vec<Line<'static>>,
    spots: Vec<(Spot, usize)>,
}

impl Diff {
    /// The difference as the document stands now; `None` while it is not read, no valid JSON, or still being compared.
    fn with<T>(&self, desk: &Desk, cx: &Cx, read: impl FnOnce(&mut DiffLines) -> T) -> Option<T> {
        let of = (cx.selected?.clone(), desk.version());
        if self.made.borrow().as_ref().is_none_or(|made| made.of != of) {
            if self.is_asked(&of) || is_behind(desk, cx) {
                return None;
            }
            self.renew(of, documents(desk, cx)?)?;
        }
        self.made
            .borrow_mut()
            .as_mut()
            .map(|made| read(&mut made.lines))
    }

    /// Compares what is new, if it is small; `None` when a job has to do it.
    fn renew(&self, of: State, documents: ToCompare) -> Option<()> {
        if let Some(made) = self
            .made
            .borrow_mut()
            .as_mut()
            .filter(|made| is_same(&made.documents, &documents))
        {
            made.of = of;
            return Some(());
        }
        if let Some(asked) = self
            .asked
            .borrow_mut()
            .as_mut()
            .filter(|asked| is_same(&asked.documents, &documents))
        {
            asked.of = of;
            return None;
        }
        let live = documents
            .detail
            .published
            .as_ref()
            .map(|live| &live.document);
        if is_large_value(live.into_iter().chain([&*documents.value])) {
            self.is_wanted.set(true);
            return None;
        }
        let lines = DiffLines::new(analyze::difference(&documents), MOST_LINES);
        self.take(of, documents, lines);
        Some(())
    }

    fn take(&self, of: State, documents: ToCompare, mut lines: DiffLines) {
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
    fn is_comparing(&self, desk: &Desk, cx: &Cx) -> bool {
        let is_behind = is_behind(desk, cx);
        is_behind
            || self.is_wanted.get()
            || cx
                .selected
                .is_some_and(|target| self.is_asked(&(target.clone(), desk.version())))
    }

    fn sight(&self, desk: &Desk, cx: &Cx, width: usize) -> Option<Sight> {
        self.with(desk, cx, |lines| {
            let mut sheet = Sheet::new(cx.theme, width);
            if lines.difference().is_empty() {
                sheet.text(
                    "No difference: it is the same as what is live.",
                    Role::Muted,
                );
                sheet.text(
                    &format!("{} edits the document.", cx.key(Action::Edit)),
                    Role::Muted,
                );
            }
            concerns(&mut sheet, lines.difference());
            let mut all = sheet.into_lines();
            let first = all.len();
            let laid = lines.laid(cx.theme, width);
            all.extend(laid.lines.iter().cloned());
            Sight {
                lines: all,
                spots: laid
                    .spots
                    .iter()
                    .map(|(spot, line)| (*spot, first + line))
                    .collect(),
            }
        })
    }

    fn selected(&self, sight: &Sight) -> Option<(Spot, usize)> {
        sight
            .spots
            .get(self.at.get().min(sight.spots.len().saturating_sub(1)))
            .copied()
    }

    /// One spot on; through what is taller than the page line by line.
    fn step(&self, sight: &Sight, down: bool) {
        let page = self.page.get().max(1);
        let at = self.at.get().min(sight.spots.len().saturating_sub(1));
        let next = if down {
            Some(at + 1)
        } else {
            at.checked_sub(1)
        };
        let line = next
            .and_then(|next| sight.spots.get(next))
            .map(|(_, line)| *line);
        let top = self.top.get();
        match (next, line) {
            (Some(next), Some(line)) if (top.saturating_sub(1)..=top + page).contains(&line) => {
                self.at.set(next);
                self.show(sight);
            }
            // It is further away than a line beyond the edge.
            (Some(_), Some(_)) if down => self.scroll(sight, 1),
            (Some(_), Some(_)) => self.scroll(sight, -1),
            _ if down => self.scroll(sight, 1),
            _ => self.scroll(sight, -1),
        }
    }

    fn scroll(&self, sight: &Sight, by: isize) {
        let last = sight.lines.len().saturating_sub(self.page.get());
        self.top
            .set(self.top.get().saturating_add_signed(by).min(last));
    }

    /// Scrolls so that the selected line is in view.
    fn show(&self, sight: &Sight) {
        let Some((_, line)) = self.selected(sight) else {
            return;
        };
        let page = self.page.get().max(1);
        // With the first one selected what stands above it is in view too, as far as it fits.
        if self.at.get() == 0 && line < page {
            self.top.set(0);
        } else if line < self.top.get() {
            self.top.set(line);
        } else if line >= self.top.get() + page {
            self.top.set(line + 1 - page);
        }
    }

    fn turn_page(&self, sight: &Sight, down: bool) {
        let page = isize::try_from(self.page.get().saturating_sub(1).max(1)).unwrap_or(1);
        self.scroll(sight, if down { page } else { -page });
        let view = self.top.get()..self.top.get() + self.page.get().max(1);
        if let Some(at) = sight.spots.iter().position(|(_, line)| view.contains(line)) {
            self.at.set(at);
        }
    }

    fn toggle(&self, spot: Spot, desk: &Desk, cx: &Cx) {
        self.with(desk, cx, |lines| lines.toggle(spot.group()));
        // The heading of what was folded is selected; it has the same place among the spots that are left.
        if let Some(sight) = self.sight(desk, cx, self.width.get().max(20)) {
            let at = sight
                .spots
                .iter()
                .position(|(other, _)| *other == Spot::Group(spot.group()));
            self.at.set(at.unwrap_or_default());
            self.show(&sight);
        }
    }

    fn press(&self, spot: Spot, desk: &Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        let pointer = self
            .with(desk, cx, |lines| {
                lines.entry(spot).map(|entry| entry.pointer.clone())
            })
            .flatten();
        match pointer {
            Some(pointer) => asks.push(Ask::Reveal { pointer }),
            None => self.toggle(spot, desk, cx),
        }
    }
}

/// Whether what the text parses to is not known yet: a job is about to say so.
fn is_behind(desk: &Desk, cx: &Cx) -> bool {
    desk.session(cx).is_some_and(Session::is_behind)
}

/// What is compared; nothing while the document is not read or no valid JSON.
fn documents(desk: &Desk, cx: &Cx) -> Option<ToCompare> {
    let prepared = Prepared::of(cx.model, cx.selected?)?;
    Some(ToCompare {
        detail: Arc::clone(prepared.detail),
        value: desk.value(cx)?,
        brought: prepared.brought(cx.model),
    })
}

impl Tab for Diff {
    fn id(&self) -> TabId {
        TabId::Diff
    }

    fn hints(&self, _desk: &Desk, _cx: &Cx) -> Vec<Action> {
        vec![
            Action::Enter,
            Action::Copy,
            Action::Edit,
            Action::PickZip,
            Action::Publish,
            Action::NextTab,
        ]
    }

    fn possible(&self, action: Action, desk: &Desk, cx: &Cx) -> Possible {
        let is_empty = || {
            self.with(desk, cx, |lines| lines.difference().is_empty())
                .unwrap_or(true)
        };
        match action {
            Action::Enter | Action::TogglePart | Action::Copy
                if is_empty() && self.is_comparing(desk, cx) =>
            {
                Possible::No("It is still being compared.".into())
            }
            Action::Enter | Action::TogglePart | Action::Copy if is_empty() => {
                Possible::No("There is no difference.".into())
            }
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::Enter
            | Action::TogglePart
            | Action::Copy => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        let Some(sight) = self.sight(desk, cx, self.width.get().max(20)) else {
            return Handled::No;
        };
        let selected = self.selected(&sight).map(|(spot, _)| spot);
        match (action, selected) {
            (Action::Up, _) => self.step(&sight, false),
            (Action::Down, _) => self.step(&sight, true),
            (Action::PageUp, _) => self.turn_page(&sight, false),
            (Action::PageDown, _) => self.turn_page(&sight, true),
            (Action::First, _) => {
                self.at.set(0);
                self.top.set(0);
            }
            (Action::Last, _) => {
                self.at.set(sight.spots.len().saturating_sub(1));
                self.scroll(&sight, isize::MAX / 2);
            }
            (Action::Enter, Some(spot)) => self.press(spot, desk, cx, asks),
            (Action::TogglePart, Some(spot)) => self.toggle(spot, desk, cx),
            (Action::Copy, _) => {
                let name = cx
                    .selected
                    .and_then(|target| cx.model.product(target))
                    .map(|product| product.name.clone());
                let title = store_model::difference::escaped(&name.unwrap_or_default());
                let markdown = self
                    .with(desk, cx, |lines| lines.difference().markdown())
                    .unwrap_or_default();
                asks.push(Ask::Copy(format!("## {title}\n\n{markdown}")));
            }
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(
        &mut self,
        event: MouseEvent,
        area: Rect,
        desk: &mut Desk,
        cx: &Cx,
        asks: &mut Vec<Ask>,
    ) {
        let Some(sight) = self.sight(desk, cx, usize::from(area.width)) else {
            return;
        };
        match event.kind {
            MouseEventKind::ScrollDown => self.scroll(&sight, 3),
            MouseEventKind::ScrollUp => self.scroll(&sight, -3),
            MouseEventKind::Down(MouseButton::Left) => {
                let line = self.top.get() + usize::from(event.row.saturating_sub(area.y));
                let Some(at) = sight.spots.iter().rposition(|(_, of)| *of <= line) else {
                    return;
                };
                let is_again = self.at.replace(at) == at;
                if let Some((spot, of)) = sight.spots.get(at).filter(|_| line < sight.lines.len())
                    && (is_again || (*of == line && matches!(spot, Spot::Group(_))))
                {
                    self.press(*spot, desk, cx, asks);
                }
            }
            _ => {}
        }
    }

    fn changed(&mut self, change: &Change, _desk: &mut Desk, _cx: &Cx, _asks: &mut Vec<Ask>) {
        match change {
            Change::Compared(comparison) => {
                if let Some(asked) = self
                    .asked
                    .get_mut()
                    .take_if(|asked| asked.number == comparison.number)
                {
                    let lines = DiffLines::new(Arc::clone(&comparison.difference), MOST_LINES);
                    self.take(asked.of, asked.documents, lines);
                }
            }
            Change::Selected => {
                *self.made.borrow_mut() = None;
                *self.asked.get_mut() = None;
                self.is_wanted.set(false);
                self.at.set(0);
                self.top.set(0);
            }
            // What the packages in the ZIP say of themselves.
            Change::Examined
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

    fn woken(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        if self.is_wanted.take()
            && !is_behind(desk, cx)
            && let Some(target) = cx.selected
            && let Some(documents) = documents(desk, cx)
        {
            // No number of an earlier question comes again.
            let asked = self.asked.get_mut();
            let number = asked
                .as_ref()
                .map_or(0, |asked| asked.number + 1)
                .max(cx.uptime.as_nanos() as u64);
            let of = (target.clone(), desk.version());
            *asked = Some(Asked {
                of,
                documents: documents.clone(),
                number,
            });
            asks.push(Ask::Start(Job::Compare { number, documents }));
        }
    }

    fn word(&self, desk: &Desk, cx: &Cx) -> String {
        let Some(prepared) = cx
            .selected
            .and_then(|target| Prepared::of(cx.model, target))
        else {
            return String::new();
        };
        let after = match (prepared.text, prepared.origin()) {
            (Some(_), _) => "edited",
            (None, Origin::Draft) => "draft",
            (None, _) => "not edited",
        };
        match self.with(desk, cx, |lines| lines.difference().len()) {
            Some(number) if prepared.live().is_some() => {
                format!("{}, {after}", count(number, "change", "changes"))
            }
            Some(_) => format!("all new, {after}"),
            None if self.is_comparing(desk, cx) => "comparing …".to_owned(),
            None if prepared.text.is_some() => "✗ no valid JSON".to_owned(),
            None => String::new(),
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, desk: &Desk, cx: &Cx) {
        let Some(target) = cx.selected else { return };
        let width = usize::from(area.width);
        self.width.set(width);
        self.page.set(usize::from(area.height));
        let sight = self.sight(desk, cx, width).unwrap_or_else(|| {
            let lines = match (
                cx.model.details.get(target).and_then(Remote::error),
                Prepared::of(cx.model, target),
            ) {
                (Some(error), _) => failure(cx, target, error, width),
                (None, None) => unread(cx, target, width),
                (None, Some(_)) if self.is_comparing(desk, cx) => {
                    let mut sheet = Sheet::new(cx.theme, width);
                    sheet.text(
                        &format!("{} comparing …", meter::spinner(cx.uptime)),
                        Role::Busy,
                    );
                    sheet.into_lines()
                }
                (None, Some(prepared)) => {
                    let mut sheet = Sheet::new(cx.theme, width);
                    let text = if prepared.text.is_some() {
                        "The edited text is no valid JSON: it cannot be compared yet."
                    } else {
                        "There is nothing to compare yet: no submission, and nothing was edited."
                    };
                    sheet.text(text, Role::Warning);
                    sheet.into_lines()
                }
            };
            Sight {
                lines,
                spots: Vec::new(),
            }
        });
        let last = sight.lines.len().saturating_sub(usize::from(area.height));
        let top = self.top.get().min(last);
        self.top.set(top);
        let selected = self.selected(&sight).map(|(_, line)| line);
        let style = cx.theme.style(if cx.is_focused {
            Role::Selection
        } else {
            Role::SelectionUnfocused
        });
        for ((index, line), place) in sight
            .lines
            .into_iter()
            .enumerate()
            .skip(top)
            .zip(area.rows())
        {
            frame.render_widget(line, place);
            if selected == Some(index) {
                frame.buffer_mut().set_style(place, style);
            }
        }
        let mark = |frame: &mut Frame, y, mark| {
            let place = Rect {
                x: area.right().saturating_sub(1),
                y,
                width: 1,
                height: 1,
            };
            frame.render_widget(Span::styled(mark, cx.theme.style(Role::Key)), place);
        };
        if top > 0 && area.height > 0 {
            mark(frame, area.y, "▲");
        }
        if top < last && area.height > 0 {
            mark(frame, area.bottom() - 1, "▼");
        }
    }
}
