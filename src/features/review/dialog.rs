//! The review before a run that commits: what will happen, what has to be confirmed, and what blocks it.
//! The safe button has the focus. Starts nothing itself: it answers with the plan.

use super::{analysis::Analyzer, body::ReviewItem, preview::Preview};
use crate::screen::overlay::{self, Closing, Overlay};
use crate::{
    screen::{
        action::{Action, Scope},
        command::Command,
        difference_lines::DiffLines,
        pane::{Context, Handled, Typed},
        text_panel::TextPanel,
    },
    state::{
        ModelChange,
        prepared::{Prepared, package_identity},
    },
    tasks::{
        browse::{Examine, HashZip},
        report::Examined,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use std::{
    cell::{Cell, RefCell},
    path::PathBuf,
    sync::Arc,
};
use store_model::{
    archive::fit::Fit,
    difference::Difference,
    fingerprint::{Fingerprint, ZipPart},
    target::Target,
};
use tui_kit::{
    field::Field,
    meter,
    modal::{self, ModalTone},
    row,
    text::fit,
    theme::Role,
};

/// Lines of one changed text; the Diff tab has them all.
const MOST_LINES: usize = 12;

/// Up to this many bytes a ZIP is read for its hash without being asked: in a moment, even from a slow disk.
const SMALL: u64 = 256 << 20;

pub struct Review {
    pub(super) target: Target,
    /// While they are busy nothing can be published.
    pub(super) analyzer: Analyzer,
    pub(super) preview: Option<Preview>,
    pub(super) view: DiffLines,
    /// The ZIP whose sum was asked for.
    pub(super) summing: Option<PathBuf>,
    pub(super) has_looked_inside: bool,
    pub(super) focus: ReviewItem,
    /// The product's name, typed on a protected profile.
    pub(super) typed_name: Field,
    /// First line in view, and what was drawn last: lines, page, and the line of each item.
    pub(super) top: Cell<usize>,
    pub(super) len: Cell<usize>,
    pub(super) page: Cell<usize>,
    pub(super) places: RefCell<Vec<(ReviewItem, usize)>>,
}

impl Review {
    pub fn new(target: Target) -> Self {
        Self {
            target,
            analyzer: Analyzer::default(),
            preview: None,
            view: DiffLines::new(Difference::default(), MOST_LINES),
            summing: None,
            has_looked_inside: false,
            focus: ReviewItem::Cancel,
            typed_name: Field::default(),
            top: Cell::default(),
            len: Cell::default(),
            page: Cell::default(),
            places: RefCell::default(),
        }
    }

    fn look(&mut self, cx: &Context) {
        let Some(prepared) = Prepared::of(cx.model, &self.target) else {
            self.preview = None;
            self.analyzer.clear();
            return;
        };
        let Some(analysis) = self.analyzer.analyze(&prepared, cx) else {
            return;
        };
        let mut preview = Preview::of(cx.model, &prepared, analysis);
        if let Some(older) = &self.preview {
            preview.keep_answers(older);
        }
        if let Some(zip) = &preview.zip
            && !cx.model.examined.is_loading()
            && cx
                .model
                .examined
                .value()
                .is_none_or(|examined| examined.zip != *zip)
        {
            let document = preview.analysis.value.clone().unwrap_or_default();
            let identity = package_identity(cx.model, &self.target);
            cx.send(Command::start(Examine {
                zip: zip.clone(),
                kind: preview.kind,
                document,
                identity,
            }));
        }
        let mut view = DiffLines::new(Arc::clone(&preview.analysis.difference), MOST_LINES);
        view.keep_folds(&self.view);
        self.view = view;
        self.preview = Some(preview);
        self.has_looked_inside = self.examined(cx).is_some();
        self.sum(false, cx);
        if !self.items(cx).contains(&self.focus) {
            self.focus = ReviewItem::Cancel;
        }
    }

    /// The chosen ZIP as it was found.
    pub(super) fn examined<'a>(&self, cx: &Context<'a>) -> Option<&'a Examined> {
        let zip = self.preview.as_ref()?.zip.as_ref()?;
        cx.model
            .examined
            .value()
            .filter(|examined| examined.zip == *zip)
    }

    /// Lets the ZIP be read for the hash: a small one at once, a large one when somebody wants the hash.
    fn sum(&mut self, is_wanted: bool, cx: &Context) {
        let Some(zip) = self.preview.as_ref().and_then(Preview::uploaded).cloned() else {
            return;
        };
        let Some(examined) = self
            .examined(cx)
            .filter(|examined| examined.broken.is_none())
        else {
            return;
        };
        if self.summing.as_ref() != Some(&zip) && (is_wanted || examined.size <= SMALL) {
            self.summing = Some(zip.clone());
            cx.send(Command::start(HashZip { zip }));
        }
    }

    /// The whole hash, once the ZIP has been read.
    pub(super) fn hash(&self, cx: &Context) -> Option<Fingerprint> {
        let preview = self.preview.as_ref()?;
        let zip = match preview.uploaded() {
            None => ZipPart::None,
            Some(_) => ZipPart::Sha256(self.examined(cx)?.summed.as_ref()?.sum?),
        };
        Some(preview.analysis.hash.as_ref()?.with_zip(zip))
    }

    pub(super) fn fit(&self, cx: &Context) -> Option<Fit> {
        self.preview.as_ref()?.fit(self.examined(cx)?)
    }

    /// One on; `is_answer` leaves out what asks nothing: groups that fold.
    pub(super) fn step(&mut self, cx: &Context, by: isize, is_answer: bool) {
        let mut items = self.items(cx);
        items.retain(|item| {
            !is_answer || *item == self.focus || !matches!(item, ReviewItem::Group(_))
        });
        let at = items
            .iter()
            .position(|item| *item == self.focus)
            .unwrap_or_default();
        if let Some(item) = at.checked_add_signed(by).and_then(|next| items.get(next)) {
            self.focus = *item;
            self.show_focus();
        }
    }
}

