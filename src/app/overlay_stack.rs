//! The stack of overlays: one order for keys, mouse and drawing. Knows no overlay by name.

use crate::{
    screen::{overlay::Overlay, pane::Context},
    state::ModelChange,
};
use ratatui::{Frame, layout::Rect};
use std::time::Duration;
use tui_kit::modal;

/// Overlays, the topmost last.
#[derive(Default)]
pub struct OverlayStack {
    stack: Vec<Box<dyn Overlay>>,
}

impl OverlayStack {
    pub fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    pub fn push(&mut self, overlay: Box<dyn Overlay>) {
        self.stack.push(overlay);
    }

    pub fn pop(&mut self) {
        self.stack.pop();
    }

    pub fn top(&self) -> Option<&dyn Overlay> {
        self.stack.last().map(|overlay| &**overlay)
    }

    pub fn top_mut(&mut self) -> Option<&mut Box<dyn Overlay>> {
        self.stack.last_mut()
    }

    /// The names from below to the top.
    pub fn names(&self) -> Vec<&'static str> {
        self.stack.iter().map(|overlay| overlay.name()).collect()
    }

    pub fn changed(&mut self, change: &ModelChange, cx: &Context) {
        for overlay in &mut self.stack {
            overlay.changed(change, cx);
        }
    }

    pub fn wake_at(&self) -> Option<Duration> {
        self.stack
            .iter()
            .filter_map(|overlay| overlay.wake_at())
            .min()
    }

    pub fn woken(&mut self, cx: &Context) {
        for overlay in &mut self.stack {
            if overlay.wake_at().is_some_and(|at| at <= cx.uptime) {
                overlay.woken(cx);
            }
        }
    }

    /// Each over the one below; only the topmost has the focus.
    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let last = self.stack.len().saturating_sub(1);
        for (at, overlay) in self.stack.iter().enumerate() {
            modal::dim(frame, area, cx.theme);
            overlay.draw(
                frame,
                area,
                &Context {
                    is_focused: at == last,
                    ..*cx
                },
            );
        }
    }
}
