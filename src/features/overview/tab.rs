//! The Overview tab: what is known of the selected target, scrolled. Holds what is in view.

use super::{
    glance::Glance,
    lines::{self, Room},
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, TabId},
    },
    state::Change,
};
use crate::{
    screen::{
        detail_parts::{failure, unread},
        documents::Documents,
        pane::{Context, Handled, Possible},
        tab::Tab,
    },
    state::prepared::Prepared,
};
use ratatui::{
    Frame,
    crossterm::event::{MouseEvent, MouseEventKind},
    layout::Rect,
    text::Span,
};
use std::cell::Cell;
use store_model::remote::Remote;
use tui_kit::theme::Role;

#[derive(Debug, Default)]
pub struct Overview {
    glance: Glance,
    /// First line in view; all lines and the page's height as last drawn.
    top: Cell<usize>,
    height: Cell<usize>,
    page: Cell<usize>,
}

impl Overview {
    fn scroll(&self, action: Action) -> bool {
        let last = self.height.get().saturating_sub(self.page.get());
        let page = self.page.get().saturating_sub(1).max(1);
        let top = self.top.get();
        self.top.set(match action {
            Action::Up => top.saturating_sub(1),
            Action::Down => (top + 1).min(last),
            Action::PageUp => top.saturating_sub(page),
            Action::PageDown => (top + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => return false,
        });
        true
    }
}

impl Tab for Overview {
    fn id(&self) -> TabId {
        TabId::Overview
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Target, Scope::Move, Scope::Editor]
    }

    fn possible(&self, action: Action, _documents: &Documents, _cx: &Context) -> Possible {
        match action {
            Action::Enter => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, _documents: &mut Documents, cx: &Context) -> Handled {
        if action == Action::Enter {
            cx.send(Command::ShowTab(TabId::Json));
            return Handled::Yes;
        }
        if self.scroll(action) {
            Handled::Yes
        } else {
            Handled::No
        }
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _documents: &mut Documents, _cx: &Context) {
        let action = match event.kind {
            MouseEventKind::ScrollDown => Action::Down,
            MouseEventKind::ScrollUp => Action::Up,
            _ => return,
        };
        for _ in 0..3 {
            self.scroll(action);
        }
    }

    fn changed(&mut self, change: &Change, _documents: &mut Documents, _cx: &Context) {
        match change {
            Change::Selected => {
                self.top.set(0);
                self.glance.forget();
            }
            // What the packages in the ZIP say of themselves stands in the changes.
            Change::Examined => self.glance.forget(),
            _ => {}
        }
    }

    fn word(&self, _documents: &Documents, cx: &Context) -> String {
        cx.selected.map(ToString::to_string).unwrap_or_default()
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        let Some(target) = cx.selected else { return };
        let width = usize::from(area.width);
        let mut lines = Vec::new();
        if let Some(error) = cx.model.details.get(target).and_then(Remote::error) {
            lines.extend(failure(cx, target, error, width));
        }
        match Prepared::of(cx.model, target) {
            Some(prepared) => {
                let height = usize::from(area.height).saturating_sub(lines.len());
                let room = Room {
                    documents,
                    glance: &self.glance,
                    width,
                    height,
                };
                lines.extend(lines::lines(
                    cx,
                    &prepared,
                    documents.verdict(cx).as_deref(),
                    &room,
                ));
            }
            None if lines.is_empty() => lines.extend(unread(cx, target, width)),
            None => {}
        }
        self.height.set(lines.len());
        self.page.set(usize::from(area.height));
        let top = self
            .top
            .get()
            .min(lines.len().saturating_sub(usize::from(area.height)));
        self.top.set(top);
        let more = lines.len() > top + usize::from(area.height);
        for (y, line) in (area.y..area.bottom()).zip(lines.into_iter().skip(top)) {
            frame.render_widget(
                line,
                Rect {
                    y,
                    height: 1,
                    ..area
                },
            );
        }
        let mark = |frame: &mut Frame, y, mark| {
            let place = Rect {
                x: area.right() - 1,
                y,
                width: 1,
                height: 1,
            };
            frame.render_widget(Span::styled(mark, cx.theme.style(Role::Key)), place);
        };
        if top > 0 && area.width > 0 {
            mark(frame, area.y, "▲");
        }
        if more && area.width > 0 {
            mark(frame, area.bottom() - 1, "▼");
        }
    }
}
