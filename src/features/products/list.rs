//! A list of products. Apps, add-ons and flights are the same pane; they differ in what they list and in a few labels.

use crate::engine::preflight::Refusal;
use crate::screen::{
    filter_input::{self, FilterChange},
    new_products,
    pane::{Context, Handled, Pane, Possible, Typed},
    status_badge::{self},
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, PaneId},
    },
    state::{KnownList, ModelChange, board::Group},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Position, Rect},
    text::Line,
};
use std::{cmp::Reverse, collections::HashMap};
use store_model::{catalog::Catalog, explain::PortalNeed, product::Product, target::Target};
use tui_kit::{
    field::Field,
    filter::Search,
    list::{Cursor, ListClick},
    panel::{self, Heading},
    row, text,
    theme::Role,
};

/// Which products a pane lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Apps,
    AddOns,
    Flights,
}

/// The view of a list: what is selected and what is filtered. The products themselves live in the model.
pub struct Products {
    pub(super) which: Which,
    pub(super) cursor: Cursor,
    pub(super) filter: Field,
    pub(super) is_typing: bool,
    /// Places in the model's list that are shown, in their order: recomputed when list, filter or app changes, never while drawing.
    pub(super) rows: Vec<usize>,
    /// The product under the cursor, so that the cursor stays on it when the list changes.
    pub(super) anchor: Option<Target>,
    /// What was selected before a filter matched nothing.
    unmatched: Option<Target>,
    /// The app whose add-ons or flights are shown.
    pub(super) app: Option<String>,
    /// Add-ons of every app.
    pub(super) is_all: bool,
    /// What is worst among the add-ons and flights of each app: a sign, a count.
    pub(super) below: HashMap<String, (Group, bool, usize)>,
}

impl Products {
    pub fn new(which: Which) -> Self {
        Self {
            which,
            cursor: Cursor::default(),
            filter: Field::default(),
            is_typing: false,
            rows: Vec::new(),
            anchor: None,
            unmatched: None,
            app: None,
            is_all: false,
            below: HashMap::new(),
        }
    }

    /// What is worst below each app, from the rows of the board: those of one group, failures before anything else.
    fn look_below(&mut self, cx: &Context) {
        self.below.clear();
        for row in &cx.model.board {
            let app = match &row.target {
                Target::App { .. } => None,
                Target::Flight { app, .. } => Some(app.as_str()),
                add_on @ Target::AddOn { .. } => cx
                    .model
                    .product(add_on)
                    .and_then(|product| product.app.as_deref()),
            };
            let Some(app) = app.filter(|_| row.group != Group::Done) else {
                continue;
            };
            let has_failed = row.has_failed();
            let worst = self
                .below
                .entry(app.to_owned())
                .or_insert((row.group, has_failed, 0));
            // Rows come in the order of the board: the first one of an app is its worst.
            if (worst.0, worst.1) == (row.group, has_failed) {
                worst.2 += 1;
            }
        }
    }

