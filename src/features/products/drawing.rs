//! How a list of products looks: its title, its rows, the letters that match. Changes nothing.

use super::list::{Products, Which};
use crate::screen::action::Action;
use crate::screen::{
    pane::Context,
    status_badge::{self, StatusBadge},
};
use crate::state::board::Group;
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use std::time::Duration;
use store_model::{product::Product, remote::Remote, units};
use tui_kit::{filter::Search, meter, text, theme::Role};
use unicode_segmentation::UnicodeSegmentation;

impl Products {
    pub(super) fn notes<'a>(&self, cx: &Context) -> Vec<Span<'a>> {
        let mut notes = Vec::new();
        let muted = cx.theme.style(Role::Muted);
        let list = self.list(cx);
        let known = self
            .products(cx)
            .iter()
            .filter(|product| self.belongs(product))
            .count();
        let is_filtered = self.is_typing || !self.filter.is_empty();
        if is_filtered {
            notes.push(Span::styled(
                format!("{} of {known}", self.rows.len()),
                muted,
            ));
        } else if let Some(total) = list
            .and_then(|list| list.total)
            .filter(|_| self.which != Which::AddOns || self.is_all)
        {
            notes.push(Span::styled(format!("{known} of {total}"), muted));
        } else if list.is_some_and(|list| list.products.value().is_some()) {
            notes.push(Span::styled(known.to_string(), muted));
        }
        if self.which == Which::AddOns && self.is_all {
            notes.push(Span::styled("all apps", muted));
        }
        let Some(list) = list else { return notes };
        let age = list
            .at
            .map(|at| status_badge::since(at, cx.now))
            .filter(|age| *age > OLD);
        if let Some(age) = age {
            notes.push(Span::styled(
                format!("{} old", units::age(age)),
                cx.theme.style(Role::Warning),
            ));
        }
        if list.products.is_loading() {
            notes.push(Span::styled(
                meter::spinner(cx.uptime).to_string(),
                cx.theme.style(Role::Busy),
            ));
        }
        if is_filtered {
            // Last, so that the cursor stands behind it.
            notes.push(Span::styled(
                format!("/{}", self.filter.text()),
                cx.theme.style(Role::Match),
            ));
        }
        notes
    }

    /// What stands where rows would be.
    pub(super) fn placeholder(&self, cx: &Context) -> String {
        let refresh = cx.key(Action::Refresh);
        let Some(list) = self.list(cx) else {
            return match self.app {
                Some(_) => String::new(),
                None => "Select an app to see its flights.".to_owned(),
            };
        };
        match &list.products {
            Remote::Idle => format!("Not loaded yet. Press {refresh}."),
            Remote::Loading { stale: None } => "Loading…".to_owned(),
            Remote::Failed { stale: None, .. } => String::new(),
            _ if !self.filter.is_empty() => format!(
                "Nothing matches. Press {} to clear the filter.",
                cx.key(Action::Back)
            ),
            _ => match self.which {
                Which::Apps => {
                    format!(
                        "This account has no apps. Reserve a name in Partner Center, then press {refresh}."
                    )
                }
                Which::AddOns if self.is_all => "This account has no add-ons.".to_owned(),
                Which::AddOns if self.app.is_none() => {
                    format!(
                        "Select an app to see its add-ons, or press {} for all.",
                        cx.key(Action::AllAddOns)
                    )
                }
                Which::AddOns => {
                    format!(
                        "This app has no add-ons. Press {} for those of every app.",
                        cx.key(Action::AllAddOns)
                    )
                }
                Which::Flights => "This app has no package flights.".to_owned(),
            },
        }
    }

