//! Parts of the detail pane's screen: the row of tabs, what is shown of a document, and of a target that cannot be shown.
//! Holds no state.

use super::{action::Action, command::TabId};
use super::{pane::Context, text_panel::TextPanel};
use crate::{
    state::prepared::{CheckVerdict, Prepared, count},
    tasks::message::TaskFailure,
};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use store_model::{explain::PortalNeed, remote::Remote, target::Target};
use tui_kit::{row, text::fit, theme::Role};

/// The row of tabs, with a note at its right end.
pub fn tabs(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    offered: &[TabId],
    shown: TabId,
    said: &str,
) {
    let mut line = Line::default();
    let first = first_in_view(offered, shown, area.width);
    for (index, tab) in offered.iter().enumerate().skip(first) {
        if index > first {
            line.push_span(Span::styled("│", cx.theme.style(Role::Border)));
        }
        let role = match (*tab == shown, cx.is_focused) {
            (true, true) => Role::Selection,
            (true, false) => Role::SelectionUnfocused,
            _ => Role::Muted,
        };
        line.push_span(Span::styled(
            format!(" {} ", tab.word()),
            cx.theme.style(role),
        ));
    }
    let room = usize::from(area.width).saturating_sub(line.width() + 2);
    let said = fit(said, room).into_owned();
    let rest = Line::styled(format!("{said} "), cx.theme.style(Role::Muted)).right_aligned();
    frame.render_widget(rest, area);
    let width = (line.width() as u16).min(area.width);
    frame.render_widget(line, Rect { width, ..area });
}

/// Columns of a tab in their row.
fn columns(tab: TabId) -> u16 {
    tab.word().len() as u16 + 2
}

/// The first tab of the row: as many as it takes are left out before the shown one, so that it is visible.
fn first_in_view(offered: &[TabId], shown: TabId, width: u16) -> usize {
    let at = offered
        .iter()
        .position(|tab| *tab == shown)
        .unwrap_or_default();
    let wide = |first: usize| {
        offered
            .iter()
            .take(at + 1)
            .skip(first)
            .map(|tab| columns(*tab) + 1)
            .sum::<u16>()
    };
    (0..at)
        .find(|first| wide(*first) <= width + 1)
        .unwrap_or(at)
}

/// The tab that is drawn at a column of their row, which is `width` wide.
pub fn tab_at(offered: &[TabId], shown: TabId, width: u16, column: u16) -> Option<TabId> {
    let mut start = 0;
    offered
        .iter()
        .copied()
        .skip(first_in_view(offered, shown, width))
        .find(|tab| {
            let end = start + columns(*tab);
            let is_here = (start..end).contains(&column);
            start = end + 1;
            is_here
        })
}

/// What the JSON tab shows, in few words: six tabs leave little room beside them.
pub fn document_word(cx: &Context, prepared: &Prepared, verdict: Option<&CheckVerdict>) -> String {
    match (prepared.text, verdict) {
        (Some(_), Some(verdict)) => match verdict.error() {
            Some(error) => format!("yours: ✗ line {}", error.line),
            None => format!(
                "yours: {}",
                count(verdict.changes.len(), "change", "changes")
            ),
        },
        _ if prepared.server().is_some() => "as in the Store".to_owned(),
        _ if !prepared.has_body() => String::new(),
        _ => format!("a template; {} edits it", cx.key(Action::Edit)),
    }
}

/// What a tab shows in the place of a document that is not there: not read yet, not to be read, or begun in Partner Center only.
/// Says whether that is so.
pub fn draw_missing(frame: &mut Frame, area: Rect, cx: &Context) -> bool {
    let Some(target) = cx.selected else {
        return true;
    };
    let width = usize::from(area.width);
    let lines = match Prepared::of(cx.model, target) {
        Some(prepared) if prepared.has_body() || prepared.text.is_some() => return false,
        Some(_) => {
            let mut panel = TextPanel::new(cx.theme, width);
            panel.text("There is no document yet.", Role::Text);
            panel.text(
                "The first submission of an app, with the age rating, is created in Partner Center.",
                Role::Text,
            );
            panel.gap();
            panel.keys(
                "next",
                &[(cx.key(Action::OpenPortal), "open it in Partner Center")],
            );
            panel.into_lines()
        }
        None => match cx.model.details.get(target).and_then(Remote::error) {
            Some(error) => failure(cx, target, error, width),
            None => unread(cx, target, width),
        },
    };
    row::lines(frame, area, lines);
    true
}

/// Why a target could not be read, and what to do.
pub fn failure(
    cx: &Context,
    target: &Target,
    error: &TaskFailure,
    width: usize,
) -> Vec<Line<'static>> {
    let mut panel = TextPanel::new(cx.theme, width);
    panel.text("✗ It could not be read.", Role::Danger);
    for line in error.message.lines() {
        panel.text(line, Role::Text);
    }
    if error.portal != PortalNeed::None {
        panel.text(&target.portal_url(None), Role::Info);
    }
    panel.gap();
    let mut keys = vec![(cx.key(Action::OpenPortal), "open it in Partner Center")];
    if error.portal != PortalNeed::ForProduct {
        keys.insert(0, (cx.key(Action::Refresh), "ask again"));
    }
    panel.keys("next", &keys);
    panel.gap();
    panel.into_lines()
}

/// What is known of a target before it has been read.
pub fn unread(cx: &Context, target: &Target, width: usize) -> Vec<Line<'static>> {
    let mut panel = TextPanel::new(cx.theme, width);
    if let Some(product) = cx.model.product(target) {
        panel.row(target.kind().word(), &product.name, Role::Text);
        panel.row("id", target.id(), Role::Text);
        panel.row(
            "pending",
            product.pending.as_deref().unwrap_or("nothing"),
            Role::Text,
        );
        panel.row(
            "live",
            product.published.as_deref().unwrap_or("nothing"),
            Role::Text,
        );
    }
    panel.gap();
    let is_loading = cx.model.details.get(target).is_some_and(Remote::is_loading);
    let word = if is_loading {
        "its submissions are being read …"
    } else {
        "not read yet"
    };
    panel.text(word, Role::Muted);
    let connection = &cx.model.connection;
    if let Some(slow) = connection.slow.as_ref().filter(|_| is_loading) {
        panel.text(&format!("{slow}."), Role::Warning);
    } else if is_loading && connection.waiting > 0 && connection.used >= connection.limit {
        let said = format!(
            "The {} requests of this minute are used up; it continues in less than a minute.",
            connection.limit
        );
        panel.text(&said, Role::Warning);
    }
    if !is_loading {
        panel.keys(
            "next",
            &[
                (cx.key(Action::Enter), "in the list, or"),
                (cx.key(Action::Refresh), "reads it"),
            ],
        );
    }
    panel.into_lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shown_tab_is_in_sight_and_a_click_hits_what_is_drawn() {
        use TabId::{Diff, History, Json, Languages, Overview, Packages};
        let all = [Overview, Json, Packages, Languages, Diff, History];
        assert_eq!(first_in_view(&all, History, 60), 0);
        assert_eq!(first_in_view(&all, Overview, 38), 0);
        let first = first_in_view(&all, History, 38);
        assert!((1..5).contains(&first), "{first}");
        assert_eq!(tab_at(&all, History, 38, 1), all.get(first).copied());
        assert_eq!(tab_at(&all, Overview, 60, 1), Some(Overview));
        assert_eq!(first_in_view(&all, Diff, 3), 4);
    }
}