    pub(super) fn list<'a>(&self, cx: &Context<'a>) -> Option<&'a KnownList> {
        match self.which {
            Which::Apps => Some(&cx.model.apps),
            Which::AddOns => Some(&cx.model.add_ons),
            Which::Flights => cx.model.flights.get(self.app.as_ref()?),
        }
    }

    pub(super) fn products<'a>(&self, cx: &Context<'a>) -> &'a [Product] {
        self.list(cx)
            .and_then(|list| list.products.value())
            .map_or(&[], Vec::as_slice)
    }

    fn is_mine(&self, catalog: &Catalog) -> bool {
        match (self.which, catalog) {
            (Which::Apps, Catalog::Apps) | (Which::AddOns, Catalog::AddOns) => true,
            (Which::Flights, Catalog::Flights { app }) => self.app.as_ref() == Some(app),
            _ => false,
        }
    }

    /// Whether the pane lists this product at all, whatever the filter says.
    pub(super) fn belongs(&self, product: &Product) -> bool {
        self.which != Which::AddOns
            || self.is_all
            || product.app.is_none()
            || product.app == self.app
    }

    fn current<'a>(&self, cx: &Context<'a>) -> Option<&'a Product> {
        self.products(cx).get(*self.rows.get(self.cursor.index())?)
    }

    /// Sorts and filters anew and puts the cursor back where it was.
    fn recompute(&mut self, cx: &Context) {
        let products = self.products(cx);
        let mut shown: Vec<_> = products
            .iter()
            .enumerate()
            .filter(|(_, product)| self.belongs(product))
            .collect();
        if self.filter.text().trim().is_empty() {
            shown.sort_by_cached_key(|(_, product)| product.name.to_lowercase());
            self.rows = shown.into_iter().map(|(at, _)| at).collect();
        } else {
            let pattern = self.filter.text().trim();
            let lower = pattern.to_lowercase();
            let mut search = Search::new(pattern);
            let mut found: Vec<_> = shown
                .into_iter()
                .filter_map(|(at, product)| {
                    let by_name = search.score(&product.name).map(|score| score + 1);
                    // An id is looked for as it stands, and so is a state: letters that only happen to occur would
                    // match nearly every id.
                    let score = by_name.or_else(|| {
                        let id = product.target.id().to_lowercase();
                        let status_badge = status_badge::of_product(product, cx.model, cx.now);
                        (id.contains(&lower) || status_badge.word.to_lowercase().contains(&lower))
                            .then_some(0)
                    })?;
                    Some((Reverse(score), product.name.as_str(), at))
                })
                .collect();
            found.sort_unstable();
            self.rows = found.into_iter().map(|(_, _, at)| at).collect();
        }
        let kept = self
            .anchor
            .as_ref()
            .and_then(|anchor| self.row_of(anchor, cx));
        match kept {
            Some(row) => self.cursor.set(row),
            None => self.cursor.clamp(self.rows.len()),
        }
    }

    fn row_of(&self, target: &Target, cx: &Context) -> Option<usize> {
        let products = self.products(cx);
        self.rows.iter().position(|at| {
            products
                .get(*at)
                .is_some_and(|product| product.target == *target)
        })
    }

    /// Makes what is under the cursor the selected target, when this list has the say.
    fn select(&mut self, cx: &Context) {
        let Some(product) = self.current(cx) else {
            return;
        };
        self.anchor = Some(product.target.clone());
        if cx.selected != Some(&product.target) {
            cx.send(Command::Select(product.target.clone()));
        }
    }

    /// Whether an add-on or a flight can be made or deleted here.
    fn may_change(&self, action: Action, cx: &Context) -> Possible {
        if cx.model.profile.is_read_only {
            let profile = cx.model.profile.name.clone();
            return Possible::No(Refusal::ReadOnly { profile }.into());
        }
        let is_new = action == Action::NewProduct;
        let reason = match (self.which, self.current(cx)) {
            (Which::Apps, _) if is_new => Some(
                "An app begins with a name that is reserved in Partner Center. Go to the add-ons or the flights to create one of those.",
            ),
            _ if is_new && self.app.is_none() && cx.app().is_none() => {
                Some("Select the app that it is to belong to.")
            }
            _ if is_new => None,
            (_, None) => Some("Nothing in this list is selected."),
            (_, Some(product)) => new_products::delete_fault(product),
        };
        reason.map_or(Possible::Yes, |reason| Possible::No(reason.to_owned()))
    }

    fn refilter(&mut self, cx: &Context) {
        // While a filter is typed the best hit is what is looked for.
        let before = self.anchor.take();
        self.cursor.set(0);
        self.recompute(cx);
        if self.rows.is_empty() {
            // What is not on screen is not acted upon; it is selected again with the filter gone.
            self.unmatched = self.unmatched.take().or(before);
            cx.send(Command::Deselect);
        } else {
            self.unmatched = None;
        }
        self.select(cx);
    }

    fn clear_filter(&mut self, cx: &Context) {
        self.filter.clear();
        self.is_typing = false;
        self.anchor = self.unmatched.take().or(self.anchor.take());
        self.recompute(cx);
        self.select(cx);
    }
}

impl Pane for Products {
    fn id(&self) -> PaneId {
        match self.which {
            Which::Apps => PaneId::Apps,
            Which::AddOns => PaneId::AddOns,
            Which::Flights => PaneId::Flights,
        }
    }

    fn takes_text(&self) -> bool {
        self.is_typing
    }

    fn hints(&self, _cx: &Context) -> Vec<Action> {
        use Action::{AllAddOns, Back, Edit, Enter, Filter, Follow, PickZip, Publish};
        if self.is_typing {
            return vec![Enter, Back];
        }
        let mut hints = vec![Enter, Edit, PickZip, Publish, Follow, Filter];
        if self.which == Which::AddOns {
            hints.push(AllAddOns);
        }
        hints
    }

