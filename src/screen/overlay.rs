//! What every overlay offers. An overlay lies above the panes and gets every key first;
//! it answers with data ([`Closing`]) and knows neither panes nor app.

use super::{
    action::{Action, Scope},
    command::Command,
    pane::{Context, Handled, Possible, Typed},
};
use crate::state::ModelChange;
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect, text::Line};
use std::time::Duration;
use tui_kit::modal;

/// What an overlay makes of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Closing {
    /// Took it, stays open.
    Stay,
    /// Closes and releases its answer, one ask after the other. The safe answer is an empty one.
    Close(Vec<Command>),
    /// Has no use for it: the raw key goes to [`Overlay::typed`] if the overlay takes text.
    /// An unused [`Action::Back`] closes with the safe answer, so Esc always leads out.
    Unused,
}

/// A dialog above the panes. `area` is always the whole screen: an overlay takes from it what it needs (`ui::modal`).
pub trait Overlay {
    /// For tests and logs: `confirm`, `zip-picker`.
    fn name(&self) -> &'static str;

    /// Whether plain characters are text for it now.
    fn takes_text(&self) -> bool {
        false
    }

    /// Where chords are looked up, first hit wins; nothing global is reached but help and quit.
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Overlay, Scope::Move]
    }

    /// Once, before it is drawn for the first time: the place to ask for a job.
    fn opened(&mut self, _cx: &Context) {}

    /// Says no with a reason where an action of this dialog cannot be done now; anything else lets it through.
    fn possible(&self, _action: Action, _cx: &Context) -> Possible {
        Possible::Unknown
    }

    /// `asks` are released while it stays open; what it releases by closing goes into [`Closing::Close`].
    fn act(&mut self, action: Action, cx: &Context) -> Closing;

    /// Plain characters and pastes while it [takes text](Self::takes_text), and keys that [`act`](Self::act) did not use.
    fn typed(&mut self, _typed: &Typed, _cx: &Context) -> Handled {
        Handled::No
    }

    /// Every mouse event while it is on top.
    fn mouse(&mut self, _event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        Closing::Stay
    }

    /// The model has changed.
    fn changed(&mut self, _change: &ModelChange, _cx: &Context) {}

    /// The uptime at which it wants to be woken, if any.
    fn wake_at(&self) -> Option<Duration> {
        None
    }

    fn woken(&mut self, _cx: &Context) {}

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context);
}

/// The line of hints: the keys of actions, and behind each what it does here; those that do one thing together leave out the word.
pub fn hints(cx: &Context, actions: &[(Action, &str)]) -> Line<'static> {
    let keys: Vec<_> = actions
        .iter()
        .map(|(action, word)| (cx.key(*action), *word))
        .collect();
    modal::hints(cx.theme, &keys)
}

/// An action as the help and the palette list it: what is possible was settled when they were opened.
#[derive(Clone, Debug, PartialEq)]
pub struct AvailableAction {
    pub action: Action,
    pub possible: Possible,
}