    pub(super) fn row<'a>(
        product: &Product,
        status_badge: &StatusBadge,
        is_current: bool,
        widths: (usize, usize),
        search: Option<&mut Search>,
        cx: &Context,
    ) -> Line<'a> {
        let (name_width, word_width) = widths;
        // A word that is longer than most takes what it lacks from its own name only.
        let needs =
            text::width(&status_badge.word).clamp(word_width, (name_width + word_width) * 11 / 20);
        let (name_width, word_width) = (
            (name_width + word_width).saturating_sub(needs).max(1),
            needs,
        );
        let mark = if cx.model.is_edited(&product.target) {
            "*"
        } else {
            ""
        };
        let name = text::fit(&product.name, name_width - mark.len()).into_owned();
        let filled = name_width - mark.len() - text::width(&name);
        let style = cx.theme.style(Role::Text);
        let on_row = |role: Role| cx.theme.style(role);
        let mut line = Line::default();
        line.push_span(Span::styled(if is_current { "▸" } else { " " }, style));
        line.push_span(Span::styled(
            text::pad(status_badge.sign, 1),
            on_row(status_badge.role),
        ));
        line.push_span(Span::styled(" ", style));
        match search {
            Some(search) => push_hits(
                &mut line,
                &name,
                &search.hits(&product.name),
                style,
                on_row(Role::Match),
            ),
            None => line.push_span(Span::styled(name, style)),
        }
        line.push_span(Span::styled(mark, on_row(Role::Warning)));
        line.push_span(Span::styled(" ".repeat(filled + 1), style));
        line.push_span(Span::styled(
            text::pad(&status_badge.word, word_width),
            on_row(status_badge.role),
        ));
        line
    }

    /// The worst of what belongs to an app stands beside its own state: "Published ✗3".
    fn with_below(&self, mut badge: StatusBadge, product: &Product) -> StatusBadge {
        let Some((group, has_failed, count)) = self.below.get(product.target.id()) else {
            return badge;
        };
        let (sign, role) = match (group, has_failed) {
            (_, true) => ("✗", Some(Role::Danger)),
            (Group::You, false) => ("✎", None),
            (Group::Portal, false) => ("◑", None),
            (Group::Store, false) => ("◐", None),
            (Group::Unknown | Group::Done, false) => return badge,
        };
        badge.word = format!("{} {sign}{count}", badge.word);
        badge.role = role.unwrap_or(badge.role);
        badge
    }

    pub(super) fn draw_rows(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let products = self.products(cx);
        let window = self
            .cursor
            .window(usize::from(area.height), self.rows.len());
        let shown: Vec<_> = window
            .clone()
            .filter_map(|row| Some((row, products.get(*self.rows.get(row)?)?)))
            .map(|(row, product)| {
                (
                    row,
                    product,
                    self.with_below(status_badge::of_product(product, cx.model, cx.now), product),
                )
            })
            .collect();
        // Names matter most; the state gets what it needs up to nearly half.
        let room = usize::from(area.width).saturating_sub(4);
        let longest = shown
            .iter()
            .map(|(_, _, status_badge)| text::width(&status_badge.word))
            .max()
            .unwrap_or_default();
        let word_width = longest.min(room * 9 / 20);
        let widths = (room.saturating_sub(word_width).max(1), word_width);
        let pattern = self.filter.text().trim();
        let mut search = (!pattern.is_empty()).then(|| Search::new(pattern));
        for ((row, product, status_badge), line) in shown.iter().zip(area.rows()) {
            let drawn = Self::row(
                product,
                status_badge,
                *row == self.cursor.index(),
                widths,
                search.as_mut(),
                cx,
            );
            frame.render_widget(drawn, line);
            if *row == self.cursor.index() {
                tui_kit::row::select(frame, line, cx.theme, cx.is_focused);
            }
        }
    }
}

/// Pushes a name with the letters that a filter hit set apart.
pub(super) fn push_hits(line: &mut Line, name: &str, hits: &[u32], plain: Style, hit: Style) {
    let mut run = String::new();
    let mut is_hit = false;
    for (at, part) in name.graphemes(true).enumerate() {
        let now = u32::try_from(at).is_ok_and(|at| hits.binary_search(&at).is_ok());
        if now != is_hit && !run.is_empty() {
            line.push_span(Span::styled(
                std::mem::take(&mut run),
                if is_hit { hit } else { plain },
            ));
        }
        is_hit = now;
        run.push_str(part);
    }
    line.push_span(Span::styled(run, if is_hit { hit } else { plain }));
}

/// A list that is older than this says so.
pub(super) const OLD: Duration = Duration::from_mins(10);