    fn focused(&mut self, cx: &Context) {
        self.select(cx);
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        match action {
            Action::Filter => Possible::Yes,
            Action::Enter | Action::Right if self.current(cx).is_some() => Possible::Yes,
            Action::Enter | Action::Right => {
                Possible::No("There is nothing under the cursor to open.".to_owned())
            }
            Action::AllAddOns if self.which == Which::AddOns => Possible::Yes,
            Action::NewProduct | Action::DeleteProduct => self.may_change(action, cx),
            Action::Back if self.is_typing || !self.filter.is_empty() => Possible::Yes,
            // What is selected stands in another list then: nobody who looks at this one means it.
            _ if cx.is_focused
                && self.current(cx).is_none()
                && action.row().is_some_and(|row| row.scope == Scope::Target) =>
            {
                Possible::No("Nothing in this list is selected.".to_owned())
            }
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Handled {
        if self.is_typing
            && matches!(
                action,
                Action::Left | Action::Right | Action::First | Action::Last
            )
        {
            return Handled::No;
        }
        if self.cursor.act(action, self.rows.len()) {
            self.select(cx);
            return Handled::Yes;
        }
        match action {
            Action::Filter => self.is_typing = true,
            Action::Enter if self.is_typing => self.is_typing = false,
            Action::Enter | Action::Right if self.current(cx).is_some() => {
                self.select(cx);
                cx.send(Command::Focus(PaneId::Detail));
            }
            Action::AllAddOns if self.which == Which::AddOns => {
                self.is_all = !self.is_all;
                self.recompute(cx);
                self.select(cx);
            }
            Action::Back if self.is_typing || !self.filter.is_empty() => {
                self.clear_filter(cx);
            }
            Action::NewProduct => {
                let app = self.app.as_deref().or(cx.app());
                cx.send_all(app.map(|app| match self.which {
                    Which::Flights => new_products::flight(app, cx),
                    Which::Apps | Which::AddOns => new_products::add_on(app, cx),
                }));
            }
            Action::DeleteProduct => {
                let product = self.current(cx);
                cx.send_all(product.map(|product| new_products::delete(product, cx)));
            }
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        match filter_input::typed(&mut self.filter, typed) {
            FilterChange::Unused => return Handled::No,
            FilterChange::Same => {}
            FilterChange::Changed => self.refilter(cx),
            FilterChange::Closed => self.clear_filter(cx),
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, cx: &Context) {
        let click = self
            .cursor
            .mouse(event, panel::inside(area), self.rows.len());
        if click != ListClick::No {
            self.select(cx);
        }
        if click == ListClick::Same && cx.is_focused {
            cx.send(Command::Focus(PaneId::Detail));
        }
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        match change {
            ModelChange::Board if self.which == Which::Apps => self.look_below(cx),
            ModelChange::List(catalog) if self.is_mine(catalog) => self.recompute(cx),
            ModelChange::Status(_) if !self.filter.is_empty() => self.recompute(cx),
            ModelChange::Selected => {
                if self.which != Which::Apps
                    && let Some(app) = cx.app()
                    && self.app.as_deref() != Some(app)
                {
                    self.app = Some(app.to_owned());
                    if !self.is_all {
                        self.anchor = None;
                        self.cursor.set(0);
                        self.recompute(cx);
                    }
                }
                // Selected elsewhere, in the runs for example: the cursor goes along.
                if let Some(target) = cx
                    .selected
                    .filter(|target| self.anchor.as_ref() != Some(target))
                    && let Some(row) = self.row_of(target, cx)
                {
                    self.cursor.set(row);
                    self.anchor = Some(target.clone());
                }
            }
            _ => return,
        }
        let is_first = self.which == Which::Apps
            && cx.selected.is_none()
            && matches!(change, ModelChange::List(_));
        if cx.is_focused || is_first {
            self.select(cx);
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let id = self.id();
        let heading = Heading {
            number: id.number(),
            title: id.word(),
            notes: self.notes(cx),
        };
        let (mut inner, end) = panel::draw(frame, area, cx.theme, cx.is_focused, heading);
        if self.is_typing && cx.is_focused && area.width > 0 {
            frame.set_cursor_position(Position::new(
                end.min(area.right().saturating_sub(2)),
                area.y,
            ));
        }
        if let Some(error) = self.list(cx).and_then(|list| list.products.error()) {
            // The rows stay; what went wrong stands below them.
            let (advice, role) = if error.portal == PortalNeed::ForProduct {
                (
                    "This app is managed in Partner Center only: the submission API does not list what it has.".to_owned(),
                    Role::Muted,
                )
            } else {
                (
                    format!("✗ {error} Press {} to try again.", cx.key(Action::Refresh)),
                    Role::Danger,
                )
            };
            let lines = text::wrap(&advice, usize::from(inner.width));
            let height = (lines.len() as u16).min(
                inner
                    .height
                    .saturating_sub(u16::from(!self.rows.is_empty()))
                    .max(1),
            );
            let rows = if self.rows.is_empty() {
                0
            } else {
                inner.height.saturating_sub(height)
            };
            let below = inner.height.min(height);
            for (line, place) in lines.into_iter().zip(
                Rect {
                    y: inner.y + rows,
                    height: below,
                    ..inner
                }
                .rows(),
            ) {
                frame.render_widget(Line::styled(line, cx.theme.style(role)), place);
            }
            inner.height = rows;
        } else if self.rows.is_empty() {
            let lines = text::wrap(&self.placeholder(cx), usize::from(inner.width));
            row::texts(frame, inner, lines, cx.theme.style(Role::Muted));
            return;
        }
        self.draw_rows(frame, inner, cx);
    }
}
