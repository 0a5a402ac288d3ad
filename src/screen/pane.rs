//! What every pane offers and what it may read.

use super::{
    action::{Action, Scope},
    command::{Command, PaneId},
};
use crate::screen::keymap::Keymap;
use crate::state::{Model, ModelChange, prepared::Prepared};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use std::{cell::RefCell, collections::VecDeque, time::Duration};
use store_model::target::Target;
use tui_kit::theme::Theme;

/// What is typed, as every pane and overlay takes it.
pub use tui_kit::field::Typed;

/// What a pane or an overlay may read while it handles or draws. Never stored.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub model: &'a Model,
    pub theme: &'a Theme,
    /// For naming a key in a text; chords are looked up by the app.
    pub keymap: &'a Keymap,
    /// Where the person is, for times of day.
    pub zone: &'a TimeZone,
    /// The target that the detail pane shows.
    pub selected: Option<&'a Target>,
    /// Wall clock, for ages.
    pub now: Timestamp,
    /// Time since the program started, for spinners and debouncing.
    pub uptime: Duration,
    pub is_focused: bool,
    /// Where it puts what it wants of the app.
    pub commands: &'a Commands,
}

/// What was asked of the app and has not been carried out yet, first in, first out.
#[derive(Debug, Default)]
pub struct Commands(RefCell<VecDeque<Command>>);

impl Commands {
    pub fn send(&self, command: Command) {
        self.0.borrow_mut().push_back(command);
    }

    pub fn next(&self) -> Option<Command> {
        self.0.borrow_mut().pop_front()
    }
}

impl<'a> Context<'a> {
    /// Asks this of the app, which carries it out once this turn is over.
    pub fn send(&self, command: Command) {
        self.commands.send(command);
    }

    pub fn send_all(&self, commands: impl IntoIterator<Item = Command>) {
        commands.into_iter().for_each(|command| self.send(command));
    }

    /// What is known of the selected target, once it was read.
    pub fn prepared(&self) -> Option<Prepared<'a>> {
        Prepared::of(self.model, self.selected?)
    }

    /// The app that the selected target belongs to.
    pub fn app(&self) -> Option<&'a str> {
        match self.selected? {
            Target::App { id } | Target::Flight { app: id, .. } => Some(id),
            add_on @ Target::AddOn { .. } => self.model.product(add_on)?.app.as_deref(),
        }
    }

    /// The key of an action, as text: `press e to edit`.
    pub fn key(&self, action: Action) -> String {
        self.keymap.shown(action).unwrap_or_else(|| ":".to_owned())
    }
}

/// Whether somebody took an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    Yes,
    No,
}

impl From<bool> for Handled {
    fn from(is_taken: bool) -> Self {
        if is_taken { Self::Yes } else { Self::No }
    }
}

/// Whether an action can be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    Yes,
    /// Stays listed, dimmed, with this reason.
    No(String),
    /// Not an action of this pane.
    Unknown,
}

pub trait Pane {
    fn id(&self) -> PaneId;

    /// Whether plain characters are text for it now: a filter field, the editor.
    fn takes_text(&self) -> bool {
        false
    }

    /// Where chords are looked up while it is focused, first hit wins; the global scope comes after them.
    fn scopes(&self) -> &'static [Scope] {
        match self.id() {
            PaneId::Apps | PaneId::AddOns | PaneId::Flights => {
                &[Scope::Target, Scope::Lists, Scope::Move]
            }
            PaneId::Detail => &[Scope::Target, Scope::Move],
            PaneId::Runs => &[Scope::Runs, Scope::Move],
            PaneId::Activity | PaneId::Board => &[Scope::Move],
        }
    }

    /// The actions that matter most here and now, for the footer.
    fn hints(&self, _cx: &Context) -> Vec<Action> {
        Vec::new()
    }

    /// It has got the focus.
    fn focused(&mut self, _cx: &Context) {}

    /// Whether this action can be done here and now, or why not. What no focused pane knows of [`Scope::Target`] is offered to
    /// the detail pane, which shows the selected target, and then to the app.
    fn possible(&self, action: Action, cx: &Context) -> Possible;

    fn act(&mut self, action: Action, cx: &Context) -> Handled;

    /// Only called while it [takes text](Self::takes_text): with plain characters and pastes at once, with any other key
    /// after [`act`](Self::act) was offered what its scopes make of it ([`Action::is_for_text`]) and said [`Handled::No`].
    /// What it does not take either does nothing.
    fn typed(&mut self, _typed: &Typed, _cx: &Context) -> Handled {
        Handled::No
    }

    /// An ask that only this pane can answer: a tab to be shown, a change of the document.
    fn deliver(&mut self, _ask: Command, _cx: &Context) {}

    /// Only with the mouse inside of `area`.
    fn mouse(&mut self, _event: MouseEvent, _area: Rect, _cx: &Context) {}

    /// The model has changed: clamp cursors, forget what is gone.
    fn changed(&mut self, _change: &ModelChange, _cx: &Context) {}

    /// The uptime at which it wants to be woken, if any.
    fn wake_at(&self) -> Option<Duration> {
        None
    }

    fn woken(&mut self, _cx: &Context) {}

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context);
}
