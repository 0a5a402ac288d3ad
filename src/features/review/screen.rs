//! What the review shows, as lines. Decides nothing.

use super::dialog::Review;
use super::{
    body::{Body, ReviewItem},
    preview::Preview,
};
use crate::screen::{action::Action, pane::Context, text_panel::TextPanel};
use ratatui::text::Line;
use tui_kit::theme::Role;

impl Review {
    /// The body as lines, and where each item stands.
    pub(super) fn lines(
        &self,
        cx: &Context,
        preview: &Preview,
        width: usize,
    ) -> (Vec<Line<'static>>, Vec<(ReviewItem, usize)>) {
        let mut body = Body {
            panel: TextPanel::new(cx.theme, width),
            places: Vec::new(),
            focus: self.focus,
            width,
            cx,
        };
        let what = format!(
            "{} {}, {}",
            preview.kind.word(),
            preview.name,
            self.target.id()
        );
        body.panel.text(&what, Role::Title);
        if cx.model.profile.is_demo {
            body.panel
                .text("Demo account: nothing reaches the real Store.", Role::Muted);
        }
        if let Some(fault) = &preview.fault {
            body.panel.gap();
            body.panel.text(&format!("✗ {fault}"), Role::Danger);
        }
        if let Some(error) = preview.analysis.error() {
            body.panel.gap();
            body.panel.text(
                &format!("✗ The edited text is not valid JSON: {error}"),
                Role::Danger,
            );
            return (body.panel.into_lines(), body.places);
        }
        if preview.is_nothing() && preview.fault.is_none() {
            body.panel.gap();
            body.panel.text(
                "Nothing changed and nothing to upload: the document is the same as what is live.",
                Role::Warning,
            );
            body.panel.text(
                &format!(
                    "{} edits the document, {} picks a ZIP and can add its packages.",
                    cx.key(Action::Edit),
                    cx.key(Action::PickZip)
                ),
                Role::Muted,
            );
        }
        body.draft(preview);
        body.rollout(preview);
        body.questions(preview);
        body.doubts(preview, &self.doubts(cx));
        body.changes(preview, &self.view);
        body.files(preview, self.examined(cx), self.fit(cx).as_ref());
        body.findings(preview);
        if self.is_open(cx) {
            body.hash(preview, self.examined(cx));
            body.ending(preview);
            if cx.model.profile.is_protected {
                body.panel.gap();
                body.item(
                    ReviewItem::Name,
                    &format!("The profile is protected. Type {} :", preview.name),
                    Role::Warning,
                );
            }
        }
        (body.panel.into_lines(), body.places)
    }

    /// Scrolls so that the focused line is in view.
    pub(super) fn show_focus(&self) {
        let place = self
            .places
            .borrow()
            .iter()
            .find(|(item, _)| *item == self.focus)
            .map(|(_, line)| *line);
        let Some(line) = place else { return };
        let page = self.page.get().max(1);
        if line < self.top.get() {
            self.top.set(line.saturating_sub(1));
        } else if line >= self.top.get() + page {
            self.top.set(line + 2 - page.min(line + 2));
        }
    }

    pub(super) fn scroll(&self, by: isize) {
        let last = self.len.get().saturating_sub(self.page.get());
        self.top
            .set(self.top.get().saturating_add_signed(by).min(last));
    }
}
