//! Where a key, a paste or a click goes: the top overlay, else the focused pane, else the app. First hit wins.

use super::{
    event::{Exit, Moment},
    update::App,
};
use crate::screen::{
    action::{Action, Scope},
    command::{Command, Dialog, PaneId, ToastLevel},
    overlay::Closing,
    pane::{Handled, Pane, Possible, Typed},
};
use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use tui_kit::keymap;

impl App {
    pub(super) fn key(&mut self, key: KeyEvent, now: Moment) {
        self.waiting = None;
        let is_interrupt = key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL;
        if self.context.settings.welcome.is_some() {
            match key.code {
                KeyCode::Char('d') if key.modifiers.is_empty() => self.leave(Exit::Demo),
                KeyCode::Char('q') | KeyCode::Esc => self.leave(Exit::Quit),
                _ if is_interrupt => self.leave(Exit::Quit),
                _ => {}
            }
            return;
        }
        if is_interrupt
            && self
                .overlay_stack
                .top()
                .is_some_and(|top| top.name() == "confirm")
            && self.is_leaving
        {
            // Asked already and pressed again: meant.
            self.leave(Exit::Quit);
        } else if self.overlay_stack.is_empty() {
            self.pane_key(key, now);
        } else {
            self.overlay_key(key, now);
        }
    }

    /// Whether letters are text where the person is now.
    pub fn takes_text(&self) -> bool {
        match self.overlay_stack.top() {
            Some(overlay) => overlay.takes_text(),
            None => self
                .panes
                .iter()
                .any(|pane| pane.id() == self.focus.current() && pane.takes_text()),
        }
    }

    fn overlay_key(&mut self, key: KeyEvent, now: Moment) {
        let cx = self.context.cx(now, true);
        let Some(overlay) = self.overlay_stack.top_mut() else {
            return;
        };
        let typed = Typed::Key(key);
        let takes_text = overlay.takes_text();
        if takes_text && keymap::is_plain(key) {
            overlay.typed(&typed, &cx);
            return;
        }
        let chord = keymap::chord(key);
        let action = overlay
            .scopes()
            .iter()
            .find_map(|scope| cx.keymap.action(*scope, chord))
            .filter(|action| !takes_text || action.is_for_text());
        let mut is_closed = false;
        let mut is_used = false;
        if let Some(action) = action {
            if let Possible::No(reason) = overlay.possible(action, &cx) {
                self.toasts.push(ToastLevel::Info, reason, now.uptime);
                return;
            }
            match overlay.act(action, &cx) {
                Closing::Stay => is_used = true,
                Closing::Close(answer) => {
                    cx.send_all(answer);
                    is_closed = true;
                }
                Closing::Unused => is_closed = action == Action::Back,
            }
        }
        if !is_closed && !is_used {
            is_used = overlay.typed(&typed, &cx) == Handled::Yes;
        }
        if !is_closed && !is_used && !takes_text {
            match cx.keymap.action(Scope::Global, chord) {
                Some(Action::Help | Action::Palette) => {
                    cx.send(Command::Open(Dialog::Help));
                }
                // "q" leaves the program from the base only; here it is a step back.
                Some(Action::Quit) => is_closed = true,
                _ => {}
            }
        }
        if is_closed {
            self.overlay_stack.pop();
            self.is_leaving = false;
        }
    }

    fn pane_key(&mut self, key: KeyEvent, now: Moment) {
        let focus = self.focus.current();
        let cx = self.context.cx(now, true);
        let chord = keymap::chord(key);
        let mut action = None;
        if let Some(pane) = self.panes.iter_mut().find(|pane| pane.id() == focus) {
            let takes_text = pane.takes_text();
            let typed = Typed::Key(key);
            if takes_text && keymap::is_plain(key) {
                pane.typed(&typed, &cx);
                return;
            }
            action = pane
                .scopes()
                .iter()
                .find_map(|scope| cx.keymap.action(*scope, chord));
            if takes_text {
                // Whatever is left over here is no command: letters and control keys lie close together.
                let is_used = action.is_some_and(|action| {
                    action.is_for_text() && pane.act(action, &cx) == Handled::Yes
                });
                if !is_used {
                    pane.typed(&typed, &cx);
                }
                return;
            }
        }
        let keymap = &self.context.settings.keymap;
        let action = action
            .or_else(|| keymap.action(Scope::Global, chord))
            .or_else(|| keymap.action(Scope::Outside, chord));
        if let Some(action) = action {
            self.perform(action, now);
        }
    }

    pub(super) fn paste(&mut self, text: String, now: Moment) {
        let cx = self.context.cx(now, true);
        let typed = Typed::Paste(text);
        if let Some(overlay) = self.overlay_stack.top_mut() {
            if overlay.takes_text() {
                overlay.typed(&typed, &cx);
            }
        } else {
            let focus = self.focus.current();
            // Where no text is taken, a paste is an accident: its letters must not become commands.
            if let Some(pane) = self
                .panes
                .iter_mut()
                .find(|pane| pane.id() == focus && pane.takes_text())
            {
                pane.typed(&typed, &cx);
            }
        }
    }

    pub(super) fn mouse(&mut self, event: MouseEvent, now: Moment) {
        self.waiting = None;
        let area = self
            .arrangement(self.size)
            .map_or(self.size, |arrangement| arrangement.overlays);
        if let Some(overlay) = self.overlay_stack.top_mut() {
            let cx = self.context.cx(now, true);
            let closing = overlay.mouse(event, area, &cx);
            if let Closing::Close(answer) = closing {
                cx.send_all(answer);
                self.overlay_stack.pop();
            }
            return;
        }
        let Some(arrangement) = self.arrangement(self.size) else {
            return;
        };
        let is_click = event.kind == MouseEventKind::Down(MouseButton::Left);
        if is_click && arrangement.tabs.is_some_and(|tabs| tabs.y == event.row) {
            let tab = self
                .tabs(self.size.width)
                .into_iter()
                .find(|(_, _, columns)| columns.contains(&event.column));
            if let Some((pane, ..)) = tab {
                self.go_to(pane, now);
            }
            return;
        }
        let Some((id, area)) = arrangement.pane_at(event.column, event.row) else {
            return;
        };
        let is_wheel = matches!(
            event.kind,
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp
        );
        let was_focused = self.focus.current() == id;
        // The wheel over a list walks through it, and whoever walks has the focus; a text is scrolled where it stands.
        if !was_focused
            && (is_click || (is_wheel && !matches!(id, PaneId::Detail | PaneId::Activity)))
        {
            self.go_to(id, now);
        }
        let cx = self.context.cx(now, was_focused);
        if let Some(pane) = pane_mut(&mut self.panes, id) {
            pane.mouse(event, area, &cx);
        }
    }
}

pub(super) fn pane_mut(panes: &mut [Box<dyn Pane>], id: PaneId) -> Option<&mut Box<dyn Pane>> {
    panes.iter_mut().find(|pane| pane.id() == id)
}
