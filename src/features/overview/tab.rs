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
    state::ModelChange,
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
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use store_model::remote::Remote;
use tui_kit::scroll::Scroll;

#[derive(Debug, Default)]
pub struct Overview {
    glance: Glance,
    scroll: Scroll,
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
        Handled::from(self.scroll.act(action))
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _documents: &mut Documents, _cx: &Context) {
        self.scroll.mouse(event);
    }

    fn changed(&mut self, change: &ModelChange, _documents: &mut Documents, _cx: &Context) {
        match change {
            ModelChange::Selected => {
                self.scroll = Scroll::default();
                self.glance.forget();
            }
            // What the packages in the ZIP say of themselves stands in the changes.
            ModelChange::Examined => self.glance.forget(),
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
        self.scroll.draw_marked(frame, area, cx.theme, &lines);
    }
}