impl Overlay for Review {
    fn name(&self) -> &'static str {
        "review"
    }

    fn takes_text(&self) -> bool {
        self.focus == ReviewItem::Name
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Overlay, Scope::Move, Scope::Target]
    }

    fn opened(&mut self, cx: &Context) {
        self.look(cx);
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        let page = isize::try_from(self.page.get())
            .unwrap_or(10)
            .saturating_sub(1)
            .max(1);
        match action {
            Action::Back => return Closing::Close(Vec::new()),
            Action::Enter => return self.press(cx),
            Action::Left | Action::Right | Action::Copy if self.focus == ReviewItem::Name => {
                return Closing::Unused;
            }
            Action::Copy => match self.hash(cx) {
                Some(hash) => cx.send(Command::Copy(hash.to_string())),
                None => self.sum(true, cx),
            },
            Action::Toggle if !matches!(self.focus, ReviewItem::Cancel | ReviewItem::Publish) => {
                return self.press(cx);
            }
            Action::Up => self.step(cx, -1, false),
            Action::Down => self.step(cx, 1, false),
            Action::Left if self.focus == ReviewItem::Publish => self.focus = ReviewItem::Cancel,
            Action::Right if self.focus == ReviewItem::Cancel => self.step(cx, 1, true),
            Action::Toggle | Action::Left | Action::Right => {}
            Action::PageUp => self.scroll(-page),
            Action::PageDown => self.scroll(page),
            Action::First => self.scroll(isize::MIN / 2),
            Action::Last => self.scroll(isize::MAX / 2),
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        match typed {
            Typed::Key(key) if key.code == KeyCode::Tab => self.step(cx, 1, true),
            Typed::Key(key) if key.code == KeyCode::BackTab => self.step(cx, -1, true),
            Typed::Key(key) if self.focus == ReviewItem::Name => {
                if !self.typed_name.key(*key) {
                    return Handled::No;
                }
            }
            // The choices by their numbers, from anywhere in the review.
            Typed::Key(key)
                if let KeyCode::Char(digit @ '1'..='9') = key.code
                    && let Some(index) = digit.to_digit(10).map(|digit| digit as usize - 1)
                    && self.items(cx).contains(&ReviewItem::Choice(index)) =>
            {
                self.focus = ReviewItem::Choice(index);
                self.press(cx);
                self.show_focus();
            }
            Typed::Key(key)
                if key.code == KeyCode::Char('p')
                    && self.items(cx).contains(&ReviewItem::Publish) =>
            {
                self.focus = ReviewItem::Publish;
            }
            Typed::Paste(text) if self.focus == ReviewItem::Name => self.typed_name.paste(text),
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        match event.kind {
            MouseEventKind::ScrollDown => self.scroll(3),
            MouseEventKind::ScrollUp => self.scroll(-3),
            _ => {}
        }
        Closing::Stay
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        match change {
            ModelChange::Target(target)
            | ModelChange::Edit(target)
            | ModelChange::Status(target)
                if *target == self.target =>
            {
                self.look(cx);
            }
            ModelChange::Task(message) if self.analyzer.answered(message) => self.look(cx),
            // What its packages say of themselves is part of what changes.
            ModelChange::Examined if !self.has_looked_inside && self.examined(cx).is_some() => {
                self.look(cx);
            }
            _ => {}
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let blockers = self.blockers(cx);
        let (columns, rows) = (
            area.width.saturating_sub(6).min(110),
            area.height.saturating_sub(4).min(44),
        );
        let hints = overlay::hints(
            cx,
            &[
                (Action::Up, ""),
                (Action::Down, "move"),
                (Action::Enter, "choose"),
                (Action::PageUp, ""),
                (Action::PageDown, "read on"),
                (Action::Copy, "copy hash"),
                (Action::Back, "cancel"),
            ],
        );
        let width = usize::from(columns).saturating_sub(1);
        let (lines, places) = if let Some(preview) = &self.preview {
            self.lines(cx, preview, width)
        } else {
            let mut panel = TextPanel::new(cx.theme, width);
            if self.analyzer.is_busy() {
                panel.text(
                    &format!("{} comparing …", meter::spinner(cx.uptime)),
                    Role::Busy,
                );
            } else {
                panel.text("Its submissions have not been read yet.", Role::Warning);
            }
            (panel.into_lines(), Vec::new())
        };
        let field = u16::from(places.iter().any(|(item, _)| *item == ReviewItem::Name));
        // Under the text: the field for the name, what stands against it, the buttons.
        let rows = rows.min(lines.len() as u16 + 3 + field);
        let tone = if self.is_open(cx) {
            ModalTone::Danger
        } else {
            ModalTone::Calm
        };
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (tone, "Review before publishing"),
            hints,
            (columns, rows),
        );
        let [text, name, word, buttons] = Layout::vertical([
            Constraint::Min(1),
            Constraint::Length(field),
            Constraint::Length(2.min(inner.height.saturating_sub(2))),
            Constraint::Length(1),
        ])
        .areas(inner);
        self.len.set(lines.len());
        self.page.set(usize::from(text.height));
        *self.places.borrow_mut() = places;
        let last = lines.len().saturating_sub(usize::from(text.height));
        // Not kept: while something is read again the text may be shorter for a moment, and the place in it must not be lost.
        let top = self.top.get().min(last);
        row::lines(frame, text, lines.into_iter().skip(top));
        let mark = |frame: &mut Frame, y, mark| {
            frame.render_widget(
                Span::styled(mark, style(Role::Key)),
                Rect {
                    x: text.right().saturating_sub(1),
                    y,
                    width: 1,
                    height: 1,
                },
            );
        };
        if top > 0 && text.height > 0 {
            mark(frame, text.y, "▲");
        }
        if top < last && text.height > 0 {
            mark(frame, text.bottom() - 1, "▼");
        }
        if field > 0 {
            let [label, input] =
                Layout::horizontal([Constraint::Length(4), Constraint::Min(1)]).areas(name);
            frame.render_widget(Line::styled("  > ", style(Role::Key)), label);
            self.typed_name.draw(
                frame,
                input,
                cx.theme,
                "the product's name",
                self.focus == ReviewItem::Name,
            );
        }
        let room = usize::from(word.width);
        let (said, role) = match blockers.as_slice() {
            [] => ("Ready.".to_owned(), Role::Good),
            [only] => (format!("Cannot publish: {only}"), Role::Warning),
            [first, rest @ ..] => (
                format!("Cannot publish: {first} ({} more)", rest.len()),
                Role::Warning,
            ),
        };
        if let Some(place) = word.rows().next_back() {
            frame.render_widget(
                Line::styled(fit(&said, room).into_owned(), style(role)),
                place,
            );
        }
        let mut answers = vec![("Cancel", self.focus == ReviewItem::Cancel, Role::Text)];
        if self.is_open(cx) {
            let role = if blockers.is_empty() {
                Role::Danger
            } else {
                Role::Muted
            };
            answers.push(("Publish", self.focus == ReviewItem::Publish, role));
        }
        frame.render_widget(modal::buttons(cx.theme, &answers), buttons);
    }
}
